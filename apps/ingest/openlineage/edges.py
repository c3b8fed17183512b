"""Folds as edges.

A run stands between what it read and what it wrote, so what it read reaches all that it wrote.
Where a producer states exactly which sources went into an output, only these may reach it.
"""

from collections.abc import Mapping

from apps.graph.hashing import sha256
from apps.graph.records import ArtifactKey, EdgeRecord
from apps.graph.strict_json import canonical
from apps.graph.validation import MAX_NAME_BYTES
from apps.ingest.openlineage import PRODUCER
from apps.ingest.openlineage.design import DesignFold
from apps.ingest.openlineage.exact import DATASET, Party, party_role
from apps.ingest.openlineage.fold import RunFold
from apps.ingest.openlineage.naming import dataset_key, run_key
from apps.ingest.openlineage.telling import Name

# Which version of a dataset, or which attempt of a run, a mention without one meant.
Meant = Mapping[Name, ArtifactKey]


def run_edges(
    fold: RunFold, meant: Meant, started_by: Mapping[ArtifactKey, ArtifactKey]
) -> set[EdgeRecord]:
    """The run's edges. What `meant` and `started_by` do not name is not known any better."""
    edges = {EdgeRecord(fold.key, one, "output") for one in fold.outputs}
    edges |= {EdgeRecord(one, fold.key, "code") for one in fold.code}
    edges |= {
        EdgeRecord(one, fold.key, "input")
        for one, fed in _fed(fold, meant).items()
        if fed == fold.outputs
    }
    started = {started_by.get(one, one) for one in fold.parents}
    return edges | {EdgeRecord(one, fold.key, "orchestration") for one in started}


def stated_edges(fold: RunFold, meant: Meant) -> set[EdgeRecord]:
    """The edges past the run: what was stated exactly, and what the run depends on."""
    read = _read(fold, meant)
    edges = {
        EdgeRecord(one, output, "derived")
        for one, fed in _fed(fold, meant).items()
        if fed != fold.outputs
        for output in fed
    }
    for output in fold.outputs:
        for party in fold.sources.get(_name(output), ()):
            if party.type != DATASET and not party.is_own_job and party.job != _base(fold):
                edges.add(EdgeRecord(party.job, output, party_role(party, _target(output))))
    for flow in fold.flows:
        into = fold.key if flow.target.is_own_job else _this(fold, flow.target.job)
        for party in flow.sources:
            role = party_role(party, flow.target)
            if party.type == DATASET:
                edges |= {EdgeRecord(one, into, role) for one in read.get(party.dataset, ())}
            else:
                up = fold.key if party.is_own_job else _this(fold, party.job)
                edges.add(EdgeRecord(up, into, role))
    for up, down, role in fold.dependencies:
        edges.add(EdgeRecord(_this(fold, up), _this(fold, down), role))
    return {one for one in edges if one.upstream != one.downstream}


def read_apart(fold: RunFold) -> list[str]:
    """Names of what the run read, but which by what is stated exactly went into no output."""
    if not fold.sources:
        return []
    unfed = [one for one, fed in _fed(fold, {}).items() if not fed]
    return sorted({one.name for one in unfed})


def _fed(fold: RunFold, meant: Meant) -> dict[ArtifactKey, frozenset[ArtifactKey]]:
    """The outputs into which each version that was read went: all, unless it is stated exactly."""
    found = {}
    for name, keys in _read(fold, meant).items():
        party = Party(DATASET, *name, "")
        fed = {
            one
            for one in fold.outputs
            if (sources := fold.sources.get(_name(one))) is None or party in sources
        }
        # What the run itself wrote it did not need for the making of it.
        found.update(dict.fromkeys(keys - fold.outputs, frozenset(fed)))
    return found


def _read(fold: RunFold, meant: Meant) -> dict[Name, set[ArtifactKey]]:
    found: dict[Name, set[ArtifactKey]] = {}
    for one in fold.inputs:
        found.setdefault(_name(one), set()).add(one)
    for name, kind in fold.reads:
        found.setdefault(name, set()).add(meant.get(name) or dataset_key(*name, "", kind))
    return found


def _name(key: ArtifactKey) -> Name:
    return key.namespace, key.name


def _target(output: ArtifactKey) -> Party:
    return Party(DATASET, output.namespace, output.name, "")


def _base(fold: RunFold) -> ArtifactKey:
    return run_key(fold.namespace, fold.name, fold.run_id)


def _this(fold: RunFold, run: ArtifactKey) -> ArtifactKey:
    """The attempt, where the run is named that it is one of."""
    return fold.key if run == _base(fold) else run


def stated_by(fold: RunFold) -> str:
    """Who asserts the run's stated edges: the run, so that it withdraws only its own."""
    return _producer("run", fold.namespace, fold.name, fold.version)


def design_edges(fold: DesignFold) -> set[EdgeRecord]:
    return {EdgeRecord(*one) for one in fold.steps}


def designed_by(fold: DesignFold) -> str:
    """Two jobs may state one derivation, and each withdraws only its own."""
    return _producer(*fold.described)


def _producer(*named: str) -> str:
    name = f"{PRODUCER}:{canonical(list(named))}"
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    return f"{PRODUCER}:{sha256(canonical(list(named)))}"
