"""Add a person from the command line."""

import os
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from apps.accounts.models import Role, User
from apps.accounts.services import add_user


class Command(BaseCommand):
    help = "Adds a person who can sign in. One who exists is left as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--email", default="")
        parser.add_argument(
            "--password-env",
            metavar="VAR",
            help="the environment variable that holds the password; without it one is made",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = User.normalize_username(options["name"])
        variable = options["password_env"]
        if self._reported(name):
            return
        password = _password_in(variable) if variable else secrets.token_urlsafe(15)
        try:
            user = add_user(
                username=name, role=options["role"], password=password, email=options["email"]
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except IntegrityError:  # Another such command was faster.
            if not self._reported(name):
                raise
            return
        self.stdout.write(f"Added {user.username} ({user.role}).")
        if not variable:
            self.stdout.write(f"Password, shown only this once: {password}")

    def _reported(self, name: str) -> bool:
        user = User.objects.filter(username=name).first() if name.isprintable() else None
        if user is None:
            return False
        state = user.role if user.is_active else f"{user.role}, deactivated"
        self.stdout.write(f"{user.username} exists already ({state}); nothing was changed.")
        return True


def _password_in(variable: str) -> str:
    if not (password := os.environ.get(variable)):
        raise CommandError(f"The environment variable {variable} is not set or empty.")
    return password
