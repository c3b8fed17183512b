"""Datasets and their versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from apps.catalog.models import Artifact
from apps.graph.merge import Statements
from apps.ingest.marquez.versions import is_uuid, version_id
from apps.ingest.selectors.marquez.names import DATASETS, Name, artifact_times, families

# The version last complete is the current one; of those that never were, the last to be known.
LATEST = (F("occurred_at").desc(nulls_last=True), F("pk").desc())


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset: what is said of it as such and of its current version, joined by time.

    `current` is none for one that is only ever named without a version; so is `base` where nothing
    names it without one.
    """

    namespace: str
    name: str
    created_at: datetime
    updated_at: datetime
    base: Artifact | None
    current: Artifact | None
    said: Statements

    @property
    def artifacts(self) -> list[Artifact]:
        return [one for one in (self.base, self.current) if one is not None]


def datasets(*, names: Iterable[Name]) -> dict[Name, Dataset]:
    """What is known of these datasets; one that is not known is left out."""
    wanted = list(dict.fromkeys(names))
    held = Artifact.objects.filter(family_hash__in=families(wanted, DATASETS))
    bases = {(one.namespace, one.name): one for one in held.filter(version="")}
    ranked = held.exclude(version="").annotate(
        place=Window(RowNumber(), partition_by=["namespace", "name"], order_by=LATEST)
    )
    currents = {(one.namespace, one.name): one for one in ranked.filter(place=1)}
    times = artifact_times(names=wanted, kinds=DATASETS)
    return {
        name: _dataset(name, times[name], bases.get(name), currents.get(name))
        for name in wanted
        if name in times
    }


def dataset_versions(*, name: Name) -> QuerySet[Artifact]:
    """The latest first. A dataset of which no version is known is the only one of itself."""
    rows = _artifacts_of(name)
    named = rows.exclude(version="")
    return named if named.exists() else rows


def dataset_version(*, name: Name, version: str) -> Artifact | None:
    """The version of this text, or for which this UUID stands."""
    rows = _artifacts_of(name)
    found = rows.filter(version=version).first()
    if found is not None or not is_uuid(version):
        return found
    for pk, text in rows.order_by().values_list("pk", "version").iterator():
        if version_id(*name, text) == version:
            return rows.get(pk=pk)
    return None


def versions_written_by(*, run_id: str) -> list[Name]:
    """The datasets of which clients of Marquez recorded a version under this run's id."""
    rows = Artifact.objects.filter(version=run_id, kind__in=DATASETS, facets__has_key="marquez")
    return list(rows.order_by("namespace", "name").values_list("namespace", "name").distinct())


def said_of(artifact: Artifact) -> Statements:
    """The artifact's fields, to be joined with what is said elsewhere."""
    return Statements(
        digest=artifact.digest,
        uri=artifact.uri,
        owner=artifact.owner,
        description=artifact.description,
        occurred_at=artifact.occurred_at,
        tags=list(artifact.tags),
        facets=dict(artifact.facets),
        stamps=dict(artifact.stamps),
    )


def changed_at(known: datetime, said: Statements) -> datetime:
    """The time of the latest statement, or when it became known if that was later."""
    stated = [datetime.fromisoformat(stamp) for stamp in said.stamps.values()]
    return max((known, *stated))


def _artifacts_of(name: Name) -> QuerySet[Artifact]:
    rows = Artifact.objects.filter(family_hash__in=families([name], DATASETS))
    return rows.select_related("added_in").order_by(*LATEST)


def _dataset(
    name: Name,
    times: tuple[datetime, datetime],
    base: Artifact | None,
    current: Artifact | None,
) -> Dataset:
    said = Statements()
    tags: list[dict[str, Any]] = []
    for one in (base, current):
        if one is not None:
            # Tags are united: those of the dataset outlast the version that a run writes next.
            tags += tag_list(one.facets)
            said.join(said_of(one))
    if tags:
        said.facets["tags"] = {
            "tags": list({str(sorted(one.items(), key=str)): one for one in tags}.values())
        }
    return Dataset(*name, times[0], changed_at(times[1], said), base, current, said)


def tag_list(facets: dict[str, Any]) -> list[dict[str, Any]]:
    """The tags in an OpenLineage `tags` facet."""
    facet = facets.get("tags")
    tags = facet.get("tags") if isinstance(facet, dict) else None
    return (
        [one for one in tags if isinstance(one, dict) and isinstance(one.get("key"), str)]
        if isinstance(tags, list)
        else []
    )
