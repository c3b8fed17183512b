"""The same records in any order, any cut and any number of times end in the same graph."""

from datetime import UTC, datetime

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from apps.catalog.selectors import alias_history, graph_hash, names_of
from apps.catalog.services import record_batch
from apps.graph.records import (
    AliasRecord,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from tests.catalog.lineage import key

pytestmark = pytest.mark.django_db

CONTENT = "9e107d9d372bb6826bd81d3542a419d6"
NAMES = st.integers(0, 5)
ARTIFACTS = st.builds(
    lambda number, owner, facet: ArtifactRecord(
        namespace="shop", kind="dataset", name=f"n{number}", owner=owner, facets={"f": facet}
    ),
    NAMES,
    st.sampled_from(["", "ann", "bob"]),
    st.integers(0, 2),
)
# From a lower number to a higher one, so no order of arrival can close a cycle.
EDGES = st.builds(
    lambda pair, role: EdgeRecord(key(f"n{min(pair)}"), key(f"n{max(pair)}"), role),
    st.lists(NAMES, min_size=2, max_size=2, unique=True),
    st.sampled_from(["derived", "testing"]),
)
IDENTIFIERS = st.builds(
    lambda number, value: IdentifierRecord(key(f"n{number}"), "s3", value),
    NAMES,
    st.sampled_from(["s3://a", "s3://b"]),
)
# Three of them may prove to be one, unless an edge says that one was made from another.
PROOFS = st.builds(
    lambda number, owner: ArtifactRecord(
        namespace="shop", kind="dataset", name=f"n{number}", owner=owner, digest=f"md5:{CONTENT}"
    ),
    st.sampled_from([1, 3, 5]),
    st.sampled_from(["", "cas"]),
)
# Some of one time, some of what proves to be one.
ALIASES = st.builds(
    lambda number, day: AliasRecord(
        "mlflow",
        "models:/n@champion",
        None if number is None else key(f"n{number}"),
        datetime(2026, 10, day, tzinfo=UTC),
    ),
    st.none() | st.sampled_from([1, 3, 4]),
    st.integers(1, 4),
)
RECORDS = st.lists(ARTIFACTS | EDGES | IDENTIFIERS | PROOFS | ALIASES, min_size=1, max_size=12)
Record = ArtifactRecord | EdgeRecord | IdentifierRecord | AliasRecord
Moves = list[tuple[str, list[str]]]


def graph_after(*parts: list[Record]) -> tuple[str, Moves]:
    """The graph's hash, and what the alias has named since when, after recording the parts, each as
    a batch, in an empty graph.
    """
    with transaction.atomic():
        for part in parts:
            record_batch(
                batch=LineageBatch(
                    producer="test",
                    artifacts=tuple(one for one in part if isinstance(one, ArtifactRecord)),
                    edges=tuple(one for one in part if isinstance(one, EdgeRecord)),
                    identifiers=tuple(one for one in part if isinstance(one, IdentifierRecord)),
                    aliases=tuple(one for one in part if isinstance(one, AliasRecord)),
                )
            )
        found = graph_hash(), alias_moves()
        transaction.set_rollback(True)
    return found


def alias_moves() -> Moves:
    """Since when the alias has named what; that by all its names, as the one known first varies."""
    return [
        (
            span.since.isoformat(),
            sorted(names_of(artifact=span.artifact).values_list("name", flat=True))
            if span.artifact
            else [],
        )
        for span in alias_history(scheme="mlflow", value="models:/n@champion")
    ]


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_it_depends_on_what_was_said_only(data: st.DataObject) -> None:
    said = data.draw(RECORDS)
    shuffled = data.draw(st.permutations(said))
    cut = data.draw(st.integers(0, len(said)))
    again = data.draw(st.lists(st.sampled_from(said), max_size=4))
    assert graph_after(said) == graph_after(shuffled[:cut], shuffled[cut:], again)
