"""What only someone who owns the database can do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests.conftest import audit_triggers
from tests.writers import shared_database

__all__ = ["shared_database"]


@pytest.fixture
def tamper(db: None) -> Callable[..., None]:
    """Do to the audit log what only someone who owns the database can: `tamper(sql, params)`."""

    def done(sql: str, parameters: tuple[Any, ...] = ()) -> None:
        off, on = audit_triggers()
        with transaction.atomic(), connection.cursor() as cursor:
            # PostgreSQL alters no table that foreign keys are still to be checked for.
            connection.check_constraints()
            for statement in off:
                cursor.execute(statement)
            cursor.execute(sql, parameters)
            connection.check_constraints()
            for statement in on:
                cursor.execute(statement)

    return done
