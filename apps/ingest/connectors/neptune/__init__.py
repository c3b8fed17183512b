"""Neptune, the service that is gone: what its exporter and its clients left."""
