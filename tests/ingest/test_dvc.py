"""DVC repositories: runs, data and models over all commits, from git objects alone."""

from collections import Counter
from pathlib import Path

import pytest

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import descendants
from apps.graph.records import ArtifactRecord, EdgeRecord
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.dvc import read
from apps.ingest.services import import_path

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
