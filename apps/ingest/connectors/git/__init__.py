"""Plain git repositories, read as objects."""
