"""Sources: what is kept between two imports, what is taken back, and what is never shown."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.catalog.models import Artifact, Edge, Revision
from apps.catalog.selectors import graph_hash
from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, LineageBatch
from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.jobs import run_import
from apps.ingest.models import ImportRun, Source, SourceUnit
from apps.ingest.services import (
    SourceSettings,
    add_source,
    change_source,
    import_source,
    retire_source,
    start_import,
    stop_import,
    try_source,
)
from apps.work.models import WorkState

pytestmark = pytest.mark.django_db
Play = Callable[..., None]
DATA = ArtifactKey("n", "dataset", "data")


@pytest.fixture
def source(administrator: User, tmp_path: Path) -> Iterator[Source]:
    with override_settings(SOURCE_ROOTS=[str(tmp_path)]):
        settings = SourceSettings(where=str(tmp_path))
        yield add_source(name="lab", kind="batch", settings=settings, actor=administrator)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Have the connector tell these readings; an exception among them is raised."""

    def playing(*told: Reading | Exception) -> None:
        def read(_access: Access) -> Iterator[Reading]:
            for one in told:
                if isinstance(one, Exception):
                    raise one
                yield one

        monkeypatch.setattr("apps.ingest.jobs.importing.connector_for", lambda _kind: read)

    return playing


def run_key(name: str) -> ArtifactKey:
    return ArtifactKey("n", "run", name)


def run_of(name: str, *inputs: ArtifactKey, **said: Any) -> Reading:
    key = run_key(name)
    batch = LineageBatch(
        producer="batch",
        evidence=f"https://lab/{name}",
        artifacts=(ArtifactRecord(namespace="n", kind="run", name=name),),
        edges=tuple(EdgeRecord(one, key, "training") for one in inputs),
    )
    return Reading(batch=batch, unit=f"run/{name}", about=(key,), **said)


def live_edges() -> set[tuple[str, str]]:
    rows = Edge.objects.filter(retracted_in__isnull=True)
    return set(rows.values_list("upstream__name", "downstream__name"))


def deleted(name: str) -> bool | None:
    facets = Artifact.objects.get(name=name, kind="run").facets
    found: bool | None = facets.get("deleted_at_source", {}).get("deleted")
    return found


def test_it_asserts_edges_in_its_own_name(source: Source, play: Play) -> None:
    play(run_of("a", DATA))
    run = import_source(source=source)
    assert run.state == WorkState.COMPLETE
    edge = Edge.objects.get()
    assert (edge.producer, edge.evidence) == ("batch/lab", "https://lab/a")


def test_it_changes_nothing_the_second_time(source: Source, play: Play) -> None:
    play(run_of("a", DATA), run_of("b", DATA))
    import_source(source=source)
    before = graph_hash(), Revision.objects.count()
    second = import_source(source=source)
    assert (graph_hash(), Revision.objects.count()) == before
    assert (second.unchanged, second.written) == (2, {})


def test_it_retracts_what_a_unit_no_longer_states(source: Source, play: Play) -> None:
    other = ArtifactKey("n", "dataset", "other")
    play(run_of("a", DATA, other))
    import_source(source=source)
    play(run_of("a", other))
    import_source(source=source)
    assert live_edges() == {("other", "a")}
    assert Edge.objects.count() == 2


def test_it_keeps_an_edge_that_another_unit_states(source: Source, play: Play) -> None:
    shared = EdgeRecord(DATA, run_key("a"), "training")
    also = Reading(batch=LineageBatch(edges=(shared,)), unit="file/a")
    play(run_of("a", DATA), also)
    import_source(source=source)
    play(run_of("a"), also)
    import_source(source=source)
    assert live_edges() == {("data", "a")}


def test_it_marks_what_is_gone_and_keeps_what_it_led_to(source: Source, play: Play) -> None:
    play(run_of("a", DATA), run_of("b", DATA), Reading(complete="run/"))
    import_source(source=source)
    play(run_of("b", DATA), Reading(complete="run/"))
    run = import_source(source=source)
    assert (deleted("a"), deleted("b")) == (True, None)
    assert live_edges() == {("data", "a"), ("data", "b")}
    assert run.written["deleted_at_source"] == 1
    assert "deleted_at_source" not in Artifact.objects.get(name="data").facets


def test_it_takes_the_mark_away_when_it_is_back(source: Source, play: Play) -> None:
    for told in ([run_of("a"), Reading(complete="run/")], [Reading(complete="run/")]):
        play(*told)
        import_source(source=source)
    assert deleted("a") is True
    play(run_of("a"), Reading(complete="run/"))
    import_source(source=source)
    assert deleted("a") is False


def test_it_does_not_take_the_unread_for_gone(source: Source, play: Play) -> None:
    play(run_of("a"), run_of("B"), Reading(complete="run/"))
    import_source(source=source)
    play(Reading(present=("run/a",)), Reading(complete="run/a"), ConnectorError("Gone."))
    import_source(source=source)
    assert (deleted("a"), deleted("B")) == (None, None)


