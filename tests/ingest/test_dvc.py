"""DVC repositories: runs, data and models over all commits, from git objects alone."""

import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import descendants
from apps.graph.records import ArtifactRecord, EdgeRecord
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.dvc import connector
from apps.ingest.services import import_path
from tests.ingest.shared import of_path

read = of_path(connector.read)

CHURN = Path(__file__).parent / "payloads" / "dvc" / "churn.git"
PLACE = "git://github.com/Acme/churn"


def readings(path: Path = CHURN) -> list[Reading]:
    return list(read(path.resolve()))


def records(found: list[Reading]) -> dict[tuple[str, str, str], ArtifactRecord]:
    return {
        (one.kind, one.name, one.version): one
        for reading in found
        if reading.batch
        for one in reading.batch.artifacts
    }


def edges(found: list[Reading]) -> set[EdgeRecord]:
    return {edge for one in found if one.batch for edge in one.batch.edges}


def test_it_takes_what_stands_in_many_commits_for_one_run() -> None:
    runs = Counter(name for kind, name, _ in records(readings()) if kind == "run")
    assert runs == {
        "prepare": 2,
        "featurize": 2,
        "train": 4,
        "prune": 4,
        "evaluate@churn": 4,
        "evaluate@churn-pruned": 4,
    }


def test_it_yields_each_run_with_all_it_read_and_wrote_as_one() -> None:
    for one in readings():
        if one.batch:
            keys = {record.key for record in one.batch.artifacts}
            assert {edge.upstream for edge in one.batch.edges} <= keys
            assert {edge.downstream for edge in one.batch.edges} <= keys


def test_it_says_what_was_used_and_remarks_a_stale_lock() -> None:
    found = readings()
    (remark,) = [one for reading in found for one in reading.adapted]
    assert (remark.code, "keep_trees is 8" in remark.message) == ("stale_lock", True)
    pruned = [
        one for (kind, name, _), one in records(found).items() if (kind, name) == ("run", "prune")
    ]
    assert {one.facets["run"]["parameters"]["prune.keep_trees"] for one in pruned} == {15}


@pytest.mark.django_db
def test_it_names_registered_versions_and_follows_them_to_what_was_made_of_them() -> None:
    import_path(kind="dvc", path=CHURN)
    raw = Artifact.objects.get(name="data/raw.csv", version="ae31c5714c4d3ae38ccab4bc67a43ec9")
    reached = {
        (one.artifact.kind, str(one.artifact)) for one in descendants(artifact=raw).artifacts
    }
    assert any(kind == "model" and "v2.0.0" in name for kind, name in reached), reached
    assert Edge.objects.filter(role="pruning").count() == 4


Commit = Callable[..., Path]


@pytest.fixture
def committed(tmp_path: Path) -> Commit:
    """Commit files by path to one repository; `tag` names the commit."""
    folder = tmp_path / "work"
    folder.mkdir()

    def git(*words: str) -> None:
        who = ("-c", "user.name=D", "-c", "user.email=d@example.org")
        subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)

    def commit(files: dict[str, str], tag: str = "") -> Path:
        if not (folder / ".git").exists():
            try:
                git("init", "-q", "-b", "main")
            except FileNotFoundError:
                pytest.skip("git makes these repositories")
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content, encoding="utf-8")
        git("add", "-Af")
        git("commit", "-qm", "files")
        if tag:
            git("tag", tag)
        return folder

    return commit


