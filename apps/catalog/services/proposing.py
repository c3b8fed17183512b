"""What may be one: put before a person, who decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.audit.services import record_entry
from apps.catalog.models import Artifact, Proposal, ProposalState
from apps.catalog.services.bearing import bearers_of
from apps.catalog.services.conflicts import Proof
from apps.catalog.services.identity import merge_artifacts
from apps.catalog.services.writing import Change
from apps.graph.errors import CycleError, LineageError, RecordError
from apps.graph.identity import suggests
from apps.graph.validation import paragraph

if TYPE_CHECKING:
    from apps.accounts.models import User

# An identifier that more artifacts bear is a name that moves, whatever it looks like.
MOST_BEARERS = 20
CHUNK = 2000


def propose_suggested(*, change: Change, claims: Iterable[Proof]) -> None:
    """Bring up the pairs that newly claimed identifiers suggest; a pair once brought up is left."""
    shared = bearers_of({claim for claim in claims if suggests(*claim)})
    pairs: dict[tuple[int, int], Proof] = {}
    for proof, ids in sorted(shared.items()):
        if len(ids) <= MOST_BEARERS:
            for pair in pairwise(ids):
                pairs.setdefault(pair, proof)
    if not pairs:
        return
    rows = Artifact.objects.in_bulk({pk for pair in pairs for pk in pair})
    known = set(
        Proposal.objects.filter(first__in={first for first, _ in pairs}).values_list(
            "first_id", "second_id"
        )
    )
    Proposal.objects.bulk_create(
        [
            Proposal(
                first_id=first,
                second_id=second,
                scheme=scheme,
                value=value,
                proposed_in_id=change.number,
            )
            for (first, second), (_, scheme, value) in sorted(pairs.items())
            if (first, second) not in known
            # Two versions of one name are two, or it would not tell them apart.
            and rows[first].family_hash != rows[second].family_hash
        ],
        batch_size=500,
    )


@dataclass(slots=True)
class Decided:
    """How many were decided; and, by proposal, why others could not be."""

    count: int = 0
    failed: dict[int, str] = field(default_factory=dict)


def decide_proposals(*, ids: Sequence[int], accept: bool, note: str, actor: "User") -> Decided:
    """Accept or reject open proposals, each on its own: one that cannot be merged stays open.

    Accepting needs no note: what both bear is the reason. Rejecting does; it stays in the record.
    """
    why = paragraph(note, "$.note", limit=10_000).strip()
    if not accept and not why:
        raise RecordError("$.note", "Say why they are two; it stays in the record.")
    decided = Decided()
    chosen = Proposal.objects.filter(pk__in=ids, state=ProposalState.OPEN)
    for proposal in chosen.select_related("first", "second").order_by("pk"):
        try:
            with transaction.atomic():
                _decide(proposal, accept=accept, why=why, actor=actor)
        except LineageError as error:
            decided.failed[proposal.pk] = _in_words(error)
        else:
            decided.count += 1
    return decided


def _decide(proposal: Proposal, *, accept: bool, why: str, actor: "User") -> None:
    state = ProposalState.ACCEPTED if accept else ProposalState.REJECTED
    if accept:
        first, second = proposal.first, proposal.second
        reason = why or f"Both bear {proposal.scheme}:{proposal.value}."
        # The one that a source described stays; else the one known first.
        swapped = first.is_placeholder and not second.is_placeholder
        artifact, survivor = (first, second) if swapped else (second, first)
        merge_artifacts(artifact=artifact, survivor=survivor, reason=reason, actor=actor)
    Proposal.objects.filter(pk=proposal.pk).update(
        state=state, note=why, decided_by=actor, decided_at=timezone.now()
    )
    record_entry(
        actor=actor,
        action=f"proposal.{state.value}",
        subject=f"artifact:{proposal.second_id}",
        details={"first": proposal.first_id, "note": why},
    )


def _in_words(error: LineageError) -> str:
    match error:
        case RecordError():
            return error.message
        case CycleError():
            return str(error)
    return str(error)
