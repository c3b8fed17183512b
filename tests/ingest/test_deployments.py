"""What runs where, read from what describes it."""

import doctest
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from apps.catalog.models import Artifact, Deployment, Edge
from apps.graph.records import ArtifactRecord, LineageBatch
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.deployments import connector
from apps.ingest.services import import_path
from tests.ingest.shared import SHARED, of_path

read = of_path(connector.read)

PAYLOADS = Path(__file__).parent / "payloads" / "deployments"
STORE = SHARED / "tracking" / "stores" / "deployments"
COMMIT = "9d3f" * 10


def batches(path: Path) -> list[LineageBatch]:
    return [one.batch for one in read(path) if one.batch is not None]


def deployed(path: Path) -> dict[str, ArtifactRecord]:
    """By name and version."""
    records = [record for batch in batches(path) for record in batch.artifacts]
    return {f"{one.name}@{one.version}": one for one in records if one.kind == "deployment"}


def upstream(path: Path) -> set[tuple[str, str, str, str]]:
    """(role, namespace, name, version) of what deployments are made from."""
    return {
        (one.role, one.upstream.namespace, one.upstream.name, one.upstream.version)
        for batch in batches(path)
        for one in batch.edges
    }


def identifiers(path: Path) -> set[tuple[str, str, str]]:
    return {
        (one.artifact.kind, one.scheme, one.value)
        for batch in batches(path)
        for one in batch.identifiers
    }


def remarks(found: list[Reading]) -> set[str]:
    return {remark.code for one in found for remark in (*one.adapted, *one.refused)}


def written(tmp_path: Path, text: str | bytes, name: str = "a.yaml") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def facet(record: ArtifactRecord) -> dict[str, Any]:
    about: dict[str, Any] = record.facets["deployment"]
    return about


def test_it_tells_each_revision_of_a_deployment_and_when_it_ran() -> None:
    found = deployed(PAYLOADS / "kubernetes" / "get.json")
    lives = {
        name: (facet(one).get("live_from"), facet(one).get("live_until"), facet(one)["replicas"])
        for name, one in found.items()
    }
    assert lives == {
        "deployment/basket@1-7b0c6a52": ("2026-01-05T09:00:01Z", "2026-02-01T08:00:00Z", 0),
        "deployment/basket@2-7b0c6a52": ("2026-02-01T08:00:00Z", "2026-03-10T08:00:00Z", 0),
        "deployment/basket@3-7b0c6a52": ("2026-03-10T08:00:00Z", None, 2),
    }
    assert {facet(one)["environment"] for one in found.values()} == {"production"}


def test_it_takes_the_digest_from_the_pods_where_the_specification_has_a_tag() -> None:
    path = PAYLOADS / "kubernetes" / "get.json"
    now = deployed(path)["deployment/basket@3-7b0c6a52"]
    assert facet(now)["image_digest"].startswith("registry.example.org/shop/basket@sha256:592fa5")
    assert now.facets["kubernetes"]["pods"] == ["basket-6c5-aa", "basket-6c5-bb"]
    last = {one.upstream.version for one in batches(path)[-1].edges}
    assert "stable" not in last
    assert "7" in last


def test_it_does_not_take_an_id_on_a_machine_for_a_digest() -> None:
    path = PAYLOADS / "kubernetes" / "pods.yaml"
    found = list(read(path))
    assert "no_registry_digest" in remarks(found)
    assert not [one for one in identifiers(path) if one[1] == "oci_image"]
    assert ("deployment", "k8s://tools-dev", "basket", "7") in upstream(path)
    assert ("run", "mlflow_run", "00112233445566778899aabbccddeeff") in identifiers(path)


def test_it_reads_command_lines_and_init_containers_and_hashes() -> None:
    path = PAYLOADS / "kubernetes" / "stateful.yaml"
    (one,) = deployed(path).values()
    assert one.version == "ranker-7d9f8b5c4-11112222"
    assert facet(one)["environment"] == "test"
    assert "image_digest" not in facet(one)
    assert {("model", "hf_repo", f"acme/ranker-7b@{'5e' * 20}")} < identifiers(path)
    assert ("deployment", "gs://search-models", "ranker/12", "") in upstream(path)


def test_it_reads_both_revisions_of_a_canary() -> None:
    found = deployed(PAYLOADS / "kserve" / "services.yaml")
    assert {
        "inferenceservice/basket@basket-predictor-00003-99998888",
        "inferenceservice/basket@basket-predictor-00002-99998888",
    } < found.keys()
    assert ("model", "mlflow_model", f"m-{'0a' * 16}") in identifiers(PAYLOADS / "kserve")
    assert {
        ("s3://shop-models", "basket/9"),
        ("gs://models", "one/1"),
        ("huggingface.co", "acme/llm-8b"),
        ("oci://registry.example.org", "models/packed"),
    } < {(namespace, name) for _, namespace, name, _ in upstream(PAYLOADS / "kserve")}


def test_it_reads_the_whole_tree_of_a_seldon_deployment() -> None:
    found = {name for role, _, name, _ in upstream(PAYLOADS / "seldon") if role == "deployment"}
    run = "00112233445566778899aabbccddeeff"
    assert found == {"a/1", f"7/{run}/artifacts/model", "c/1", "iris/3"}
    assert ("output", "mlflow", run, run) in upstream(PAYLOADS / "seldon")
    assert facet(deployed(PAYLOADS / "seldon")["seldondeployment/basket@3"])["replicas"] == 3


