"""Ordering imports, and doing one at once."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.audit.services import record_entry
from apps.graph.errors import RecordError
from apps.ingest import tasks
from apps.ingest.connectors.contract import Access
from apps.ingest.credentials import without_credentials
from apps.ingest.jobs import run_import
from apps.ingest.jobs.ledger import storable
from apps.ingest.jobs.scheduling import import_under_way, order_import
from apps.ingest.models import ImportRun, Source, SourceUnit
from apps.work.models import UNFINISHED, WorkState

if TYPE_CHECKING:
    from apps.accounts.models import User

# A sweep leaves an import alone that its own command is about to claim.
CLAIMED_WITHIN = timedelta(minutes=1)


def import_path(
    *, kind: str, path: str | Path, actor: "User | None" = None, access: Access | None = None
) -> ImportRun:
    """Read a path or URL once, here and now, and record what it tells.

    Each reading is recorded whole or not at all. An import that fails says why in `error`; what it
    recorded before stays. Records that are refused by themselves do not fail it. Without a source
    nothing is remembered between two imports, so nothing is taken back either.
    """
    now = timezone.now()
    run = ImportRun.objects.create(
        kind=kind[:64],
        where=without_credentials(storable(str(path))),
        actor=actor,
        requested_at=now,
        wake_at=now + CLAIMED_WITHIN,
    )
    run_import(import_id=run.pk, access=access or Access(where=str(path)))
    run.refresh_from_db()
    return run


def import_source(*, source: Source) -> ImportRun:
    """Import a source here and now, without a worker.

    RecordError if an import is under way, or the source is retired.
    """
    run = order_import(source, "command")
    if run is None:
        raise RecordError("$.source", f"An import of {source.name} is under way already.")
    run_import(import_id=run.pk)
    run.refresh_from_db()
    return run


def start_import(*, source: Source, actor: "User", everything: bool = False) -> ImportRun:
    """Order an import of the source and call for a worker; the one under way, if there is one.

    With `everything` it is read from the beginning, as if it had never been. RecordError if the
    source is retired.
    """
    with transaction.atomic():
        run = order_import(source, "person", actor.pk)
        if run is not None:
            if everything:
                forget_position(source)
            record_entry(
                actor=actor,
                action="import.started",
                subject=f"source:{source.pk}",
                details={"import": run.pk, "everything": everything},
            )
            transaction.on_commit(lambda: tasks.publish(run.pk))
    found = run or import_under_way(source)
    # The one under way may just have come to its end.
    return found or start_import(source=source, actor=actor, everything=everything)


def stop_import(*, run: ImportRun, actor: "User") -> ImportRun:
    """Stop an import that waits or runs. What it recorded stays; the next goes on behind it."""
    with transaction.atomic():
        _stop(run.pk, f"Stopped by {actor.get_username()}.", actor)
    run.refresh_from_db()
    return run


def stop_import_of(source: Source, actor: "User", why: str) -> None:
    """Stop what is under way, so that nothing is written any more of the source as it was.

    The caller holds the source.
    """
    if run := import_under_way(source):
        _stop(run.pk, why, actor)


def _stop(import_id: int, words: str, actor: "User") -> None:
    stopped = ImportRun.objects.filter(pk=import_id, state__in=UNFINISHED).update(
        state=WorkState.FAILED, lease_until=None, finished_at=timezone.now(), error=words
    )
    if stopped:
        record_entry(
            actor=actor, action="import.stopped", subject=f"import:{import_id}", details={}
        )


def forget_position(source: Source) -> None:
    """Have the next import read everything again."""
    Source.objects.filter(pk=source.pk).update(cursor={})
    SourceUnit.objects.filter(source=source).update(digest="")
    source.cursor = {}
