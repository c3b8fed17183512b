"""What has to stand before the first page is served: tables, somebody who may sign in, an example.

Runs as a process of its own, so that the supervisor itself stays free of Django and of the
database. Everything here may run again at each start.
"""

import io
import os
import sys

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.db import OperationalError

from lineage_site.embedded.place import Place, say, the_place

FIRST_NAME = "admin"
PASSWORD_VARIABLE = "LINEAGE_FIRST_PASSWORD"  # noqa: S105 (the name of a variable)


def prepare(place: Place) -> None:
    say("Bringing the database up to date …")
    call_command("migrate", interactive=False, verbosity=0)
    sign_in = _sign_in(place)
    _load_example(place)
    say(sign_in)


def _sign_in(place: Place) -> str:
    """Makes the first account where there is none. Gives the line that says how to sign in.

    The password is shown at each start for as long as it is the one made here.
    """
    accounts = get_user_model().objects
    if not accounts.exists():
        os.environ[PASSWORD_VARIABLE] = place.secret(place.first_sign_in.name)
        options = ("--role", "admin", "--password-env", PASSWORD_VARIABLE)
        call_command("add_user", FIRST_NAME, *options, stdout=io.StringIO())
    first = accounts.filter(username=FIRST_NAME).first()
    if first is None or not place.first_sign_in.exists():
        return "Sign in with an account you have made."
    password = place.secret(place.first_sign_in.name)
    if not first.check_password(password):
        return f"Sign in as {FIRST_NAME} with the password you have set."
    return f"Sign in as {FIRST_NAME} with the password {password}"


def _load_example(place: Place) -> None:
    """Loads the worked example into a graph that is still empty, unless LOAD_EXAMPLE is "no".

    A load that was cut short is finished at the next start.
    """
    if os.environ.get("LOAD_EXAMPLE", "yes").lower() in {"no", "0", "false", "off"}:
        return
    if "load_example" not in get_commands():
        return
    state = place.example.read_text(encoding="utf-8").strip() if place.example.exists() else ""
    if state == "loaded" or (
        state != "loading" and apps.get_model("catalog", "Revision").objects.exists()
    ):
        return
    say("Loading the worked example …")
    place.example.write_text("loading\n", encoding="utf-8")
    call_command("load_example", verbosity=0, stdout=io.StringIO())
    place.example.write_text("loaded\n", encoding="utf-8")


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lineage_site.settings")
    django.setup()
    try:
        prepare(the_place())
    except OperationalError as error:
        say(f"The database does not take the connection: {error}")
        say("DATABASE_URL says where it is; without it, SQLite under var/ is used.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