def test_it_knows_latest_only_from_a_built_bento() -> None:
    built, file = PAYLOADS / "bentoml" / "bento.yaml", PAYLOADS / "bentoml" / "bentofile.yaml"
    assert upstream(built) == {("deployment", "bentoml", "basket", "2osw7ftx6gmyeaav")}
    assert ("deployment", "bentoml", "basket", "@latest") in upstream(file)
    assert ("model", "bentoml_tag", "basket:latest") not in identifiers(file)


def test_it_finds_models_in_what_ray_applications_are_given() -> None:
    for name in ("serve.yaml", "status.json", "rayservice.yaml"):
        assert ("deployment", "mlflow", "basket", "7") in upstream(PAYLOADS / "ray" / name)
    code = ("code", "git://git.example.org/shop/basket", "basket", COMMIT)
    assert code in upstream(PAYLOADS / "ray" / "serve.yaml")


def test_it_joins_the_answers_of_sagemaker_across_files() -> None:
    found = list(read(PAYLOADS / "sagemaker"))
    (one,) = deployed(PAYLOADS / "sagemaker").values()
    assert (one.version, facet(one)["replicas"]) == ("basket-7", 3)
    assert facet(one)["live_from"] == "2026-03-09T00:00:01Z"
    space = "sagemaker://444455556666/eu-west-1"
    roles = {role: name for role, _, name, _ in upstream(PAYLOADS / "sagemaker")}
    assert roles == {
        "deployment": "basket",
        "environment": "basket",
        "output": "training-job/basket-77",
        "code": "basket",
    }
    refused = [remark.place for reading in found for remark in reading.refused]
    assert refused == [f"DescribeModel {space} alone"]


def test_it_tells_each_deployed_model_of_a_vertex_endpoint() -> None:
    (one,) = deployed(PAYLOADS / "vertex").values()
    assert (one.name, one.version) == ("endpoints/66", "77")
    assert ("model", "uri", "gs://models/basket/7") in identifiers(PAYLOADS / "vertex")
    assert ("derived", "vertex://model-garden", "publishers/google/models/base", "") in upstream(
        PAYLOADS / "vertex"
    )


def test_it_tells_an_image_built_with_a_model_without_calling_it_deployed() -> None:
    path = PAYLOADS / "mlflow"
    assert {one.partition("@")[0] for one in deployed(path)} == {"basket", "unlinked"}
    assert ("dependency", "mlflow", "basket", "7") in upstream(path)


def test_it_follows_the_aliases_of_a_compose_file_and_masks_secrets() -> None:
    found = deployed(PAYLOADS / "compose")
    assert {one.partition("@")[0] for one in found} == {"scorer", "tgi", "cache", "worker"}
    assert {facet(one)["environment"] for one in found.values()} == {"staging"}
    run = "00112233445566778899aabbccddeeff"
    assert ("deployment", "mlflow", "model", run) in upstream(PAYLOADS / "compose")
    assert "hunter2" not in repr(list(read(PAYLOADS)))


def test_it_gives_the_same_records_twice_and_another_version_to_a_changed_one(
    tmp_path: Path,
) -> None:
    assert list(read(PAYLOADS)) == list(read(PAYLOADS))
    text = (PAYLOADS / "kubernetes" / "created.yaml").read_text()
    first, scaled, changed = (
        next(iter(deployed(written(tmp_path, one, f"{name}.yaml"))))
        for name, one in (
            ("a", text),
            ("b", text.replace("replicas: 2", "replicas: 5")),
            ("c", text.replace("scorer:2", "scorer:3")),
        )
    )
    assert first == scaled != changed


@pytest.mark.parametrize(
    "name", ["described", "environments", "kubernetes", "references", "values"]
)
def test_its_examples_are_true(name: str) -> None:
    module = import_module(f"apps.ingest.connectors.deployments.{name}")
    outcome = doctest.testmod(module)
    assert outcome.attempted
    assert not outcome.failed


@pytest.mark.django_db
def test_it_is_recorded_once_however_often_it_is_imported() -> None:
    run = import_path(kind="deployments", path=PAYLOADS)
    assert run.state == "complete", run.error
    assert set(run.refused) == {"no_deployment", "not_deployed"}
    counted = Deployment.objects.count(), Edge.objects.count()
    assert counted[0] == len(deployed(PAYLOADS))
    assert import_path(kind="deployments", path=PAYLOADS).written == {}
    assert counted == (Deployment.objects.count(), Edge.objects.count())


@pytest.mark.skipif(not STORE.is_dir(), reason="the shared descriptions are not part of this house")
@pytest.mark.django_db
def test_it_reads_every_description_of_the_shared_store() -> None:
    run = import_path(kind="deployments", path=STORE)
    assert run.state == "complete", run.error
    assert run.refused == {}
    assert Deployment.objects.count() == 13
    image = Artifact.objects.filter(kind="environment", version__startswith="sha256:111")
    assert image.filter(merged_into=None).count() == 1
