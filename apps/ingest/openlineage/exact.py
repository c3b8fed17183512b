"""The facet `lineage`: which sources went into which target, stated exactly.

On a dataset (`inputs`, `fields`) it tells of that dataset; on a job (`entries`) of the datasets and
jobs that it names. What it describes it describes whole: `inputs: []` means no source at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from apps.graph.records import ArtifactKey
from apps.graph.validation import MAX_VERSION_BYTES
from apps.ingest.openlineage.spelling import plain_name
from apps.ingest.openlineage.texts import nameable

Given = Mapping[str, dict[str, Any] | None] | None
DATASET, JOB = "DATASET", "JOB"


class Party(NamedTuple):
    """A dataset or a job as the facet names it. The event's own job has no name; `run` may be
    empty for any.
    """

    type: str
    namespace: str
    name: str
    run: str

    @property
    def is_own_job(self) -> bool:
        return self.type == JOB and not self.name

    @property
    def dataset(self) -> tuple[str, str]:
        return self.namespace, self.name

    @property
    def job(self) -> ArtifactKey:
        return ArtifactKey(self.namespace, "run", self.name, self.run)


class Flow(NamedTuple):
    """Everything that one statement says went into the target."""

    target: Party
    sources: frozenset[Party]


def stated_sources(given: Given) -> frozenset[Party] | None:
    """What a dataset's own facet says went into it; None where it says nothing."""
    facet = (given or {}).get("lineage")
    if not facet or facet.get("_deleted"):
        return None
    return _sources(facet)


def stated_flows(given: Given) -> tuple[Flow, ...]:
    """What a job's facet says went into what."""
    facet = (given or {}).get("lineage") or {}
    entries = facet.get("entries") if not facet.get("_deleted") else None
    found: dict[Party, frozenset[Party]] = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and (target := _party(entry)):
            found[target] = found.get(target, frozenset()) | _sources(entry)
    return tuple(Flow(*one) for one in sorted(found.items()))


def _sources(described: Mapping[str, Any]) -> frozenset[Party]:
    """The sources of the whole and of each of its fields."""
    return frozenset(party for one in _inputs(described) if (party := _party(one)))


def _inputs(described: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    fields = described.get("fields")
    inner = fields.values() if isinstance(fields, dict) else ()
    for holder in (described, *inner):
        given = holder.get("inputs") if isinstance(holder, dict) else None
        yield from (
            one for one in (given if isinstance(given, list) else ()) if isinstance(one, dict)
        )


def _party(one: Mapping[str, Any]) -> Party | None:
    sort = str(one.get("type") or DATASET).upper()
    namespace, name = nameable(one.get("namespace")), nameable(one.get("name"))
    if sort == JOB and bool(namespace) == bool(name):
        run = nameable(one.get("runId"), limit=MAX_VERSION_BYTES) if name else ""
        return Party(JOB, namespace, name, run)
    if sort == DATASET and namespace and name:
        return Party(DATASET, namespace, plain_name(namespace, name), "")
    return None


def party_role(source: Party, target: Party) -> str:
    """What the source was in the making of the target."""
    if target.type == DATASET:
        return "derived"
    return "input" if source.type == DATASET else "dependency"
