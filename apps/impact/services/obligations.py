"""Settling what a flag obliges people to do."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from apps.audit.services import record_entry
from apps.graph.validation import line
from apps.impact.errors import StateError
from apps.impact.models import LIVE_STATES, Obligation, ObligationState
from apps.impact.services.permitting import require_role, required_note

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST_ASSIGNEE = 200


def assign_obligation(*, obligation: Obligation, assignee: str, actor: "User") -> Obligation:
    """Say who is to act: a person, a team, or nobody ("")."""
    require_role(actor=actor, role="reviewer", to_do="assign obligations")
    name = line(assignee, "$.assignee", limit=LONGEST_ASSIGNEE).strip()
    return _change(
        obligation,
        ObligationState.OPEN,
        {"assignee": name},
        action="assigned",
        details={"assignee": name, "before": obligation.assignee},
        actor=actor,
    )


def resolve_obligation(*, obligation: Obligation, note: str, actor: "User") -> Obligation:
    """Say that it has been dealt with, and how: rolled back, retrained, retired, not affected."""
    require_role(actor=actor, role="reviewer", to_do="resolve obligations")
    words = required_note(note, "$.note")
    values = {
        "state": ObligationState.RESOLVED,
        "note": words,
        "decided_by": actor,
        "decided_at": timezone.now(),
    }
    return _change(
        obligation,
        ObligationState.OPEN,
        values,
        action="resolved",
        details={"note": words},
        actor=actor,
    )


def reopen_obligation(*, obligation: Obligation, note: str, actor: "User") -> Obligation:
    """It turned out not to be settled. Only while its flag is open or confirmed."""
    require_role(actor=actor, role="reviewer", to_do="re-open obligations")
    words = required_note(note, "$.note")
    if obligation.flag.state not in LIVE_STATES:
        state = obligation.flag.get_state_display().lower()
        raise StateError(f"The flag is {state}; raise a new flag to oblige anybody again.")
    settled = (
        ObligationState.DISMISSED
        if obligation.state == ObligationState.DISMISSED
        else ObligationState.RESOLVED
    )
    values = {
        "state": ObligationState.OPEN,
        "note": words,
        "decided_by": None,
        "decided_at": None,
    }
    return _change(
        obligation, settled, values, action="reopened", details={"note": words}, actor=actor
    )


def _change(
    obligation: Obligation,
    expected: ObligationState,
    values: dict[str, Any],
    *,
    action: str,
    details: dict[str, Any],
    actor: "User",
) -> Obligation:
    with transaction.atomic():
        changed = Obligation.objects.filter(pk=obligation.pk, state=expected).update(**values)
        obligation.refresh_from_db()
        if changed != 1:
            raise StateError(
                f"The obligation is {obligation.get_state_display().lower()} by now; "
                "look at it again before you change it."
            )
        record_entry(
            actor=actor,
            action=f"obligation.{action}",
            subject=f"flag:{obligation.flag_id}",
            details={"artifact": obligation.artifact_id, **details},
        )
    return obligation
