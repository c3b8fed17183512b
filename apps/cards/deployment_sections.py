"""The sections of a deployment record: what runs where, and where that came from."""

from apps.cards.document import Row, SectionKind
from apps.cards.model_sections import (
    applications,
    data_rows,
    deployment_words,
    facet_of,
    metric_rows,
    model_facts,
    modifications,
    settings,
    tested_on,
)
from apps.cards.selectors.provenance import Provenance
from apps.graph.vocabulary import Kind


def where(provenance: Provenance) -> list[Row]:
    """Environment, endpoint, image, infrastructure and the time it was live."""
    facet = facet_of(provenance.artifact, "deployment")
    live = getattr(provenance.artifact, "deployment", None)
    rows = [
        Row("Environment", facet.get("environment", "")),
        Row("Endpoint", facet.get("endpoint", ""), form="code"),
        Row("Image digest", facet.get("image_digest", ""), form="code"),
        Row("Replicas", facet.get("replicas", ""), form="number"),
        Row("Infrastructure", facet.get("infrastructure", "")),
        Row("Live from", live.live_from if live else "", form="moment"),
        Row("Live until", live.live_until if live else "", form="moment"),
        Row("Owner", provenance.artifact.owner or "No owner is recorded."),
    ]
    return [row for row in rows if row.value not in ("", None)]


def served(provenance: Provenance) -> list[Row]:
    """The model or models it runs, each with what its weights are."""
    rows: list[Row] = []
    for use in provenance.uses:
        if use.downstream == provenance.artifact and use.upstream.kind == Kind.MODEL:
            rows.append(Row("deploys", artifact=use.upstream))
            rows += model_facts(use.upstream)
    return rows


def measured(provenance: Provenance) -> list[Row]:
    """What was measured of the models in it."""
    rows = [
        row
        for model in provenance.making
        if model.kind == Kind.MODEL
        for row in metric_rows(model, "model")
    ]
    for evaluated in provenance.evaluations:
        rows += metric_rows(evaluated.evaluation, "evaluation")
    return rows


def history(provenance: Provenance) -> list[Row]:
    """Every version of this deployment, newest first."""
    return [
        Row(
            *deployment_words(one),
            artifact=one,
            note="this one" if one.pk == provenance.artifact.pk else "",
        )
        for one in provenance.versions
    ]


DEPLOYMENT_SECTIONS = (
    SectionKind("Where it runs", "Nothing is recorded of where it runs.", where),
    SectionKind(
        "What it serves",
        "No model is recorded in it: what answers here is unknown.",
        served,
    ),
    SectionKind(
        "Training data",
        "No training data is recorded. That means unknown, not none.",
        data_rows("training"),
    ),
    SectionKind("Test data", "No test data is recorded.", tested_on),
    SectionKind("Code", "No commit is recorded: it cannot be rebuilt.", data_rows("code")),
    SectionKind("Environment", "No packages or image are recorded.", data_rows("environment")),
    SectionKind(
        "Parameters and seed", "No run with parameters is recorded.", settings, grouped=True
    ),
    SectionKind(
        "Modifications", "Not changed after training, as far as is recorded.", modifications
    ),
    SectionKind("Metrics", "Nothing was measured, or nobody recorded it.", measured, grouped=True),
    SectionKind("Applications", "No application is recorded on it.", applications),
    SectionKind("Versions", "This is the only version recorded.", history),
)
