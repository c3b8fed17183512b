"""What the client sends, taken in by the server unchanged."""

import json
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.accounts.services import create_token
from apps.catalog.models import Artifact, Deployment, Edge, Revision
from apps.catalog.selectors import graph_hash
from apps.graph.vocabulary import POST_TRAINING_ROLES, ROLES, Kind
from model_lineage import Client, declared
from tests.client.conftest import Project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(
    contributor: User, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> LiveServer:
    """One that the client knows, with a token that may record and read."""
    _, secret = create_token(
        owner=contributor, name="ci", scopes=["record", "read"], actor=contributor
    )
    monkeypatch.setenv("LINEAGE_URL", live_server.url)
    monkeypatch.setenv("LINEAGE_TOKEN", secret)
    return live_server


def train(project: Project, *more: str) -> tuple[int, str]:
    """A run with something of everything."""
    project.write("data/train.csv", "a,b\n" * 100)
    project.write("base.onnx")
    return project.lineage(
        *("run", "--name", "train", "--input", "training=data", "--input", "fine_tuning=base.onnx"),
        *("--input", "testing=s3://lake/test.csv", "--output", "churn.onnx", "--tag", "churn@2.0"),
        *("--param", "lr=0.1", "--metrics", "metrics.json", "--seed", "7", "--allow-dirty"),
        *("--image", f"registry.example/train@sha256:{'ab' * 32}", *more, "--"),
        *("sh", "-c", """seq 50 > churn.onnx; echo '{"auc": 0.9}' > metrics.json"""),
    )


def steps() -> set[tuple[str, str, str]]:
    return set(Edge.objects.values_list("upstream__name", "role", "downstream__name"))


def test_a_run_becomes_the_graph(project: Project, server: LiveServer) -> None:
    assert train(project) == (0, "")
    assert steps() == {
        ("churn", "code", "train"),
        ("python", "environment", "train"),
        ("registry.example/train", "environment", "train"),
        ("data", "training", "train"),
        ("test.csv", "testing", "train"),
        ("base.onnx", "input", "train"),
        ("base.onnx", "fine_tuning", "churn"),
        ("train", "output", "churn"),
    }
    run = Artifact.objects.get(kind="run")
    assert run.facets["run"]["parameters"] == {"lr": 0.1}
    assert run.facets["run"]["metrics"] == {"auc": 0.9}
    assert run.facets["run"]["seed"] == 7
    code = Artifact.objects.get(kind="code")
    assert code.identifiers.filter(scheme="git_commit", value=code.version).exists()
    assert Artifact.objects.get(kind="model", name="churn").digest.startswith("sha256:")


def test_a_file_imported_later_gives_the_same_graph(project: Project, server: LiveServer) -> None:
    train(project, "--to", "out.jsonl")
    assert not Artifact.objects.exists()
    (batch,) = project.recorded()
    assert Client().record(batch).refused == []
    posted = graph_hash()

    call_command("flush", verbosity=0, interactive=False)
    assert graph_hash() != posted
    call_command("import_lineage", "batch", "out.jsonl", stdout=StringIO())
    assert graph_hash() == posted


def test_what_could_not_be_sent_is_pushed_later(
    project: Project, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAGE_URL", "http://127.0.0.1:9")
    status, said = train(project)
    assert status == 0
    assert "does not answer" in said
    (waiting,) = (project.folder / ".lineage").glob("*.json")
    kept = waiting.read_text()

    monkeypatch.setenv("LINEAGE_URL", server.url)
    assert project.lineage("push") == (0, "lineage: 1 sent, 0 refused\n")
    assert list((project.folder / ".lineage").glob("*.json")) == []
    before = graph_hash()
    waiting.write_text(kept)
    assert project.lineage("push")[0] == 0
    assert graph_hash() == before
    assert Revision.objects.count() == 1


def test_what_the_server_refuses_is_put_aside(project: Project, server: LiveServer) -> None:
    waiting = project.folder / ".lineage"
    waiting.mkdir()
    (waiting / "1.json").write_text('{"artifacts": [{"kind": "Big Table"}]}')
    (waiting / "2.json").write_text("no json")
    batch = {"artifacts": [{"namespace": "n", "kind": "model", "name": "m", "version": "1"}]}
    (waiting / "3.json").write_text(json.dumps(batch))
    status, said = project.lineage("push")
    assert status == 1
    assert "1 sent, 2 refused" in said
    assert sorted(one.name for one in waiting.iterdir()) == [
        *("1.reason", "1.refused", "2.reason", "2.refused"),
    ]


def test_a_token_without_the_scope_loses_nothing(
    project: Project, server: LiveServer, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = create_token(owner=viewer, name="ro", scopes=["read"], actor=viewer)
    monkeypatch.setenv("LINEAGE_TOKEN", secret)
    status, said = train(project)
    assert status == 0
    assert "403 role_missing" in said or "403 scope_missing" in said
    assert project.lineage("push")[0] == 1
    assert len(list((project.folder / ".lineage").glob("*.json"))) == 1


@pytest.mark.parametrize(
    "name",
    ["a\nb.csv", "\udcff\udcfe.csv", "-rf.csv", "a=b.csv", "sp ace;$(x).csv", "\u202etxt.csv"],
)
def test_names_of_files_may_hold_anything(project: Project, server: LiveServer, name: str) -> None:
    project.write(f"data/{name}")
    status, said = project.lineage(
        *("run", f"--input=input=data/{name}", f"--output=dataset=new/{name}", "--"),
        *("sh", "-c", 'mkdir new && seq 50 > "new/$1"', "sh", name),
    )
    assert (status, said) == (0, "")
    assert Artifact.objects.filter(kind="dataset").count() == 2


def test_code_is_one_with_what_the_git_connector_reads(
    project: Project, server: LiveServer
) -> None:
    pytest.importorskip("dulwich")
    train(project)
    call_command("import_lineage", "git", str(project.folder), stdout=StringIO())
    assert Artifact.objects.filter(kind="code").count() == 1
    model = Artifact.objects.get(kind="model", name="churn", merged_into=None)
    assert model.facets["git"]["tag"] == "model/churn/2.0"
    assert model.digest.startswith("sha256:")


def test_a_run_started_by_another_says_so(project: Project, server: LiveServer) -> None:
    inner = "lineage() { " + f'"{sys.executable}" -m model_lineage "$@"; }}; '
    project.lineage(
        *("run", "--name", "pipeline", "--", "sh", "-c"),
        inner + "lineage run --name first -- true; lineage run --name second -- true",
    )
    assert {one for one in steps() if one[1] == "orchestration"} == {
        ("pipeline", "orchestration", "first"),
        ("pipeline", "orchestration", "second"),
    }
    assert not Artifact.objects.filter(is_placeholder=True).exists()


def test_deployments_go_live_and_end(project: Project, server: LiveServer) -> None:
    live = ("--environment", "production", "--name", "churn-api")
    where = ("--endpoint", "https://churn.example/predict", "--application", "crm")
    image = ("--image", "registry.example/churn-api:2", "--digest", f"sha256:{'cd' * 32}")
    first = project.lineage(
        "deployed", "churn@1.0", *live, *where, *image, "--live-from", "2026-10-01T02:00:00Z"
    )
    assert first == (0, "")
    assert steps() == {
        ("churn", "deployment", "churn-api"),
        ("registry.example/churn-api", "environment", "churn-api"),
        ("churn-api", "serving", "crm"),
    }
    one = Deployment.objects.get()
    assert (one.environment, one.endpoint) == ("production", "https://churn.example/predict")
    assert one.image_digest.endswith("cd" * 32)
    assert one.live_until is None

    assert project.lineage("deployed", "churn@2.0", *live, *where, "--replace")[0] == 0
    one.refresh_from_db()
    second = Deployment.objects.exclude(pk=one.pk).get()
    assert one.live_until == second.live_from
    assert one.endpoint == "https://churn.example/predict"

    assert project.lineage("retired", "churn@1.0", *live)[0] == 1
    assert project.lineage("retired", "churn@2.0", *live)[0] == 0
    second.refresh_from_db()
    assert second.live_until is not None
    assert second.live_from is not None


def test_the_same_release_said_twice_is_one_deployment(
    project: Project, server: LiveServer
) -> None:
    for _ in range(2):
        project.lineage(
            *("deployed", "churn@1.0", "--environment", "production", "--name", "churn-api"),
            *("--release", "build-7"),
        )
    assert Artifact.objects.filter(kind="deployment").count() == 1
    assert Artifact.objects.get(kind="deployment").version == "build-7"


def test_it_knows_the_server_s_words() -> None:
    assert set(declared.KINDS) == {kind.value for kind in Kind}
    assert set(declared.ROLES) == set(ROLES)
    assert set(declared.POST_TRAINING) == POST_TRAINING_ROLES
