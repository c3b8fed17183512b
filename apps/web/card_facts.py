"""The one line of facts on an artifact's card: what a reader would ask of its kind first."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from apps.catalog.models import Artifact
from apps.graph.errors import RecordError
from apps.graph.facets import KNOWN_FACETS, read_facet
from apps.graph.vocabulary import Kind
from apps.web.facts import duration_words
from apps.web.templatetags.lineage import size

# The first of these that was measured; else the first by name.
FIRST_METRICS = ("auc", "roc_auc", "accuracy", "f1", "rmse", "mae", "loss")
SHORT_COMMIT = 10
LONGEST_WORD = 40


def card_facts(artifact: Artifact) -> str:
    """`12,400 rows · 4.2 MB`, `AUC 0.941 · 4 min 12 s`, `production · 12 replicas`; may be empty.

    Facets came from outside: a field of the wrong form is left out.
    """
    kind = artifact.kind
    if artifact.is_tombstone or kind not in _LINES:
        return ""
    try:
        facet = read_facet(KNOWN_FACETS[kind], artifact.facets.get(kind) or {})
    except RecordError:
        return ""
    return " · ".join(part for part in _LINES[kind](facet) if part)


def measured(model: Artifact) -> str:
    """A model's most telling number, or nothing."""
    try:
        facet: Any = read_facet(KNOWN_FACETS[Kind.MODEL], model.facets.get(Kind.MODEL) or {})
    except RecordError:
        return ""
    return metric_words(facet.metrics)


def metric_words(metrics: Mapping[str, Any]) -> str:
    """The most telling number measured: `AUC 0.941`.

    >>> metric_words({"loss": 0.2, "AUC": 0.94135}), metric_words({"n": 12, "note": "ok"})
    ('AUC 0.9414', 'n 12')
    """
    numbers = {
        name: value
        for name, value in metrics.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    by_rank = {name.lower(): name for name in sorted(numbers)}
    known = next((by_rank[one] for one in FIRST_METRICS if one in by_rank), None)
    name = known or next(iter(sorted(numbers)), None)
    if name is None:
        return ""
    label = name.upper() if known and len(name) <= 4 else name[:LONGEST_WORD]  # noqa: PLR2004 - AUC, F1, RMSE
    value = numbers[name]
    return f"{label} {value:,}" if isinstance(value, int) else f"{label} {value:.4g}"


def _dataset(facet: Any) -> Iterable[str]:
    yield _counted(facet.rows, "row")
    yield str(size(facet.size_bytes)) if facet.size_bytes is not None else ""
    if facet.rows is None and facet.size_bytes is None:
        yield _word(facet.format)


def _feature_set(facet: Any) -> Iterable[str]:
    yield _counted(len(facet.features) or None, "feature")


def _code(facet: Any) -> Iterable[str]:
    yield _word(facet.branch)
    yield facet.commit[:SHORT_COMMIT]
    yield "" if facet.dirty is None else "changed since the commit" if facet.dirty else "clean tree"


def _environment(facet: Any) -> Iterable[str]:
    yield f"Python {_word(facet.python)}" if facet.python else ""
    yield _counted(len(facet.packages) or None, "package")


def _run(facet: Any) -> Iterable[str]:
    yield _word(facet.state) if facet.state not in ("", "completed") else ""
    yield metric_words(facet.metrics)
    yield _took(facet.started_at, facet.ended_at)


def _model(facet: Any) -> Iterable[str]:
    yield _word(facet.format or facet.framework)
    yield str(size(facet.size_bytes)) if facet.size_bytes is not None else ""
    yield metric_words(facet.metrics)


def _evaluation(facet: Any) -> Iterable[str]:
    yield metric_words(facet.metrics)


def _deployment(facet: Any) -> Iterable[str]:
    yield _word(facet.environment)
    if facet.live_until is None:
        yield _counted(facet.replicas, "replica")
    else:
        yield f"until {facet.live_until:%Y-%m-%d}"


def _application(facet: Any) -> Iterable[str]:
    yield _word(facet.team) or _word(facet.url)


_LINES: dict[str, Callable[[msgspec.Struct], Iterable[str]]] = {
    Kind.DATASET: _dataset,
    Kind.FEATURE_SET: _feature_set,
    Kind.CODE: _code,
    Kind.ENVIRONMENT: _environment,
    Kind.RUN: _run,
    Kind.MODEL: _model,
    Kind.EVALUATION: _evaluation,
    Kind.DEPLOYMENT: _deployment,
    Kind.APPLICATION: _application,
}


def _counted(amount: int | None, one: str) -> str:
    return "" if amount is None else f"{amount:,} {one}{'' if amount == 1 else 's'}"


def _took(started: datetime | None, ended: datetime | None) -> str:
    if started is None or ended is None or ended <= started:
        return ""
    return duration_words((ended - started).total_seconds())


def _word(text: str) -> str:
    return text[:LONGEST_WORD]
