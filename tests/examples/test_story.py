"""What the worked example is there to show: one bad month and how far it went."""

from datetime import UTC, datetime

from apps.graph.facets import (
    DatasetFacet,
    DeploymentFacet,
    EvaluationFacet,
    ModelFacet,
    RunFacet,
    read_facet,
)
from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Consequence
from tests.examples.conftest import Example

BAD = ("raw_transactions", "2026-10")
TODAY = datetime(2026, 11, 23, tzinfo=UTC)


def consequence(example: Example, name: str, version: str = "") -> Consequence | None:
    found = example.radius(*BAD).affected.get(example.named(name, version))
    return found.consequence if found else None


def deployment(example: Example, key: ArtifactKey) -> DeploymentFacet:
    return read_facet(DeploymentFacet, example.artifacts[key].facets["deployment"])


def test_it_has_a_month_with_rows_twice(example: Example) -> None:
    rows = {}
    for month in ("2026-09", "2026-10"):
        for name in ("gateway_export", "raw_transactions"):
            facets = example.artifacts[example.named(name, month)].facets
            rows[name, month] = read_facet(DatasetFacet, facets["dataset"]).rows
    assert rows["raw_transactions", "2026-09"] == rows["gateway_export", "2026-09"] == 4000
    assert rows["gateway_export", "2026-10"] == 4000
    assert rows["raw_transactions", "2026-10"] == 4275


def test_it_contaminates_the_promoted_model_and_all_made_of_it(example: Example) -> None:
    for name in ("", "-int8", "-lite", "-calibrated"):
        assert consequence(example, f"fraud-scorer{name}", "v4") is Consequence.CONTAMINATES


def test_it_leaves_the_version_before_clean(example: Example) -> None:
    affected = example.radius(*BAD).affected
    for version in ("v1", "v2", "v3"):
        assert example.named("fraud-scorer", version) not in affected
    assert example.named("fraud-scorer-int8", "v3") not in affected
    assert example.named("fraud_scores", "2026-11-05") not in affected


def test_it_reaches_five_live_production_deployments(example: Example) -> None:
    live = {
        (key.name, key.version)
        for key, found in example.radius(*BAD).affected.items()
        if found.consequence is Consequence.CONTAMINATES
        and key.kind == "deployment"
        and (facet := deployment(example, key)).environment == "production"
        and (facet.live_until is None or facet.live_until > TODAY)
    }
    assert live == {
        ("checkout-eu", "2026-11-12"),
        ("checkout-us", "2026-11-12"),
        ("dashboard-reasons", "2026-11-17"),
        ("review-desk", "2026-11-13"),
        ("terminals", "2026-11-16"),
    }


def test_it_reaches_four_applications(example: Example) -> None:
    reached = {
        key.name
        for key, found in example.radius(*BAD).affected.items()
        if key.kind == "application" and found.consequence is Consequence.CONTAMINATES
    }
    assert reached == {"card-terminals", "checkout", "manual-review-desk", "merchant-dashboard"}


def test_it_reaches_staging_and_a_canary_that_has_ended(example: Example) -> None:
    staging = example.named("checkout-staging", "2026-11-09")
    canary = example.named("checkout-canary", "2026-11-11")
    affected = example.radius(*BAD).affected
    assert {staging, canary} <= affected.keys()
    assert deployment(example, staging).environment == "staging"
    assert deployment(example, canary).live_until == datetime(2026, 11, 12, 10, tzinfo=UTC)


def test_it_only_doubts_the_numbers_of_the_chargeback_model(example: Example) -> None:
    assert consequence(example, "chargeback-propensity", "v2") is Consequence.EVIDENCE
    assert consequence(example, "chargeback-desk", "2026-11-09") is Consequence.EVIDENCE
    assert consequence(example, "chargeback_test", "v2") is Consequence.CONTAMINATES
    assert consequence(example, "chargeback_training", "v2") is None
    assert consequence(example, "chargeback-propensity", "v1") is None


def test_it_goes_through_a_model_into_a_dataset_and_on(example: Example) -> None:
    radius = example.radius("fraud-scorer", "v4")
    path = radius.path(example.named("fraud_scores", "2026-11-20"))
    assert [key.kind for key in path] == ["model", "run", "dataset"]
    assert consequence(example, "fraud_scores", "2026-11-20") is Consequence.CONTAMINATES


def test_it_has_one_affected_deployment_that_nobody_owns(example: Example) -> None:
    ownerless = [key for key, record in example.artifacts.items() if not record.owner]
    assert ownerless == [example.named("dashboard-reasons", "2026-11-17")]
    assert ownerless[0] in example.radius(*BAD).affected


def test_it_starts_at_the_commit_that_changed_the_load(example: Example) -> None:
    commits = {
        edge.downstream.version: edge.upstream
        for edge in example.edges
        if edge.role == "code" and edge.downstream.name == "load_transactions"
    }
    culprit = commits["2026-10"]
    assert culprit not in {commit for month, commit in commits.items() if month != "2026-10"}
    assert "refunds" in example.artifacts[culprit].description


def test_it_looked_like_an_improvement_and_was_none(example: Example) -> None:
    """Purchases that stand twice lie on both sides of a split by row."""

    def precision(name: str) -> float:
        key = example.named("fraud-scorer-quality", name)
        facet = read_facet(EvaluationFacet, example.artifacts[key].facets["evaluation"])
        value = facet.metrics["average_precision"]
        assert isinstance(value, float)
        return value

    assert precision("v4-test") > precision("v3-test") + 0.1
    assert precision("v4-november") < precision("v3-november") - 0.05


def test_it_keeps_the_losers_of_the_search(example: Example) -> None:
    trials = [key for key in example.artifacts if key.name == "search_fraud_scorer"]
    facets = [read_facet(RunFacet, example.artifacts[key].facets["run"]) for key in trials]
    won = [edge.upstream for edge in example.edges if edge.upstream in trials]
    quality = {
        key: facet.metrics["validation_average_precision"]
        for key, facet in zip(trials, facets, strict=True)
    }
    assert len(trials) == len({facet.seed for facet in facets}) == 40
    assert won == [max(quality, key=lambda key: float(str(quality[key])))]


def test_it_makes_the_small_models_smaller(example: Example) -> None:
    def size(name: str) -> int:
        facets = example.artifacts[example.named(name, "v4")].facets
        found = read_facet(ModelFacet, facets["model"]).size_bytes
        assert found is not None
        return found

    assert size("fraud-scorer-int8") < 0.6 * size("fraud-scorer")
    assert size("fraud-scorer-lite") < 0.02 * size("fraud-scorer")
