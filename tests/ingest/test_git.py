"""Plain git repositories: what tags, trailers and pointers declare, without running git."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from apps.catalog.models import Artifact
from apps.graph.records import ArtifactRecord, EdgeRecord
from apps.ingest.connectors.contract import ConnectorError, Reading
from apps.ingest.connectors.git import connector
from apps.ingest.services import import_path
from tests.ingest.shared import of_path

read = of_path(connector.read)

PLAIN = Path(__file__).parent / "payloads" / "git" / "plain.git"
PLACE = "git://git.example.org/team/plain"
TRAINED = "ff519c47608ff2f1884c7756a6d71f482f5c1c3f"
with_git = pytest.mark.skipif(shutil.which("git") is None, reason="git makes these repositories")


def readings(path: Path = PLAIN) -> list[Reading]:
    return list(read(path.resolve()))


def records(found: list[Reading]) -> dict[tuple[str, str, str], ArtifactRecord]:
    return {
        (one.kind, one.name, one.version): one
        for reading in found
        if reading.batch
        for one in reading.batch.artifacts
    }


def edges(found: list[Reading]) -> set[tuple[str, str, str]]:
    every: set[EdgeRecord] = {edge for one in found if one.batch for edge in one.batch.edges}
    return {(one.upstream.name, one.role, one.downstream.name) for one in every}


def remarks(found: list[Reading]) -> set[str]:
    return {one.code for reading in found for one in (*reading.adapted, *reading.refused)}


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=D", "-c", "user.email=d@example.org")
    return subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.py").write_text("print(1)\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


def test_it_takes_only_commits_that_something_names() -> None:
    commits = [version for kind, _, version in records(readings()) if kind == "code"]
    assert sorted(one[:7] for one in commits) == ["ba8264e", "c922661", "e68727a", "ff519c4"]


def test_it_keeps_a_commit_that_no_ref_reaches_any_more() -> None:
    lost = records(readings())["code", "plain", "c9226615c1d4237b7b4f9c32911d488b4e354ca6"]
    assert lost.facets["git"]["unreachable"] is True


def test_it_reads_model_versions_from_tags_and_their_content_from_pointers() -> None:
    found = records(readings())
    digest = "sha256:4ec480415df77fe75869"
    assert found["model", "churn", "1.0.0"].digest.startswith(digest)
    assert found["model", "churn", "1.0.0"].occurred_at is not None


def test_it_reads_what_trailers_declare() -> None:
    assert {
        ("churn/raw.csv", "training", "models/churn.joblib"),
        ("228d8e6efb1842bd891bf91242c6dcc3", "output", "models/churn.joblib"),
        ("churn", "pruning", "models/churn-pruned.joblib"),
        ("python", "dependency", "plain"),
    } <= edges(readings())


@pytest.mark.django_db
def test_it_makes_one_model_of_a_tag_and_a_pointer() -> None:
    import_path(kind="git", path=PLAIN)
    assert {one.name for one in Artifact.objects.filter(kind="model", merged_into=None)} == {
        "churn",
        "churn-pruned",
    }


@with_git
def test_it_shows_uncommitted_changes(work: Path) -> None:
    assert "dirty" not in remarks(readings(work))
    (work / "a.py").write_text("print(2)\n")
    found = readings(work)
    (changed,) = [one for one in records(found).values() if "+dirty." in one.version]
    assert changed.facets["code"]["dirty"] is True
    assert changed.facets["git"]["changed"] == ["a.py"]


@with_git
def test_it_runs_nothing_that_the_repository_names(work: Path) -> None:
    ran = work.parent / "ran"
    command = f"touch {ran}"
    for name in ("filter.x.clean", "filter.x.process", "core.fsmonitor", "diff.external"):
        git(work, "config", name, command)
    (work / ".git/info").mkdir(exist_ok=True)
    (work / ".git/info/attributes").write_text("* filter=x\n")
    (work / "a.py").write_text("print(2)\n")
    assert "dirty" not in remarks(readings(work))
    assert not ran.exists()


@with_git
def test_it_does_not_leave_the_repository(work: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".git").write_text(f"gitdir: {work}/.git\n")
    with pytest.raises(ConnectorError, match="leads elsewhere"):
        readings(elsewhere)
    borrowed = tmp_path / "borrowed"
    git(tmp_path, "clone", "-q", "--shared", str(work), str(borrowed))
    assert {"alternates", "no_object"} <= remarks(readings(borrowed))
    shutil.move(work / ".git/objects", tmp_path / "objects")
    (work / ".git/objects").symlink_to(tmp_path / "objects")
    with pytest.raises(ConnectorError, match="leads out"):
        readings(work)


@with_git
def test_it_reads_around_damage(work: Path) -> None:
    git(work, "tag", "-a", "model/x/1", "-m", "x")
    blob = git(work, "rev-parse", "HEAD:a.py").strip()
    loose = work / ".git/objects" / blob[:2] / blob[2:]
    loose.chmod(0o600)
    loose.write_bytes(b"\x00 not zlib")
    (work / ".git/index").write_bytes(b"DIRC\x00\x00\x00\x02\xff\xff\xff\xff")
    (work / ".git/refs/heads/odd").write_bytes(b"\x00" * 50)
    assert {"no_object", "no_file_of_model", "no_index"} <= remarks(readings(work))
    (work / ".git/packed-refs").write_bytes(b"\xff\xfe nonsense\n")
    with pytest.raises(ConnectorError, match="refs"):
        readings(work)


@with_git
def test_it_opens_no_pipe_and_no_link_out(work: Path) -> None:
    os.mkfifo(work / ".git/objects/pack/pack-1.idx")
    with pytest.raises(ConnectorError, match="pack-1"):
        readings(work)
    (work / ".git/objects/pack/pack-1.idx").unlink()
    (work / ".git/refs/heads/out").symlink_to("/etc/hostname")
    with pytest.raises(ConnectorError, match="out"):
        readings(work)


@with_git
def test_it_does_not_unpack_what_is_too_large(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "Dockerfile").write_bytes(b"# " + b"x" * 3_000_000)
    git(work, "add", "-A")
    git(work, "commit", "-qm", "large")
    monkeypatch.setattr("apps.ingest.connectors.git.objects.MAX_OBJECT_BYTES", 1_000_000)
    assert "no_object" in remarks(readings(work))
    git(work, "gc", "-q")
    assert "no_object" in remarks(readings(work))


def test_it_refuses_what_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="not a git repository"):
        readings(tmp_path)
