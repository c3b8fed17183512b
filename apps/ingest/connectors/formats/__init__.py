"""Formats that several connectors read."""
