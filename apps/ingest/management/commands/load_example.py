"""Load the worked example: a payments-fraud team and one bad month of data."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.catalog.services import BatchResult, record_batch
from apps.graph.errors import LineageError
from apps.graph.records import LineageBatch
from apps.graph.strict_json import loads
from apps.graph.validation import lineage_batch

EXAMPLE = Path(settings.BASE_DIR) / "examples" / "fraud" / "lineage.json"
NEXT = """
Try this next:
  1. Search for raw_transactions and open version 2026-10: refunded purchases stand twice in it.
  2. Flag it, and see what it reaches: five live production deployments of fraud-scorer v4.
  3. Look at fraud-scorer v3: it was trained before October and is clean to roll back to.
The whole story is in examples/fraud/README.md."""


class Command(BaseCommand):
    help = (
        "Loads the worked example, a payments-fraud team with one bad month of data. "
        "Loading it again changes nothing. Nothing is flagged."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--file",
            type=Path,
            default=EXAMPLE,
            help="a JSON file with one lineage batch or a list of them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            results = [self._recorded(batch) for batch in _batches(options["file"])]
        changed = sum(result.wrote for result in results)
        conflicts = sum(result.conflicts for result in results)
        if conflicts:
            self.stdout.write(f"Conflicts recorded: {conflicts}.")
        revision = results[-1].revision
        if changed:
            self.stdout.write(f"The graph is at revision {revision}.")
        else:
            self.stdout.write(f"Nothing new: the graph stays at revision {revision}.")
        if options["file"] == EXAMPLE:
            self.stdout.write(NEXT)

    def _recorded(self, batch: LineageBatch) -> BatchResult:
        try:
            result = record_batch(batch=batch)
        except LineageError as error:
            raise CommandError(f"{batch.producer}: {error}") from error
        self.stdout.write(
            f"{batch.producer}: {result.artifacts_added} artifacts added, "
            f"{result.artifacts_changed} changed, {result.edges_added} edges added."
        )
        return result


def _batches(path: Path) -> list[LineageBatch]:
    try:
        found = loads(path.read_bytes())
        batches = [lineage_batch(one) for one in (found if isinstance(found, list) else [found])]
    except OSError as error:
        raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
    except LineageError as error:
        raise CommandError(f"{path} is not a file of lineage batches: {error}") from error
    if not batches:
        raise CommandError(f"{path} holds no batch.")
    return batches
