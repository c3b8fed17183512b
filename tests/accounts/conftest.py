from tests.processes import shared_database

__all__ = ["shared_database"]
