"""Repositories of the Hugging Face Hub, as clones."""
