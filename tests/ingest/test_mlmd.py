"""ML Metadata. The payload was written by ml-metadata 1.17.1 through its own API: a TFX pipeline
run twice, the second time from the cache, and a Kubeflow run with a loop; then `vacuum`ed small."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from apps.catalog.models import Artifact, Edge
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.services import import_path
from tests.ingest.mlmd_stores import STORE, artifacts, changed, edges, into, read, reading
from tests.ingest.shared import SHARED

JAM = "5ce1b0c4-7a53-4a43-9d5f-1f7f0a3d2b11"
REAL = SHARED / "tracking" / "stores" / "mlmd" / "mlmd-api.db"


def test_it_names_runs_by_pipeline_and_task_and_what_they_wrote_by_the_run() -> None:
    found = artifacts(reading())
    assert {
        "run berries/Trainer@2026-10-01T02:00:00.000001#4",
        f"run jam@{JAM}#13",
        f"run jam/fit@{JAM}#16",
        "dataset berries/CsvExampleGen/examples@1",
        "feature_set berries/SchemaGen/schema@3",
        "model jam/fit/model@8",
        "artifact jam/trim/page@10",
        "dataset left-over@11",
    } <= found.keys()


def test_it_reads_roles_from_types_and_declared_names() -> None:
    found = reading()
    trainer = into(found, "berries/Trainer@2026-10-01T02:00:00.000001#4")
    assert trainer == {
        ("berries/CsvExampleGen/examples@1", "training"),
        ("berries/SchemaGen/schema@3", "features"),
    }
    assert into(found, "berries/Evaluator/evaluation@5") == {
        ("berries/Evaluator@2026-10-01T02:00:00.000001#5", "output"),
        ("berries/Trainer/model@4", "evaluation"),
    }
    assert ("berries/Trainer/model@4", "deployment") in into(found, "berries/Pusher/pushed_model@6")
    assert ("jam/fit/model@8", "pruning") in into(found, "jam/trim/model@9")


def test_it_lets_a_cached_execution_reuse_and_not_make() -> None:
    found = reading()
    assert into(found, "berries/Trainer/model@4") == {
        ("berries/Trainer@2026-10-01T02:00:00.000001#4", "output")
    }
    cached = "berries/Trainer@2026-10-02T02:00:00.000001#10"
    assert ("berries/Trainer/model@4", "reuse") in into(found, cached)
    assert artifacts(found)[f"run {cached}"].facets["mlmd"]["cached"] is True


def test_it_takes_no_pending_output_for_lineage() -> None:
    found = reading()
    assert into(found, "berries/Pusher/pushed_model@6") & {("Pusher", "output")} == set()
    assert [(one.place, one.code) for one in found.adapted if one.code == "pending_output"] == [
        ("store.db: Event 28", "pending_output"),
        ("store.db: Artifact 12", "pending_output"),
    ]


def test_it_starts_tasks_from_their_scope_and_gives_a_scope_no_other_edges() -> None:
    found = reading()
    loop = f"jam/for-loop-1@{JAM}#15"
    assert into(found, loop) == {(f"jam@{JAM}#13", "orchestration")}
    assert (loop, "orchestration") in into(found, f"jam/fit@{JAM}#16")
    assert "event_of_a_scope" in {one.code for one in found.adapted}


def test_it_reads_structs_code_image_digest_and_state() -> None:
    found = artifacts(reading())
    boil = found[f"run jam/boil@{JAM}#14"].facets["run"]
    assert boil["parameters"] == {"seed": 7, "depth": [1, 2.5, None, True, "x", {"y": 1}]}
    assert (boil["seed"], boil["state"]) == (7, "completed")
    assert found[f"run jam/fit@{JAM}#16"].facets["run"]["state"] == "failed"
    assert found["dataset jam/boil/pot@7"].digest == "md5:9e107d9d372bb6826bd81d3542a419d6"
    assert into(reading(), f"jam/boil@{JAM}#14") >= {
        ("jam@b2b2b2b2b2012345678901234567890123456789", "code"),
        (f"registry.example/jam@sha256:{'3c' * 32}", "environment"),
    }


def test_it_gives_the_run_of_a_pipeline_the_id_that_kubeflow_knows_it_by() -> None:
    found = reading()
    assert found.batch is not None
    bearers = [str(one.artifact) for one in found.batch.identifiers if one.scheme == "kfp_run"]
    assert bearers == [f"jam@{JAM}#13"]


def test_it_keeps_what_is_deleted_and_every_sort_of_property() -> None:
    found = reading()
    left = artifacts(found)["dataset left-over@11"].facets["mlmd"]
    assert left["deleted"] is True
    assert left["properties"] == {
        "any": {"a": {"b": [1, "two"]}},
        "hours": "mlmd-struct::no base64",
        "loss": 0.5,
        "ok": True,
    }
    assert "no_struct" in {one.code for one in found.adapted}
    assert found.batch is not None
    names = {(one.scheme, one.value) for one in found.batch.identifiers}
    assert ("mlmd_external_id", "jam://left") in names
    assert "tfx_fingerprint" in {scheme for scheme, _ in names}


@pytest.mark.django_db
def test_it_gives_the_same_graph_when_read_again() -> None:
    first = import_path(kind="mlmd", path=STORE)
    assert (first.state, first.refused) == ("complete", {})
    again = import_path(kind="mlmd", path=STORE.parent)
    assert again.written == {}
    assert Artifact.objects.filter(is_placeholder=True).count() == 0
    found = reading()
    assert found.batch is not None
    assert Edge.objects.count() == len(found.batch.edges)


def test_it_reads_a_store_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = reading()
    monkeypatch.setattr("apps.ingest.connectors.mlmd.tables.ROWS_AT_ONCE", 2)
    assert reading() == whole


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("update Event set type = 99 where id = 1", "unknown_event"),
        ("update Event set artifact_id = 999 where id = 1", "no_such_artifact"),
        ("update Event set artifact_id = 'x' where id = 1", "invalid"),
        ("update Execution set type_id = 'x' where id = 2", "invalid"),
        ("update Execution set name = 'a' || char(0) where id = 2", "invalid"),
        ("update Artifact set uri = x'00ff' where id = 1", "invalid"),
        (
            "update ExecutionProperty set int_value = 99 where name = 'parent_dag_id'",
            "no_such_execution",
        ),
    ],
)
def test_it_refuses_one_damaged_row_and_reads_the_rest(
    tmp_path: Path, statement: str, code: str
) -> None:
    found = reading(changed(tmp_path, statement))
    assert code in {one.code for one in found.refused}
    assert len(artifacts(found)) > 25


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("update ArtifactProperty set double_value = 9e999 where name = 'loss'", ""),
        (
            "update ArtifactProperty set string_value = 'a' || char(0) where name = 'name'",
            "field_left_out",
        ),
        ("update ArtifactProperty set proto_value = 'Cv8=' where name = 'any'", "no_struct"),
        (
            "update ArtifactProperty set string_value=hex(zeroblob(1200000)) where name='hours'",
            "field_left_out",
        ),
        ("update Execution set create_time_since_epoch = 9223372036854775807", ""),
    ],
)
def test_it_keeps_an_artifact_one_of_whose_values_is_odd(
    tmp_path: Path, statement: str, code: str
) -> None:
    found = reading(changed(tmp_path, statement))
    assert artifacts(found).keys() >= {"dataset left-over@11", f"run jam/boil@{JAM}#14"}
    assert found.refused == ()
    assert not code or code in {one.code for one in found.adapted}


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (["update MLMDEnv set schema_version = 3"], "schema version 3"),
        (["update MLMDEnv set schema_version = 11"], "schema version 11"),
        (["delete from MLMDEnv"], "schema version None"),
        (["drop table Event"], "no table Event"),
        (
            ["drop table Artifact", "create view Artifact as select 1 as id"],
            "no table Artifact",
        ),
        (["alter table Execution drop column last_known_state"], "cannot be read"),
    ],
)
def test_it_does_not_read_what_is_no_store(
    tmp_path: Path, statements: list[str], message: str
) -> None:
    with pytest.raises(ConnectorError, match=message):
        list(read(changed(tmp_path, *statements)))


def test_it_does_not_read_other_files_and_says_so(tmp_path: Path) -> None:
    text, cut = tmp_path / "a.db", tmp_path / "b.db"
    text.write_bytes(b"not a database")
    cut.write_bytes(STORE.read_bytes()[:3000])
    (tmp_path / "c.db").symlink_to(STORE)
    refused = [one.refused[0] for one in read(tmp_path)]
    assert [(one.place, one.code) for one in refused] == [
        ("a.db", "no_store"),
        ("b.db", "no_store"),
        ("c.db", "outside"),
    ]


def test_it_refuses_a_schema_whose_words_are_damaged(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(STORE.read_bytes().replace(b"AUTOINCREMENT", b"AUTOINCRE\xceENT"))
    with pytest.raises(ConnectorError, match="cannot be read"):
        list(read(path))


def test_it_reads_a_store_in_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = changed(tmp_path, "pragma journal_mode = wal", "update MLMDEnv set schema_version = 10")
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        assert edges(reading(path)) == edges(reading())
        assert [one.name for one in tmp_path.iterdir()] == ["store.db"]
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not REAL.is_file(), reason="the recorded stores do not lie in this repository")
def test_it_agrees_with_the_events_of_a_real_store() -> None:
    found = reading(REAL)
    with closing(sqlite3.connect(f"file:{REAL}?mode=ro", uri=True)) as store:
        (runs,) = store.execute("select count(*) from Execution").fetchone()
        (outputs,) = store.execute(
            "select count(*) from Event e join Execution x on x.id = e.execution_id "
            "where e.type in (1, 4) and x.last_known_state != 5"
        ).fetchone()
        (inputs,) = store.execute(
            "select count(*) from (select distinct artifact_id, execution_id from Event "
            "where type in (2, 3))"
        ).fetchone()
    assert found.batch is not None
    assert Counter(one.kind for one in found.batch.artifacts) == {
        "run": runs,
        "dataset": 5,
        "model": 5,
        "evaluation": 2,
        "code": 3,
        "environment": 1,
    }
    roles = Counter(one.role for one in found.batch.edges)
    assert roles["output"] == outputs
    assert roles["input"] + roles["training"] + roles["testing"] == inputs
    assert (roles["orchestration"], roles["pruning"], roles["reuse"]) == (13, 2, 1)
