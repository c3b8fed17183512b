"""`manage.py import_lineage KIND PATH`: read a file or folder and say what became of it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ingest.connectors import KINDS
from apps.ingest.models import ImportRun, ImportState
from apps.ingest.services import import_path

NOTES_SHOWN = 20


class Command(BaseCommand):
    help = "Import lineage from a file or folder. Kinds: " + ", ".join(sorted(KINDS)) + "."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="what the file or folder is")
        parser.add_argument("path", help="the file or folder to read")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        run = import_path(kind=options["kind"], path=options["path"])
        self.stdout.write(_as_json(run) if options["json"] else _in_words(run))
        if run.state == ImportState.FAILED:
            raise CommandError(run.error, returncode=1)


def _as_json(run: ImportRun) -> str:
    names = ("kind", "where", "state", "records", "written", "adapted", "refused", "error")
    outcome = {name: getattr(run, name) for name in (*names, "revision", "notes", "notes_left_out")}
    return json.dumps({"import_run": run.pk, **outcome}, ensure_ascii=False, indent=2)


def _in_words(run: ImportRun) -> str:
    lines = [f"Import {run.pk}: {run.kind} from {run.where}: {run.get_state_display().lower()}"]
    if run.state == ImportState.FAILED:
        return lines[0]
    lines.append(f"{run.records:,} records read")
    for title in ("written", "adapted", "refused"):
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
