"""ML Metadata, and TFX, which writes it."""
