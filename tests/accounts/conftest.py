from tests.writers import shared_database

__all__ = ["shared_database"]
