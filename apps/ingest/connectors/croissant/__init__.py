"""Croissant descriptions of datasets."""
