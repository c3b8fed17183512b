"""A model card says what the graph knows, and says when it does not know."""

from typing import Any

import pytest
import yaml
from pytest_django import DjangoAssertNumQueries

from apps.cards.document import Document, Section
from apps.cards.documents import deployment_record, model_card
from apps.cards.markdown import to_markdown
from apps.catalog.models import Artifact
from apps.catalog.services import record_batch
from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, LineageBatch
from tests.catalog.lineage import edges, key, stored

pytestmark = pytest.mark.django_db


def told(text: str, **fields: Any) -> ArtifactRecord:
    one = key(text)
    return ArtifactRecord(
        namespace=one.namespace, kind=one.kind, name=one.name, version=one.version, **fields
    )


@pytest.fixture
def fraud() -> None:
    """A model trained by a run, quantised by another, evaluated and deployed."""
    run = {"seed": 7, "parameters": {"depth": 4}, "state": "completed"}
    record_batch(
        batch=LineageBatch(
            producer="test",
            artifacts=(
                told("train@14", facets={"dataset": {"rows": 8100}}),
                told("code:trainer@a91f", facets={"code": {"commit": "a91f3e2c0ffee1"}}),
                told("environment:py311", facets={"environment": {"packages": {"numpy": "2"}}}),
                told("run:fit@1", facets={"run": run}),
                told("model:fraud@7", facets={"model": {"metrics": {"auc": 0.94}}}),
                told("run:quantise@1"),
                told(
                    "model:fraud-int8@7",
                    digest="sha256:9f86",
                    tags=("edge",),
                    facets={
                        "model": {
                            "license": "Proprietary",
                            "framework": "onnx",
                            "metrics": {"auc": 0.93},
                        }
                    },
                ),
                told("evaluation:quality@1", facets={"evaluation": {"metrics": {"auc": 0.92}}}),
                told("deployment:api@31", facets={"deployment": {"environment": "production"}}),
                told("application:checkout", owner="risk-apps"),
            ),
            edges=(
                *edges("train@14 > run:fit@1 [training]", "valid@14 > run:fit@1 [validation]"),
                *edges("code:trainer@a91f > run:fit@1 [code]"),
                *edges("environment:py311 > run:fit@1 [environment]"),
                *edges("run:fit@1 > model:fraud@7 [output]"),
                *edges("model:fraud@7 > run:quantise@1 [quantization]"),
                *edges("run:quantise@1 > model:fraud-int8@7 [output]"),
                *edges("model:fraud-int8@7 > evaluation:quality@1 [evaluation]"),
                *edges("test@14 > evaluation:quality@1 [testing]"),
                *edges("model:fraud-int8@7 > deployment:api@31 [deployment]"),
                *edges("deployment:api@31 > application:checkout [serving]"),
            ),
        )
    )


def section(document: Document, title: str) -> Section:
    return next(one for one in document.sections if one.title == title)


def named(document: Document, title: str) -> list[str]:
    return [str(row.artifact) for row in section(document, title).rows if row.artifact]


@pytest.mark.usefixtures("fraud")
def test_it_traces_the_making_back_through_quantisation() -> None:
    card = model_card(artifact=stored("model:fraud-int8@7"))
    assert named(card, "Training data") == ["train@14"]
    assert section(card, "Training data").rows[0].note == "8,100 rows, in fit@1"
    assert named(card, "Validation data") == ["valid@14"]
    assert named(card, "Test data") == ["test@14"]
    assert section(card, "Code").rows[0].note == "commit a91f3e2c0ffe, in fit@1"
    assert named(card, "Environment") == ["py311"]
    assert named(card, "Modifications") == ["fraud@7"]
    assert [(row.label, row.value) for row in section(card, "Parameters and seed").rows] == [
        ("seed", 7),
        ("depth", 4),
    ]
    assert [row.value for row in section(card, "Metrics").rows] == [0.93, 0.92]
    assert named(card, "Deployments") == ["api@31"]
    assert section(card, "Deployments").rows[0].label == "production"
    assert named(card, "Applications") == ["checkout"]


@pytest.mark.usefixtures("fraud")
def test_it_shows_what_was_made_from_the_base_model() -> None:
    card = model_card(artifact=stored("model:fraud@7"))
    assert named(card, "Models made from it") == ["fraud-int8@7"]
    assert not section(card, "Modifications").rows


def test_it_says_unknown_rather_than_none() -> None:
    record_batch(batch=LineageBatch(producer="test", artifacts=(told("model:bare"),)))
    card = model_card(artifact=stored("model:bare"))
    assert section(card, "Training data").empty.endswith("unknown, not none.")
    assert "unknown, not none" in to_markdown(card)


@pytest.mark.usefixtures("fraud")
def test_it_writes_front_matter_for_the_hub() -> None:
    markdown = to_markdown(model_card(artifact=stored("model:fraud-int8@7")))
    _, block, body = markdown.split("---\n", 2)
    metadata = yaml.safe_load(block)
    assert metadata["license"] == "other"
    assert metadata["library_name"] == "onnx"
    assert metadata["base_model"] == ["fraud@7"]
    assert metadata["base_model_relation"] == "quantized"
    assert metadata["datasets"] == ["train@14"]
    assert metadata["model-index"][0]["results"][0]["metrics"] == [{"type": "auc", "value": 0.92}]
    assert "# fraud\\-int8 7" in body


@pytest.mark.usefixtures("fraud")
def test_it_names_open_flags_first() -> None:
    card = model_card(artifact=stored("model:fraud@7"))
    body = to_markdown(card, flags=["train@14 is bad"])
    assert body.index("train@14 is bad") < body.index("## The model")


def test_it_lets_no_outside_text_become_markup() -> None:
    hostile = ArtifactKey("n", "model", "<script>[x](javascript:alert(1))", "`*_\u202e")
    told_so = ArtifactRecord(
        namespace="n",
        kind="model",
        name=hostile.name,
        version=hostile.version,
        description="# not a title\n---\nlicense: mit",
        facets={"model": {"license": "a: b\n- c", "framework": "`x`<img src=x>"}},
    )
    record_batch(
        batch=LineageBatch(
            producer="test",
            artifacts=(told_so,),
            edges=(EdgeRecord(key("raw"), hostile, "training"),),
        )
    )
    card = model_card(artifact=Artifact.objects.get(name=hostile.name))
    markdown = to_markdown(card)
    assert "\n---\n" not in markdown.split("---\n", 2)[2]
    assert "<script" not in markdown.replace("\\<script", "")
    assert "](" not in markdown
    assert yaml.safe_load(markdown.split("---\n", 2)[1])["license"] == "a: b\n- c"


@pytest.mark.usefixtures("fraud")
def test_it_pins_the_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    model = stored("model:fraud-int8@7")
    with django_assert_num_queries(15):
        model_card(artifact=model)


@pytest.mark.usefixtures("fraud")
def test_it_draws_a_deployment_record() -> None:
    record = deployment_record(artifact=stored("deployment:api@31"))
    assert named(record, "What it serves") == ["fraud-int8@7"]
    assert named(record, "Training data") == ["train@14"]
    assert named(record, "Applications") == ["checkout"]
    assert [row.value for row in section(record, "Metrics").rows] == [0.93, 0.94, 0.92]
    assert section(record, "Where it runs").rows[0].value == "production"
    assert "front" not in to_markdown(record)[:4]
