"""MLflow: a tracking server, a SQLite store, a folder of runs."""
