"""Work that waits in the database until a worker has done it. The broker is only a wake-up."""
