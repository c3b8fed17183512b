"""`manage.py import_lineage KIND WHERE`: read it once and say what became of it."""

import json
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.graph.errors import LineageError
from apps.ingest.connectors import KINDS
from apps.ingest.connectors.contract import Access
from apps.ingest.models import ImportRun
from apps.ingest.selectors import source_named
from apps.ingest.services import import_path, import_source
from apps.work.models import WorkState

NOTES_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Import lineage: from a path or URL once, or from a source that was added (--source NAME). "
        "Exit status 0 if the import is complete, 1 if it failed. Kinds: "
        + ", ".join(sorted(KINDS))
        + "."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", nargs="?", help="what is to be read")
        parser.add_argument("where", nargs="?", help="the file, folder or URL")
        parser.add_argument("--source", metavar="NAME", help="import this source instead")
        parser.add_argument(
            "--secret-variable",
            metavar="VARIABLE",
            help="environment variable with the token, or user:password, that opens it",
        )
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        run = _imported(options)
        self.stdout.write(_as_json(run) if options["json"] else _in_words(run))
        if run.state != WorkState.COMPLETE:
            raise CommandError(run.error, returncode=1)


def _imported(options: dict[str, Any]) -> ImportRun:
    kind, where, name = options["kind"], options["where"], options["source"]
    if name:
        if kind or where:
            raise CommandError("Give KIND and WHERE, or --source, not both.")
        if (source := source_named(name=name)) is None:
            raise CommandError(f"There is no source {name}.")
        try:
            return import_source(source=source)
        except LineageError as error:
            raise CommandError(str(error)) from error
    if not kind or not where:
        raise CommandError("Give KIND and WHERE, or --source NAME.")
    variable = options["secret_variable"]
    if variable and variable not in os.environ:
        raise CommandError(f"The environment variable {variable} is not set.")
    access = Access(where=where, secret=os.environ[variable] if variable else "")
    return import_path(kind=kind, path=where, access=access)


def _as_json(run: ImportRun) -> str:
    names = ("kind", "where", "state", "records", "kinds", "written", "adapted", "refused", "error")
    outcome = {name: getattr(run, name) for name in (*names, "revision", "notes", "notes_left_out")}
    return json.dumps({"import_run": run.pk, **outcome}, ensure_ascii=False, indent=2)


def _in_words(run: ImportRun) -> str:
    lines = [f"Import {run.pk}: {run.kind} from {run.where}: {run.get_state_display().lower()}"]
    if run.state == WorkState.FAILED:
        return lines[0]
    lines.append(f"{run.records:,} records read")
    for title in ("kinds", "written", "adapted", "refused"):
        counts: dict[str, int] = getattr(run, title)
        told = [f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count]
        lines.append(f"{title.capitalize()}: {', '.join(told) or 'nothing'}")
    lines += [f"  {one['outcome']}: {one['place']}: {one['message']}" for one in _shown(run)]
    left = len(run.notes) + run.notes_left_out - len(_shown(run))
    if left:
        lines.append(f"  and {left:,} more; up to 1,000 are kept with the import run")
    return "\n".join(lines)


def _shown(run: ImportRun) -> list[dict[str, str]]:
    """The refused before the adapted."""
    return sorted(run.notes, key=lambda one: one["outcome"] != "refused")[:NOTES_SHOWN]
