"""What a name named, by the database and by hand from the same statements."""

from datetime import UTC, datetime

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from apps.catalog.models import Artifact
from apps.catalog.selectors import alias_at, alias_history, aliases_over_time, holding_aliases
from apps.catalog.services import record_batch
from apps.graph.aliases import fingerprint
from apps.graph.records import AliasRecord, LineageBatch
from tests.catalog.lineage import key

pytestmark = pytest.mark.django_db

NAMES = ("n@champion", "n@challenger")
DAYS = range(1, 7)
STATEMENTS = st.lists(
    st.builds(
        lambda value, named, day: AliasRecord(
            "mlflow", value, named and key(named), datetime(2026, 10, day, tzinfo=UTC)
        ),
        st.sampled_from(NAMES),
        st.sampled_from([None, "a", "b", "c"]),
        st.sampled_from(DAYS),
    ),
    max_size=14,
)
# Since when, what, until when, what then.
Row = tuple[datetime, str, datetime | None, str]


def by_hand(said: list[AliasRecord], value: str) -> list[Row]:
    """Newest first."""
    of_time: dict[datetime, AliasRecord] = {}
    for one in sorted(said, key=lambda one: (one.at, fingerprint(one, "test"))):
        if one.value == value:
            of_time[one.at] = one
    moves: list[tuple[datetime, str]] = []
    for at, one in of_time.items():
        named = one.artifact.name if one.artifact else ""
        if not moves or moves[-1][1] != named:
            moves.append((at, named))
    ends: list[tuple[datetime | None, str]] = [*moves[1:], (None, "")]
    return [(*move, *end) for move, end in zip(moves, ends, strict=False)][::-1]


def told(artifact: Artifact | None) -> str:
    return artifact.name if artifact else ""


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STATEMENTS)
def test_the_database_says_what_one_finds_by_hand(said: list[AliasRecord]) -> None:
    with transaction.atomic():
        record_batch(batch=LineageBatch(producer="test", aliases=tuple(said)))
        rows = {name: by_hand(said, name) for name in NAMES}
        for name in NAMES:
            spans = alias_history(scheme="mlflow", value=name)
            found = [(one.since, told(one.artifact), one.until, told(one.then)) for one in spans]
            assert found == rows[name]
        for day in DAYS:
            when = datetime(2026, 10, day, 12, tzinfo=UTC)
            for name in NAMES:
                held = alias_at(scheme="mlflow", value=name, when=when)
                before = [row for row in rows[name] if row[0] <= when]
                assert (held is not None) == bool(before)
                assert told(held.artifact if held else None) == (before[0][1] if before else "")
            assert holding_aliases(at=when).count() == sum(
                any(since <= when for since, *_ in rows[name]) for name in NAMES
            )
        for artifact in Artifact.objects.all():
            borne = [
                (one.value, one.since, one.until, told(one.then))
                for one in aliases_over_time(artifact=artifact)
            ]
            assert sorted(borne, key=str) == sorted(
                [
                    (name, since, until, then)
                    for name in NAMES
                    for since, named, until, then in rows[name]
                    if named == artifact.name
                ],
                key=str,
            )
        transaction.set_rollback(True)
