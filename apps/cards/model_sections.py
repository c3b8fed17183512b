"""The sections of a model card, in the order in which a reader asks."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from apps.cards.document import Row, SectionKind
from apps.cards.selectors.provenance import Provenance, Use
from apps.catalog.models import Artifact
from apps.graph.vocabulary import POST_TRAINING_ROLES, Kind, role_named


def facts(provenance: Provenance) -> list[Row]:
    return model_facts(provenance.artifact)


def model_facts(model: Artifact) -> list[Row]:
    """What the weights are: format, size, digest, where they lie."""
    facet = facet_of(model, "model")
    rows = [
        Row("Task", facet.get("task", "")),
        Row("Framework", facet.get("framework", "")),
        Row("Format", facet.get("format", "")),
        Row("Size", facet.get("size_bytes", ""), form="size"),
        Row("License", facet.get("license", "")),
        Row("Digest", model.digest, form="code"),
        Row("URI", model.uri, form="code"),
        Row("Owner", model.owner or "No owner is recorded."),
        Row("Made", model.occurred_at or "", form="moment"),
    ]
    return [row for row in rows if row.value not in ("", None)]


def data_rows(*roles: str) -> Callable[[Provenance], list[Row]]:
    """Rows of everything used in these roles, with the version and what it was used in."""

    def rows(provenance: Provenance) -> list[Row]:
        return [_use_row(use) for use in provenance.used_as(*roles)]

    return rows


def tested_on(provenance: Provenance) -> list[Row]:
    """Test data of the making runs and of every evaluation since."""
    rows = {use.upstream.pk: _use_row(use) for use in provenance.used_as("testing")}
    for evaluated in provenance.evaluations:
        for one in evaluated.data:
            note = f"in {evaluated.evaluation}"
            rows.setdefault(one.pk, Row("was tested on", artifact=one, note=_noted(one, note)))
    return list(rows.values())


def settings(provenance: Provenance) -> list[Row]:
    """Parameters and seeds of the runs that made it, nearest first."""
    rows: list[Row] = []
    for run in (one for one in provenance.making if one.kind == Kind.RUN):
        facet = facet_of(run, "run")
        if facet.get("seed") is not None:
            rows.append(Row("seed", facet["seed"], artifact=run))
        named = facet.get("parameters") or {}
        rows += [Row(name, value, artifact=run) for name, value in sorted(named.items())]
    return rows


def metrics(provenance: Provenance) -> list[Row]:
    """What was measured of it: by its registry, and by each evaluation."""
    rows = metric_rows(provenance.artifact, "model")
    for evaluated in provenance.evaluations:
        rows += metric_rows(evaluated.evaluation, "evaluation")
    for run in provenance.making:
        if run.kind == Kind.RUN and not rows:
            rows += metric_rows(run, "run")
    return rows


def metric_rows(artifact: Artifact, facet: str) -> list[Row]:
    named: Mapping[str, Any] = facet_of(artifact, facet).get("metrics") or {}
    return [
        Row(name, value, artifact=artifact, form="number") for name, value in sorted(named.items())
    ]


def modifications(provenance: Provenance) -> list[Row]:
    """Each change after training, nearest first: what it was changed from, and how."""
    return [
        Row(role_named(use.role).phrase, artifact=use.upstream, note=_by_run(use))
        for use in provenance.uses
        if use.role in POST_TRAINING_ROLES
    ]


def deployments(provenance: Provenance) -> list[Row]:
    return [
        Row(*deployment_words(one.artifact), artifact=one.artifact)
        for one in provenance.reached(Kind.DEPLOYMENT)
    ]


def derived_models(provenance: Provenance) -> list[Row]:
    return [
        Row("downstream model", artifact=one.artifact, note=steps_words(one.distance))
        for one in provenance.reached(Kind.MODEL)
    ]


def applications(provenance: Provenance) -> list[Row]:
    return [
        Row("application", one.artifact.owner, artifact=one.artifact)
        for one in provenance.reached(Kind.APPLICATION)
    ]


def deployment_words(artifact: Artifact) -> tuple[str, str]:
    """(environment, how long it has been live) of a deployment."""
    live = getattr(artifact, "deployment", None)
    if live is None:
        return "deployment", ""
    began = f"{live.live_from:%Y-%m-%d %H:%M} UTC" if live.live_from else ""
    ended = f"{live.live_until:%Y-%m-%d %H:%M} UTC" if live.live_until else ""
    words = " until ".join(one for one in (f"live from {began}" if began else "", ended) if one)
    return live.environment or "environment not said", words


def steps_words(distance: int) -> str:
    return "1 step away" if distance == 1 else f"{distance} steps away"


def facet_of(artifact: Artifact, name: str) -> Mapping[str, Any]:
    """The facet, or an empty one when it is missing."""
    value = artifact.facets.get(name)
    return value if isinstance(value, dict) else {}


def _use_row(use: Use) -> Row:
    note = f"in {use.downstream}" if use.downstream.kind == Kind.RUN else ""
    return Row(role_named(use.role).phrase, artifact=use.upstream, note=_noted(use.upstream, note))


def _noted(artifact: Artifact, note: str) -> str:
    """The note with what is most asked of the artifact's kind before it."""
    facet = facet_of(artifact, artifact.kind)
    parts: Iterable[str] = (
        f"{facet['rows']:,} rows" if isinstance(facet.get("rows"), int) else "",
        f"commit {facet['commit'][:12]}" if isinstance(facet.get("commit"), str) else "",
        "uncommitted changes" if facet.get("dirty") is True else "",
        f"{len(facet['packages'])} packages" if isinstance(facet.get("packages"), dict) else "",
        "only named, never described" if artifact.is_placeholder else "",
        note,
    )
    return ", ".join(part for part in parts if part)


def _by_run(use: Use) -> str:
    return f"by {use.downstream}" if use.downstream.kind == Kind.RUN else ""


MODEL_SECTIONS = (
    SectionKind("The model", "Nothing is recorded of the weights themselves.", facts),
    SectionKind(
        "Training data",
        "No training data is recorded. That means unknown, not none.",
        data_rows("training", "fine_tuning_data"),
    ),
    SectionKind("Validation data", "No validation data is recorded.", data_rows("validation")),
    SectionKind("Test data", "No test data is recorded.", tested_on),
    SectionKind(
        "Features and further inputs",
        "No feature sets or further inputs are recorded.",
        data_rows("features", "input", "dependency", "derived"),
    ),
    SectionKind("Code", "No commit is recorded: the model cannot be rebuilt.", data_rows("code")),
    SectionKind("Environment", "No packages or image are recorded.", data_rows("environment")),
    SectionKind(
        "Parameters and seed", "No run with parameters is recorded.", settings, grouped=True
    ),
    SectionKind("Metrics", "Nothing was measured, or nobody recorded it.", metrics, grouped=True),
    SectionKind(
        "Modifications", "Not changed after training, as far as is recorded.", modifications
    ),
    SectionKind("Deployments", "Not deployed, as far as is recorded.", deployments),
    SectionKind("Models made from it", "None is recorded.", derived_models),
    SectionKind("Applications", "None is recorded.", applications),
)
