"""One small reader for each format in which a deployment is described."""
