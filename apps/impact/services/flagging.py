"""Raising flags and deciding on them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.audit.services import record_entry
from apps.catalog.models import Artifact
from apps.graph.errors import RecordError
from apps.graph.validation import moment, paragraph, word
from apps.impact.errors import StateError
from apps.impact.jobs.opening import open_report
from apps.impact.models import (
    LIVE_STATES,
    Flag,
    FlagState,
    ObligationState,
    Report,
    Scope,
    Severity,
)
from apps.impact.services.permitting import LONGEST_NOTE, require_role, required_note
from apps.impact.tasks import publish

if TYPE_CHECKING:
    from apps.accounts.models import User


def flag_artifact(
    *,
    artifact: Artifact,
    reason: str,
    severity: str,
    actor: "User",
    detail: str = "",
    scope: str = Scope.VERSION,
    since: datetime | None = None,
) -> Flag:
    """Say that an artifact is bad; its report is worked out in the background.

    The flag, its pending report and the audit entry are committed together, and that is all the
    report needs: the broker is told afterwards, for at most about a second, and may be down.

    Raises `NotAllowedError` below contributor and `RecordError` for a value that cannot be kept.
    """
    require_role(actor=actor, role="contributor", to_do="raise flags")
    flagged = artifact.merged_into or artifact
    flag = Flag(
        artifact=flagged,
        scope=_one_of(scope, Scope.values, "$.scope"),
        reason=word(reason, "$.reason"),
        severity=_one_of(severity, Severity.values, "$.severity"),
        detail=paragraph(detail, "$.detail", limit=LONGEST_NOTE).strip(),
        since=moment(since, "$.since"),
        raised_by=actor,
        raised_at=timezone.now(),
    )
    with transaction.atomic():
        flag.save(force_insert=True)
        report = open_report(flag_id=flag.pk)
        transaction.on_commit(partial(publish, report.pk))
        record_entry(
            actor=actor,
            action="flag.raised",
            subject=f"flag:{flag.pk}",
            details={
                "artifact": flagged.pk,
                "key_hash": flagged.key_hash,
                "scope": flag.scope,
                "reason": flag.reason,
                "severity": flag.severity,
                "detail": flag.detail,
                "since": flag.since.isoformat() if flag.since else None,
            },
        )
    return flag


def _one_of(value: str, values: Sequence[str], path: str) -> str:
    if value not in values:
        raise RecordError(path, f"{value[:80]!r} is not one of {', '.join(values)}.")
    return value


def confirm_flag(*, flag: Flag, actor: "User", reason: str = "") -> Flag:
    """A reviewer agrees that the artifact is bad."""
    require_role(actor=actor, role="reviewer", to_do="confirm flags")
    note = paragraph(reason, "$.reason", limit=LONGEST_NOTE).strip()
    return _decide(flag, (FlagState.OPEN,), FlagState.CONFIRMED, note, actor)


def dismiss_flag(*, flag: Flag, reason: str, actor: "User") -> Flag:
    """A reviewer finds that the artifact is not bad. Its open obligations end with the flag."""
    require_role(actor=actor, role="reviewer", to_do="dismiss flags")
    note = required_note(reason, "$.reason")
    return _decide(flag, (FlagState.OPEN,), FlagState.DISMISSED, note, actor)


def withdraw_flag(*, flag: Flag, reason: str, actor: "User") -> Flag:
    """Take a flag back: it was wrong, or no longer holds. The artifact may be flagged again.

    Whoever raised it may withdraw it while it is open; a confirmed one takes a reviewer.
    """
    is_own = flag.raised_by_id == actor.pk and flag.state == FlagState.OPEN
    role = "contributor" if is_own else "reviewer"
    require_role(actor=actor, role=role, to_do="withdraw this flag")
    note = required_note(reason, "$.reason")
    allowed = (FlagState.OPEN,) if is_own and not actor.may_act_as("reviewer") else LIVE_STATES
    return _decide(flag, allowed, FlagState.WITHDRAWN, note, actor)


def _decide(
    flag: Flag, allowed: Sequence[FlagState], state: FlagState, note: str, actor: "User"
) -> Flag:
    now = timezone.now()
    with transaction.atomic():
        # The condition is in the update: of two people deciding at once, one is told.
        decided = Flag.objects.filter(pk=flag.pk, state__in=allowed).update(
            state=state, decided_by=actor, decided_at=now, decision_note=note
        )
        flag.refresh_from_db()
        if decided != 1:
            raise StateError(
                f"The flag is {flag.get_state_display().lower()} already; it cannot be "
                f"{state.label.lower()}. Raise a new flag if the artifact is bad after all."
            )
        ended = 0
        if state not in LIVE_STATES:
            ended = flag.obligations.filter(state=ObligationState.OPEN).update(
                state=ObligationState.DISMISSED,
                note=f"The flag was {state.label.lower()}: {note}",
                decided_by=actor,
                decided_at=now,
            )
        record_entry(
            actor=actor,
            action=f"flag.{state.value}",
            subject=f"flag:{flag.pk}",
            details={"reason": note, "obligations_ended": ended},
        )
    return flag


def request_report(*, flag: Flag, actor: "User") -> Report:
    """Ask for a new report of a flag, say after one has failed. One that waits is returned."""
    require_role(actor=actor, role="contributor", to_do="ask for reports")
    with transaction.atomic():
        report = open_report(flag_id=flag.pk)
        transaction.on_commit(partial(publish, report.pk))
        record_entry(
            actor=actor,
            action="report.requested",
            subject=f"flag:{flag.pk}",
            details={"report": report.number},
        )
    return report