def test_it_goes_on_from_the_last_cursor(
    source: Source, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(run_of("a", cursor={"page": 1}), run_of("b", cursor={"page": 2}), ConnectorError("Cut."))
    assert import_source(source=source).state == WorkState.FAILED
    seen: list[Any] = []

    def read(access: Access) -> Iterator[Reading]:
        seen.append(dict(access.cursor))
        yield run_of("c")

    monkeypatch.setattr("apps.ingest.jobs.importing.connector_for", lambda _kind: read)
    import_source(source=source)
    assert seen == [{"page": 2}]
    assert Artifact.objects.filter(kind="run").count() == 3


def test_it_tries_again_what_may_succeed_later(source: Source, play: Play) -> None:
    play(run_of("a"), ConnectorError("The host is down.", permanent=False))
    run = import_source(source=source)
    assert (run.state, run.attempts) == (WorkState.PENDING, 1)
    assert "The host is down." in run.error
    play(run_of("a"), run_of("b"))
    assert run_import(import_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error, run.unchanged) == (WorkState.COMPLETE, "", 1)


def test_it_gives_up_after_five_attempts(source: Source, play: Play) -> None:
    play(ConnectorError("The host is down.", permanent=False))
    run = import_source(source=source)
    for _ in range(5):
        run_import(import_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (WorkState.FAILED, 5)


def test_it_has_one_import_under_way(source: Source, administrator: User) -> None:
    first = start_import(source=source, actor=administrator)
    assert start_import(source=source, actor=administrator) == first
    with pytest.raises(RecordError, match="under way"):
        import_source(source=source)


def test_it_writes_nothing_once_it_is_stopped(
    source: Source, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_access: Access) -> Iterator[Reading]:
        yield run_of("a")
        stop_import(run=ImportRun.objects.get(), actor=administrator)

    monkeypatch.setattr("apps.ingest.jobs.importing.connector_for", lambda _kind: read)
    run = import_source(source=source)
    assert (run.state, run.error) == (WorkState.FAILED, f"Stopped by {administrator.username}.")
    assert not Artifact.objects.exists()


def test_it_maps_namespaces(source: Source, administrator: User, play: Play) -> None:
    changed = SourceSettings(where=source.where, namespaces={"n*": "team"})
    change_source(source=source, settings=changed, actor=administrator)
    play(run_of("a", DATA))
    import_source(source=source)
    assert set(Artifact.objects.values_list("namespace", flat=True)) == {"team"}


def test_it_reads_everything_again_under_other_namespaces(
    source: Source, administrator: User, play: Play
) -> None:
    play(run_of("a", DATA, cursor={"page": 1}))
    import_source(source=source)
    changed = SourceSettings(where=source.where, namespaces={"n": "team"})
    change_source(source=source, settings=changed, actor=administrator)
    source.refresh_from_db()
    assert (source.cursor, SourceUnit.objects.get().digest) == ({}, "")


def test_it_tries_what_was_refused_again(source: Source, play: Play) -> None:
    back = EdgeRecord(run_key("a"), DATA, "derived")
    play(run_of("a", DATA), Reading(batch=LineageBatch(edges=(back,)), unit="file/b"))
    assert import_source(source=source).refused == {"cycle": 1}
    play(run_of("a"), Reading(batch=LineageBatch(edges=(back,)), unit="file/b"))
    import_source(source=source)
    assert live_edges() == {("a", "data")}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"where": ""}, "$.where"),
        ({"where": "/etc/passwd"}, "$.where"),
        ({"where": "../../etc"}, "$.where"),
        ({"where": "x\x00y"}, "$.where"),
        ({"owner": "o" * 300}, "$.owner"),
        ({"every_minutes": 0}, "$.every_minutes"),
        ({"every_minutes": 10**9}, "$.every_minutes"),
        ({"stale_after_minutes": -1}, "$.stale_after_minutes"),
        ({"secret": "s3cret"}, "$.secret"),
        ({"secret_variable": "SECRET_KEY"}, "$.secret_variable"),
        ({"secret_variable": "PATH"}, "$.secret_variable"),
        ({"namespaces": {"": "x"}}, "$.namespaces"),
        ({"namespaces": {str(n): "x" for n in range(201)}}, "$.namespaces"),
    ],
)
def test_it_refuses_settings_and_names_the_field(
    source: Source, administrator: User, said: dict[str, Any], field: str
) -> None:
    settings = SourceSettings(**{"where": source.where, **said})
    with pytest.raises(RecordError) as caught:
        add_source(name="other", kind="batch", settings=settings, actor=administrator)
    assert caught.value.path == field
    assert Source.objects.count() == 1


@pytest.mark.parametrize("name", ["", "Lab", "a b", "-a", "a" * 65, "lab"])
def test_it_refuses_names(source: Source, administrator: User, name: str) -> None:
    settings = SourceSettings(where=source.where)
    with pytest.raises(RecordError, match=r"\$\.name"):
        add_source(name=name, kind="batch", settings=settings, actor=administrator)


def test_it_retires_and_forgets_the_credentials(source: Source, administrator: User) -> None:
    Source.objects.update(secret="x")
    source.refresh_from_db()
    retire_source(source=source, actor=administrator)
    source.refresh_from_db()
    assert (source.secret, source.retired_at is None) == ("", False)
    with pytest.raises(RecordError, match="retired"):
        start_import(source=source, actor=administrator)
    entries = AuditEntry.objects.order_by("sequence").values_list("action", flat=True)
    assert list(entries) == ["source.added", "source.retired"]


def test_it_tries_a_source_out_and_writes_nothing(source: Source, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '{"artifacts": [{"namespace": "n", "kind": "dataset", "name": "a"}]}'
    )
    assert try_source(source=source) == "It can be read: the first reading holds 1 record."
    assert not Artifact.objects.exists()
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(ConnectorError):
        try_source(source=source)


def test_it_keeps_remarks_without_units(source: Source, play: Play) -> None:
    play(Reading(refused=(Remark("a", "bad", "Bad."),)))
    run = import_source(source=source)
    assert (run.state, run.refused) == (WorkState.FAILED, {"bad": 1})
