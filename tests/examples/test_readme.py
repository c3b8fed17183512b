"""The story as told agrees with the story as recorded."""

from apps.graph.facets import EvaluationFacet, read_facet
from tests.examples.conftest import LINEAGE, Example

README = LINEAGE.with_name("README.md")


def test_it_quotes_the_recorded_numbers(example: Example) -> None:
    told = README.read_text()
    for version in ("v3-test", "v4-test", "v3-november", "v4-november"):
        key = example.named("fraud-scorer-quality", version)
        facet = read_facet(EvaluationFacet, example.artifacts[key].facets["evaluation"])
        assert str(facet.metrics["average_precision"]) in told
    facets = example.artifacts[example.named("raw_transactions", "2026-10")].facets
    assert f"{facets['dataset']['rows']:,} rows" in told


def test_it_quotes_the_commit_that_broke_the_load(example: Example) -> None:
    (culprit,) = (
        edge.upstream
        for edge in example.edges
        if edge.downstream == example.named("load_transactions", "2026-10") and edge.role == "code"
    )
    message = example.artifacts[culprit].description.partition("\n")[0]
    assert f"*{message}*" in " ".join(README.read_text().split())
