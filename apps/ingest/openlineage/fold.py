"""One run from the set of its events: order of arrival never matters.

Everything here is a function of a set of events. What they tell of a state goes by event time; what
is accumulated (datasets, code, the run that started it) is a union.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.graph.identity import says_most
from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind
from apps.ingest.openlineage.exact import DATASET, JOB, Flow, Party
from apps.ingest.openlineage.lifecycle import DROP
from apps.ingest.openlineage.naming import dataset_key
from apps.ingest.openlineage.telling import Dependency, Mention, Name, Telling

ENDED = frozenset({"completed", "failed", "aborted"})
SEED_NAMES = ("seed", "random_seed", "random_state")


@dataclass(frozen=True, slots=True)
class RunFold:
    """One attempt of a run, as all of its events together tell it; mostly there is but one.

    `version` is that of the run's artifact and of the outputs for which none is stated. `told_at`
    and `events` are of the whole run: a fold that knows more events is the later. `reads` are the
    datasets read without a version, each with its kind; which version that was depends on what had
    been completed at `started`. `sources` are those stated exactly, by output; `flows` into others.
    `typed` are the models and sets of features, in each version that may be meant; `states_apart`
    says that there may be, or may have been, edges past the run.
    """

    namespace: str
    name: str
    run_id: str
    version: str
    attempt: int
    attempts: int
    told_at: datetime
    events: int
    state: str
    started_at: datetime | None
    ended_at: datetime | None
    started: datetime
    parameters: dict[str, Any]
    seed: int | str | None
    parents: frozenset[ArtifactKey]
    dependencies: frozenset[Dependency]
    code: frozenset[ArtifactKey]
    inputs: frozenset[ArtifactKey]
    reads: frozenset[tuple[Name, str]]
    outputs: frozenset[ArtifactKey]
    sources: dict[Name, frozenset[Party]]
    flows: tuple[Flow, ...]
    completions: frozenset[tuple[ArtifactKey, datetime]]
    typed: frozenset[ArtifactKey]
    states_apart: bool

    @property
    def key(self) -> ArtifactKey:
        return ArtifactKey(self.namespace, Kind.RUN.value, self.name, self.version)


def fold_run(telling: Telling) -> RunFold:
    """The run that these events, taken together, are of, as one attempt."""
    return fold_attempt(telling, whole=telling, version=telling.run_id, attempt=1)


def fold_attempt(telling: Telling, *, whole: Telling, version: str, attempt: int) -> RunFold:
    """One attempt of a run, from what its own events tell and from what all of them do."""
    kinds = _kinds(whole)
    outputs = _written(telling, kinds, version)
    parameters = telling.parameters[1] if telling.parameters else {}
    state, ended_at = _state(telling)
    flows = telling.flows[1] if telling.flows else ()
    sources = _sources(telling, flows, outputs)
    inputs = {one for one in telling.inputs if one.version}
    return RunFold(
        namespace=telling.namespace,
        name=telling.name,
        run_id=telling.run_id,
        version=version,
        attempt=attempt,
        attempts=1 + len(whole.restarts),
        told_at=whole.last,
        events=whole.events,
        state=state,
        started_at=min(telling.starts, default=None),
        ended_at=ended_at,
        started=telling.started,
        parameters=parameters,
        seed=_seed(parameters),
        parents=telling.parents,
        dependencies=telling.dependencies,
        code=telling.code,
        inputs=frozenset(_key(one, kinds) for one in inputs),
        reads=frozenset(
            (name, kinds.get(name, Kind.DATASET.value))
            for name in _unversioned(telling.inputs) | _named_only(sources, flows, inputs)
        ),
        outputs=outputs,
        sources=sources,
        flows=tuple(one for one in flows if one.target.type == JOB),
        # Nothing completes before it started: with that, reading by time can close no cycle.
        completions=frozenset(
            (one, max(moment, telling.started)) for one in outputs for moment in telling.completed
        ),
        typed=frozenset(_typed(whole, kinds, version)),
        states_apart=bool(whole.sources or whole.flows or whole.dependencies),
    )


def _kinds(telling: Telling) -> dict[Name, str]:
    """Of each dataset the most that any mention says."""
    found: dict[Name, str] = {}
    for one in telling.inputs | telling.outputs:
        held = found.get(one.dataset, one.kind)
        found[one.dataset] = min(held, one.kind, key=says_most)
    return found


def _typed(whole: Telling, kinds: dict[Name, str], version: str) -> Iterator[ArtifactKey]:
    """Of all events, not only the attempt's, so that more events only ever add to it."""
    for one in whole.inputs | whole.outputs:
        if kinds[one.dataset] != Kind.DATASET:
            yield _key(one, kinds, version if one in whole.outputs else "")


def _key(one: Mention, kinds: dict[Name, str], version: str = "") -> ArtifactKey:
    return dataset_key(*one.dataset, one.version or version, kinds[one.dataset])


def _written(telling: Telling, kinds: dict[Name, str], version: str) -> frozenset[ArtifactKey]:
    """Versions that are stated; a dataset for which none is has that of the run. What the run
    dropped it did not write.
    """
    dropped = {name for name, (_, change) in telling.changes if change == DROP}
    written = [one for one in telling.outputs if one.dataset not in dropped]
    unversioned = _unversioned(frozenset(written))
    found = {
        _key(one, kinds, version) for one in written if one.version or one.dataset in unversioned
    }
    flows = telling.flows[1] if telling.flows else ()
    mentioned = {one.dataset for one in telling.outputs}
    found |= {
        dataset_key(*flow.target.dataset, version)
        for flow in flows
        if flow.target.type == DATASET and flow.target.dataset not in mentioned
    }
    return frozenset(found)


def _sources(
    telling: Telling, flows: tuple[Flow, ...], outputs: frozenset[ArtifactKey]
) -> dict[Name, frozenset[Party]]:
    """The sources of each output for which they are stated, by its own facet or by the job's."""
    stated = {name: parties for name, (_, parties) in telling.sources if parties is not None}
    for flow in flows:
        if flow.target.type == DATASET:
            name = flow.target.dataset
            stated[name] = stated.get(name, frozenset()) | flow.sources
    written = {(one.namespace, one.name) for one in outputs}
    return {name: parties for name, parties in stated.items() if name in written}


def _named_only(
    sources: dict[Name, frozenset[Party]], flows: tuple[Flow, ...], inputs: set[Mention]
) -> frozenset[Name]:
    """Datasets named as sources alone: read, in whichever version, like any input."""
    parties = {party for every in sources.values() for party in every}
    parties |= {party for flow in flows if flow.target.type == JOB for party in flow.sources}
    stated = {one.dataset for one in inputs}
    return frozenset(one.dataset for one in parties if one.type == DATASET) - stated


def _state(telling: Telling) -> tuple[str, datetime | None]:
    """By the last event that tells a state; OTHER and unknown types tell none."""
    if telling.state is None:
        return "", None
    (moment, *_), state = telling.state
    return state, moment if state in ENDED else None


def _unversioned(mentions: frozenset[Mention]) -> frozenset[Name]:
    """Those for which no event states a version."""
    stated = {one.dataset for one in mentions if one.version}
    return frozenset(one.dataset for one in mentions) - stated


def _seed(parameters: dict[str, Any]) -> int | str | None:
    for name, value in sorted(parameters.items()):
        if name.lower() in SEED_NAMES and isinstance(value, str | int):
            return int(value) if isinstance(value, bool) else value
    return None