A, B = "a" * 31 + "1", "b" * 31 + "2"
LOCK = f"""
schema: '2.0'
stages:
  fit:
    cmd: [a, b]
    deps: [{{path: rows.csv, hash: md5, md5: {A}, size: 900}}]
    outs: [{{path: out.onnx, md5: {B}, size: 900}}]
"""


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("dvc.lock", "a: &x [1]\nb: *x\n", "not_yaml"),
        ("dvc.lock", "a: !!python/object/apply:os.system [true]\n", "not_yaml"),
        ("dvc.lock", "[" * 5000, "not_yaml"),
        ("dvc.lock", "schema: '2.0'\nstages: {a: {cmd: x, outs: [{md5: 5}]}}", "invalid"),
        ("dvc.lock", 'schema: "2.0"\nstages: {"a\\0b": {cmd: x}}', "invalid"),
        ("a.dvc", "[]", "not_dvc"),
        ("a.dvc", "outs: [{path: [1]}]", "invalid"),
        ("a.dvc", "\x00", "not_yaml"),
    ],
)
def test_it_refuses_what_it_cannot_read_and_reads_the_rest(
    committed: Commit, path: str, text: str, code: str
) -> None:
    found = readings(committed({path: text, "sub/dvc.lock": LOCK}))
    assert code in {one.code for reading in found for one in reading.refused}
    assert ("run", "sub/dvc.yaml:fit") in {key[:2] for key in records(found)}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "stages: 5",
            "stages: {a: 5}",
            "schema: '2.0'",
            "",
            "null",
            "5",
            "stages: {a: {deps: {}}}",
        ),
        "stages: {a: {cmd: x, params: {p.yaml: {x: .nan, y: 2020-01-01, z: [.inf]}}}}",
        "stages: {a: {cmd: x, outs: [{path: ../../out, md5: 00}, {path: /etc/passwd}]}}",
    ],
)
def test_it_bears_odd_locks(committed: Commit, text: str) -> None:
    files = {
        "dvc.lock": text,
        "dvc.yaml": text,
        "p.yaml": "x: 1",
        "m.dvc": f"outs: [{{path: m, md5: {A}}}]",
    }
    assert ("dataset", "m", A) in records(readings(committed(files)))


def test_it_compares_no_digest_of_before_dvc_3(committed: Commit) -> None:
    found = readings(committed({"dvc.lock": LOCK}))
    known = records(found)
    assert (known["dataset", "rows.csv", A].digest, known["model", "out.onnx", B].digest) == (
        f"md5:{A}",
        "",
    )
    said = {
        (one.scheme, one.value)
        for reading in found
        if reading.batch
        for one in reading.batch.identifiers
    }
    assert said == {("dvc_md5", B)}


def test_it_derives_a_registered_folder_from_its_content(committed: Commit) -> None:
    files = {
        "dvc.yaml": "artifacts: {big: {type: model, path: out}}",
        "out.dvc": f"outs: [{{path: out, hash: md5, md5: {A}.dir}}]",
    }
    found = readings(committed(files, tag="big@v1.0.0"))
    assert [(one.upstream.version, one.downstream.version) for one in edges(found)] == [
        (f"{A}.dir", "v1.0.0")
    ]


def test_it_says_when_a_tag_registers_nothing_that_is_kept(committed: Commit) -> None:
    found = readings(committed({"dvc.lock": LOCK}, tag="ghost@v1.0.0"))
    assert "no_such_artifact" in {one.code for reading in found for one in reading.adapted}
    assert ("model", "ghost", "v1.0.0") in records(found)


def test_it_joins_an_imported_file_to_where_it_came_from(committed: Commit) -> None:
    text = f"""
deps: [{{path: a/b.csv, repo: {{url: "git@h.example:x/Y.git", rev: v1, rev_lock: {"c" * 40}}}}}]
outs: [{{path: b.csv, hash: md5, md5: {A}, size: 500}}]
"""
    found = readings(committed({"b.csv.dvc": text}))
    source, copy = records(found)["dataset", "a/b.csv", A], records(found)["dataset", "b.csv", A]
    assert (source.namespace, source.digest) == ("git://h.example/x/Y", copy.digest)
    assert copy.facets["dvc"]["imported_from"]["commit"] == "c" * 40


def test_it_measures_only_with_the_file_that_the_lock_has() -> None:
    found = records(readings())
    measured = [one for (kind, _, _), one in found.items() if kind == "evaluation"]
    assert len(measured) == 8
    assert all("auc" in one.facets["evaluation"]["metrics"] for one in measured)
