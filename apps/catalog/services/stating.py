"""What was said of an artifact, read from its row and put back.

The row of a survivor joins what was said under all names that proved to be it; what was said under
its own is kept beside, so that they can be split again.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import asdict
from datetime import datetime
from typing import Any

from apps.catalog.models import Artifact
from apps.graph.merge import Statements

STATED_FIELDS = ("digest", "uri", "owner", "description", "occurred_at", "tags", "facets", "stamps")


def state(artifact: Artifact, stated: Statements) -> bool:
    """Take in what is said under the artifact's own name; say whether anything changed."""
    statements = _in_row(artifact)
    changed = statements.join(stated) or artifact.is_placeholder
    _put(artifact, statements)
    artifact.is_placeholder = False
    if artifact.own_statements is not None:
        own = _kept(artifact.own_statements)
        changed = own.join(stated) or artifact.own_statements["is_placeholder"] or changed
        artifact.own_statements = _to_keep(own, is_placeholder=False)
    return changed


def state_for_survivor(survivor: Artifact, stated: Statements) -> bool:
    """Take in what is said under another of the survivor's names."""
    statements = _in_row(survivor)
    changed = statements.join(stated) or survivor.is_placeholder
    _put(survivor, statements)
    survivor.is_placeholder = False
    return changed


def stand_alone(artifact: Artifact) -> None:
    """Leave in the row what was said under the artifact's own name."""
    if (kept := artifact.own_statements) is not None:
        _put(artifact, _kept(kept))
        artifact.is_placeholder = kept["is_placeholder"]
        artifact.own_statements = None


def stand_for(survivor: Artifact, others: Iterable[Artifact]) -> None:
    """Join into the survivor's row what the others' rows, each standing alone, say."""
    own = _in_row(survivor)
    survivor.own_statements = _to_keep(own, is_placeholder=survivor.is_placeholder)
    joined = _kept(survivor.own_statements)
    for other in others:
        joined.join(_in_row(other))
        survivor.is_placeholder &= other.is_placeholder
    _put(survivor, joined)


def without_content(kept: dict[str, Any]) -> dict[str, Any]:
    """What is left of kept statements when the content is taken away."""
    return kept | {"uri": "", "description": "", "tags": [], "facets": {}, "stamps": {}}


def _in_row(artifact: Artifact) -> Statements:
    return Statements(**{name: getattr(artifact, name) for name in STATED_FIELDS})


def _put(artifact: Artifact, statements: Statements) -> None:
    for name in STATED_FIELDS:
        setattr(artifact, name, getattr(statements, name))


def _to_keep(statements: Statements, *, is_placeholder: bool) -> dict[str, Any]:
    moment = statements.occurred_at
    told = {"occurred_at": moment and moment.isoformat(), "is_placeholder": is_placeholder}
    return asdict(statements) | told


def _kept(kept: dict[str, Any]) -> Statements:
    # Copied: joining writes into the facets, and what is kept must stay as it was said.
    fields = {name: copy(kept[name]) for name in STATED_FIELDS}
    if fields["occurred_at"]:
        fields["occurred_at"] = datetime.fromisoformat(fields["occurred_at"])
    return Statements(**fields)
