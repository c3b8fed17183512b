"""A source of kind mlflow, imported into the graph and kept in step with the server."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.test import override_settings

from apps.accounts.models import User
from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import graph_hash
from apps.ingest.models import Source
from apps.ingest.services import SourceSettings, add_source, import_source, try_source
from apps.work.models import WorkState
from tests.ingest.mlflow_server import FakeMlflow, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[FakeMlflow]:
    with serving(FakeMlflow(page=50, secret="Bearer t0k3n")) as fake:
        yield fake


@pytest.fixture
def source(server: FakeMlflow, administrator: User) -> Iterator[Source]:
    with override_settings(SOURCE_NETWORKS=["127.0.0.0/8"]):
        settings = SourceSettings(
            where=server.url, secret="t0k3n", namespaces={"mlflow://*": "tracking"}
        )
        yield add_source(name="lab", kind="mlflow", settings=settings, actor=administrator)


def imported(source: Source) -> dict[str, int]:
    source.refresh_from_db()
    run = import_source(source=source)
    assert (run.state, run.error) == (WorkState.COMPLETE, "")
    return {name: count for name, count in run.written.items() if count}


def lifecycle(name: str) -> str:
    run = Artifact.objects.get(kind="run", name=name)
    return str(run.facets["mlflow"]["lifecycle_stage"])


def test_a_second_import_changes_nothing(source: Source) -> None:
    assert try_source(source=source).endswith("3 experiments, 11 runs, 5 registered models.")
    first = imported(source)
    assert (first["artifacts_added"], first.get("conflicts", 0)) == (36, 0)
    kinds = Counter(Artifact.objects.values_list("kind", flat=True))
    assert kinds == {
        "run": 11,
        "model": 12,
        "dataset": 4,
        "evaluation": 5,
        "environment": 3,
        "code": 1,
    }
    before = graph_hash()
    assert imported(source) == {}
    assert graph_hash() == before


def test_a_run_that_was_deleted_and_restored_comes_back(source: Source, server: FakeMlflow) -> None:
    imported(source)
    info = server.runs[server.run_named("depth-3")]["info"]
    info["lifecycle_stage"] = "deleted"
    assert imported(source)["artifacts_changed"] == 1
    assert lifecycle("depth-3") == "deleted"
    # No time moves when it is restored.
    info["lifecycle_stage"] = "active"
    imported(source)
    assert lifecycle("depth-3") == "active"
    assert imported(source) == {}


def test_a_run_that_was_purged_is_marked_and_comes_back(source: Source, server: FakeMlflow) -> None:
    imported(source)
    identity = server.run_named("depth-3")
    run = server.runs.pop(identity)
    # Only the mark: it is still where its model comes from, under the name it had.
    assert imported(source) == {"deleted_at_source": 1, "artifacts_changed": 1}
    purged = Artifact.objects.get(kind="run", version=identity)
    assert purged.facets["deleted_at_source"]["deleted"] is True
    server.runs[identity] = run
    imported(source)
    purged.refresh_from_db()
    assert purged.facets["deleted_at_source"]["deleted"] is False


def test_a_tag_and_an_alias_follow_the_registry(source: Source, server: FakeMlflow) -> None:
    imported(source)
    version = next(
        one for one in server.told["versions"] if (one["name"], one["version"]) == ("churn", "2")
    )
    tag = next(one for one in version["tags"] if one["key"] == "deployed_to")
    for place in ("staging-eu", "prod-us", "prod-eu"):
        tag["value"] = place
        imported(source)
        kept = Artifact.objects.get(kind="model", name="churn", version="2")
        assert kept.facets["mlflow"]["tags"]["deployed_to"] == place


def test_what_comes_from_a_run_follows_it_to_another_name(
    source: Source, server: FakeMlflow
) -> None:
    imported(source)
    server.runs[server.run_named("search")]["info"]["run_name"] = "grid"
    server.runs[server.run_named("final")]["info"]["run_name"] = "release"
    imported(source)
    live = {
        (edge.upstream.name, edge.role)
        for edge in Edge.objects.filter(retracted_in__isnull=True).select_related("upstream")
        if edge.upstream.kind == "run"
    }
    assert {("grid", "orchestration"), ("release", "output")} <= live
    assert not {name for name, _ in live} & {"search", "final"}
