"""Adding, changing, trying out and retiring sources."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.services import record_entry
from apps.graph.errors import LineageError, RecordError
from apps.graph.validation import line, paragraph
from apps.ingest.connectors import KINDS, connector_for, trial_of
from apps.ingest.connectors.contract import Access, ConnectorError, Reading
from apps.ingest.credentials import (
    checked_variable,
    encrypted,
    masked,
    same_service,
    without_credentials,
)
from apps.ingest.jobs.scheduling import hold
from apps.ingest.models import Source
from apps.ingest.opening import access_to, reach_of_sources
from apps.ingest.services.importing import forget_position, stop_import_of

if TYPE_CHECKING:
    from apps.accounts.models import User

NAME = "[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?"
MAX_MINUTES = 60 * 24 * 366
MAX_NAMESPACES = 200
MAX_SECRET_BYTES = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """What a person decides of a source. `secret` None leaves the one that is kept."""

    where: str = ""
    owner: str = ""
    description: str = ""
    secret: str | None = field(default=None, repr=False)
    secret_variable: str = ""
    namespaces: Mapping[str, str] = field(default_factory=dict)
    every_minutes: int | None = None
    stale_after_minutes: int | None = None
    is_paused: bool = False


def add_source(*, name: str, kind: str, settings: SourceSettings, actor: "User") -> Source:
    """A new source; nothing is read yet. RecordError names the field that is not acceptable."""
    if not re.fullmatch(NAME, name):
        raise RecordError(
            "$.name",
            "Give up to 64 small letters, digits, dots and hyphens, such as mlflow-prod. It is "
            "part of what the source asserts and cannot be changed later.",
        )
    _check_kind(kind)
    if Source.objects.filter(name=name).exists():
        raise RecordError("$.name", f"There is a source {name} already.")
    source = Source(name=name, kind=kind, added_by=actor, added_at=timezone.now())
    _apply(source, settings)
    try:
        with transaction.atomic():
            source.save()
            _audit(actor, "source.added", source, {"kind": kind, **_told(settings)})
    except IntegrityError as error:  # Somebody was faster.
        raise RecordError("$.name", f"There is a source {name} already.") from error
    return source


def change_source(*, source: Source, settings: SourceSettings, actor: "User") -> Source:
    """Change what a person decides. Where it reads, or under which namespaces, being changed, an
    import under way is stopped and the next reads everything again. RecordError names the field
    that is not acceptable.
    """
    with transaction.atomic():
        hold(source)
        if source.retired_at:
            raise RecordError("$", f"{source.name} is retired.")
        before = (source.where, source.namespaces)
        _apply(source, settings)
        source.save()
        if before != (source.where, source.namespaces):
            words = f"Stopped: {actor.get_username()} changed the source. Import it again."
            stop_import_of(source, actor, words)
            forget_position(source)
        _audit(actor, "source.changed", source, _told(settings))
    return source


def retire_source(*, source: Source, actor: "User") -> Source:
    """Read it no more, and forget its credentials. What it told stays in the graph."""
    with transaction.atomic():
        hold(source)
        if source.retired_at is None:
            stop_import_of(source, actor, f"Stopped: {actor.get_username()} retired the source.")
            source.retired_at = timezone.now()
            source.secret = source.secret_variable = ""
            source.next_due_at = None
            source.save()
            _audit(actor, "source.retired", source, {})
    return source


def try_source(*, source: Source) -> str:
    """Try to open the source and say in words what was found; writes nothing.

    ConnectorError says what is wrong, without the secret.
    """
    secret = ""
    try:
        access = access_to(source)
        secret = access.secret
        return masked(_tried(source.kind, access), secret)
    except (ConnectorError, LineageError) as error:
        raise ConnectorError(masked(str(error), secret)) from None


def try_settings(*, kind: str, settings: SourceSettings, known: Source | None = None) -> str:
    """The same for settings that are not saved yet; the secret of `known` if none is given."""
    _check_kind(kind)
    source = Source(kind=kind, name=known.name if known else "new", added_at=timezone.now())
    if known is not None:
        source.where, source.secret = known.where, known.secret
    _apply(source, settings)
    source.cursor = {}
    return try_source(source=source)


def _tried(kind: str, access: Access) -> str:
    if (trial := trial_of(kind)) is not None:
        return trial(access)
    readings = list(islice(connector_for(kind)(replace(access, cursor={})), 1))
    if not readings:
        raise ConnectorError(f"Nothing in {access.where} could be read.")
    return _in_words(readings[0])


def _in_words(reading: Reading) -> str:
    records = len(reading.batch or ()) + len(reading.events)
    if not records and reading.refused:
        first = reading.refused[0]
        raise ConnectorError(f"The first that was read was refused: {first.place}: {first.message}")
    return f"It can be read: the first reading holds {records:,} record{'s'[: records != 1]}."


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise RecordError("$.kind", f"Not a kind of source; known are: {', '.join(sorted(KINDS))}.")


def _apply(source: Source, settings: SourceSettings) -> None:
    kind = KINDS[source.kind]
    before, source.where = source.where, line(settings.where.strip(), "$.where", required=True)
    _check_reach(source.where)
    source.owner = line(settings.owner.strip(), "$.owner", limit=200)
    source.description = paragraph(settings.description, "$.description").strip()
    source.namespaces = _namespaces(settings.namespaces)
    source.secret_variable = checked_variable(settings.secret_variable, "$.secret_variable")
    if settings.secret is None and source.secret and not same_service(before, source.where):
        raise RecordError(
            "$.secret", "The credentials that are kept are for another host. Give them again."
        )
    if settings.secret is not None:
        secret = line(settings.secret, "$.secret", limit=MAX_SECRET_BYTES)
        source.secret = encrypted(secret) if secret else ""
    if source.secret_variable:
        if settings.secret:
            raise RecordError("$.secret", "Give a secret or the name of a variable, not both.")
        source.secret = ""
    if source.has_secret and not kind.secret:
        raise RecordError("$.secret", f"{kind.title} is read from files; it takes no credentials.")
    source.every_minutes = _minutes(settings.every_minutes, "$.every_minutes")
    source.stale_after_minutes = _minutes(settings.stale_after_minutes, "$.stale_after_minutes")
    source.is_paused = settings.is_paused
    source.next_due_at = _next_due(source)


def _check_reach(where: str) -> None:
    """A path outside what may be read is refused at once; a host may be down just now."""
    if where != without_credentials(where):
        raise RecordError(
            "$.where", "Leave the credentials out of the URL; they have a field of their own."
        )
    if "://" not in where:
        try:
            reach_of_sources().path(where)
        except ConnectorError as error:
            raise RecordError("$.where", str(error)) from error


def _next_due(source: Source) -> Any:
    if source.every_minutes is None or source.retired_at:
        return None
    begin = source.synced_at or timezone.now()
    return max(begin + timedelta(minutes=source.every_minutes), timezone.now())


def _minutes(value: int | None, path: str) -> int | None:
    if value is not None and not 1 <= value <= MAX_MINUTES:
        raise RecordError(path, f"Give between 1 and {MAX_MINUTES:,} minutes, or nothing.")
    return value


def _namespaces(mapping: Mapping[str, str]) -> dict[str, str]:
    if len(mapping) > MAX_NAMESPACES:
        raise RecordError("$.namespaces", f"At most {MAX_NAMESPACES} namespaces can be mapped.")
    return {
        line(theirs, "$.namespaces", required=True): line(
            ours, f"$.namespaces[{theirs[:80]!r}]", required=True
        )
        for theirs, ours in mapping.items()
    }


def _told(settings: SourceSettings) -> dict[str, Any]:
    """For the audit log: everything but the secret, of which only whether one was given."""
    told = asdict(settings)
    told["secret"] = settings.secret is not None
    return told


def _audit(actor: "User", action: str, source: Source, details: dict[str, Any]) -> None:
    record_entry(actor=actor, action=action, subject=f"source:{source.pk}", details=details)
