"""What went into what apart from any run: as a job, or a dataset, last said it."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.graph.identity import says_most
from apps.graph.records import ArtifactKey
from apps.ingest.openlineage.envelope import Event
from apps.ingest.openlineage.exact import (
    DATASET,
    JOB,
    Party,
    party_role,
    stated_flows,
    stated_sources,
)
from apps.ingest.openlineage.lifecycle import previous_name
from apps.ingest.openlineage.naming import code_key, dataset_key

Step = tuple[ArtifactKey, ArtifactKey, str]


@dataclass(frozen=True, slots=True)
class DesignFold:
    """`described` is the job or the version of a dataset that says so; `steps` are its edges."""

    described: tuple[str, ...]
    steps: frozenset[Step]


def fold_design(events: Iterable[Event]) -> DesignFold:
    """What a job, or a dataset, is made of by design: as the latest of its events says it."""
    every = sorted(events, key=lambda one: one.order)
    return _fold_job(every) if every[-1].job else _fold_dataset(every)


def _fold_job(events: list[Event]) -> DesignFold:
    """By the latest event that says anything of data. Every output is derived from every input, but
    for those whose sources are stated.
    """
    telling = [one for one in events if _tells_of_data(one)]
    last = (telling or events)[-1]
    job = last.job
    if job is None:
        raise ValueError("These are no events of a job.")
    inputs = {
        dataset_key(one.namespace, one.name, "", one.kind) for one in last.envelope.inputs or ()
    }
    stated = {one.target: one.sources for one in stated_flows(job.facets)}
    own = Party(JOB, job.namespace, job.name, "")
    code, steps = code_key(last), set()
    for one in last.envelope.outputs or ():
        output = dataset_key(one.namespace, one.name, "", one.kind)
        target = Party(DATASET, one.namespace, one.name, "")
        sources = stated.pop(target, None)
        exact = stated_sources(one.facets)
        if sources is None and exact is None:
            steps |= {(up, output, "derived") for up in inputs}
        else:
            named = (sources or frozenset()) | (exact or frozenset())
            steps |= _steps(target, named, own, output)
        if code is not None:
            steps.add((code, output, "code"))
    for target, parties in stated.items():
        steps |= _steps(target, parties, own)
    return DesignFold(("job", job.namespace, job.name), _without_loops(steps))


def _tells_of_data(event: Event) -> bool:
    said = event.job and "lineage" in (event.job.facets or {})
    return bool(event.envelope.inputs or event.envelope.outputs or said)


def _fold_dataset(events: list[Event]) -> DesignFold:
    """What went into one version, and what a renamed dataset was called before."""
    last = events[-1].envelope.dataset
    if last is None:
        raise ValueError("These are no events of a dataset.")
    told = [one.envelope.dataset for one in events if one.envelope.dataset]
    described = [one.facets for one in told if "lineage" in (one.facets or {})]
    sources = stated_sources(described[-1]) if described else None
    target = Party(DATASET, last.namespace, last.name, "")
    key = dataset_key(
        last.namespace, last.name, last.version, min((one.kind for one in told), key=says_most)
    )
    steps = _steps(target, sources or frozenset(), target, key)
    before = {name for one in told if (name := previous_name(one.facets))}
    steps |= {(dataset_key(*name), key, "derived") for name in before}
    stated = ("dataset", last.namespace, last.name, last.version)
    return DesignFold(stated, _without_loops(steps))


def _steps(
    target: Party, sources: frozenset[Party], own: Party, key: ArtifactKey | None = None
) -> set[Step]:
    """The steps into the target; a job stands for its runs by the run without a version. That a
    job made what it describes goes without saying.
    """
    into = key or _artifact(own if target.is_own_job else target)
    return {
        (_artifact(one), into, party_role(one, target)) for one in sources if not one.is_own_job
    }


def _artifact(party: Party) -> ArtifactKey:
    return party.job if party.type == JOB else dataset_key(*party.dataset)


def _without_loops(steps: set[Step]) -> frozenset[Step]:
    return frozenset(one for one in steps if one[0] != one[1])
