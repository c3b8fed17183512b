"""Marquez: everything that it knows, read by its API."""
