"""Where a spoilt deployment can go back to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import current_revision
from apps.impact.models import Report
from apps.impact.selectors.flags import affected_status
from apps.impact.selectors.gaps import models_without_training_data

MOST = 50
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBack:
    """A live, contaminated deployment, the model that it serves, and the nearest earlier version
    of that model which no live flag touches: None when there is none on record.

    `is_known` is False when no source says what that version was trained on: unknown, not clean.
    """

    deployment: Artifact
    model: Artifact
    to: Artifact | None
    is_known: bool


def roll_backs(*, report: Report) -> list[RollBack]:
    """For each live contaminated deployment of the report (at most 50), what to go back to."""
    deployed = report.findings.filter(
        artifact__kind="deployment", is_live=True, consequence="contaminates"
    )
    ids = list(deployed.order_by("distance", "pk").values_list("artifact_id", flat=True)[:MOST])
    served = Edge.objects.filter(
        downstream__in=ids, upstream__kind="model", retracted_in__isnull=True
    ).select_related("upstream", "downstream")
    pairs = {(edge.downstream_id, edge.upstream_id): edge for edge in served.order_by("pk")}
    clean = clean_earlier_versions(models=[edge.upstream for edge in pairs.values()])
    unknown = models_without_training_data(
        ids=[one.pk for one in clean.values() if one], as_of=current_revision()
    )
    found = []
    for edge in pairs.values():
        to = clean[edge.upstream_id]
        is_known = to is not None and to.pk not in unknown
        found.append(
            RollBack(deployment=edge.downstream, model=edge.upstream, to=to, is_known=is_known)
        )
    return sorted(found, key=lambda one: ids.index(one.deployment.pk))


def clean_earlier_versions(*, models: Iterable[Artifact]) -> dict[int, Artifact | None]:
    """By model id, the nearest earlier version that no live flag touches."""
    every = list(models)
    versions = list(
        Artifact.objects.filter(
            family_hash__in={one.family_hash for one in every},
            is_placeholder=False,
            tombstoned_in__isnull=True,
            merged_into__isnull=True,
        )
    )
    touched = affected_status(artifact_ids=[one.pk for one in versions])
    clean = sorted((one for one in versions if one.pk not in touched), key=_age)
    return {
        model.pk: next(
            (
                one
                for one in reversed(clean)
                if one.family_hash == model.family_hash and _age(one) < _age(model)
            ),
            None,
        )
        for model in every
    }


def _age(artifact: Artifact) -> tuple[datetime, int]:
    """When it came to be, as far as that is known; then in the order of recording."""
    return artifact.occurred_at or _BEFORE_ALL, artifact.pk
