"""Reading a Kubeflow Pipelines server: its pipelines, then its runs.

A version of a pipeline is a unit, and a run with all its tasks. Which runs there are is asked each
time; read again are those that ended since, had not ended, or were archived or taken back.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, LineageBatch
from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.connectors.gathering import text
from apps.ingest.connectors.kubeflow.api import Address, Api
from apps.ingest.connectors.kubeflow.progress import Listed, Progress, listed_run
from apps.ingest.connectors.kubeflow.runs import Runs
from apps.ingest.connectors.mlmd.records import Records
from apps.ingest.connectors.service import authorization, service

PRODUCER = "kubeflow"
NAMES_AT_ONCE = 5_000
# A cursor may be long, so not every run bears one.
READ_BETWEEN_CURSORS = 20


@contextmanager
def _opened(access: Access, address: Address) -> Iterator[Api]:
    headers = authorization(access.secret)
    with service(address.base, reach=access.reach, headers=headers) as asked:
        yield Api(asked)


def try_server(access: Access) -> str:
    """What is there, in words. ConnectorError if it cannot be read."""
    address = Address.of(access.where)
    with _opened(access, address) as api:
        _check(api, address)
        found = []
        for kind in ("experiments", "pipelines", "runs"):
            counts = [api.count(kind, namespace) for namespace in address.namespaces or ("",)]
            known = [one for one in counts if one is not None]
            found.append(f"{sum(known):,} {kind}" if len(known) == len(counts) else kind)
    of = f", namespace {', '.join(address.namespaces)}" if address.namespaces else ""
    return f"Kubeflow Pipelines at {address.base}{of}: {', '.join(found)}."


def _check(api: Api, address: Address) -> None:
    if api.health().get("multi_user") is True and not address.namespaces:
        raise ConnectorError(
            f"{address.base} serves several namespaces, and lists runs only of one that is named: "
            "add ?namespace=NAME to the address."
        )


def read_server(access: Access) -> Iterator[Reading]:
    """Every pipeline and every run of the namespaces that are named."""
    address = Address.of(access.where)
    with _opened(access, address) as api:
        _check(api, address)
        runs = [
            Runs(api, address.namespace(namespace), namespace, with_tasks=address.tasks)
            for namespace in address.namespaces or ("",)
        ]
        for one in runs:
            yield from _versions(one)
        yield Reading(complete="version/")
        yield from _Reader(runs, Progress.of(access.cursor)).readings()


def _versions(runs: Runs) -> Iterator[Reading]:
    """Every version of every pipeline. Each is read as it is listed: its design comes with it."""
    for pipeline in runs.api.pipelines(runs.group):
        identity = text(pipeline.get("pipeline_id"))
        if not identity:
            continue
        runs.pipelines[identity] = text(pipeline.get("display_name"))
        for version in runs.api.versions(identity):
            records = Records()
            code = runs.add_version(version, records)
            unit = f"version/{text(version.get('pipeline_version_id'))}"
            yield _reading(records, runs.evidence("pipelines", identity), unit, code)
    for experiment in runs.api.experiments(runs.group):
        runs.experiments[text(experiment.get("experiment_id"))] = text(
            experiment.get("display_name")
        )


@dataclass(slots=True)
class _Reader:
    """The runs of a server while they are read. `at` says in which of the namespaces each is."""

    runs: list[Runs]
    progress: Progress
    wanted: list[tuple[Listed, int]] = field(default_factory=list)

    def readings(self) -> Iterator[Reading]:
        yield from self._listed()
        # Those that ended first come first, so that the cursor can say up to which all was read.
        self.wanted.sort(key=lambda one: one[0].order)
        for count, (one, at) in enumerate(self.wanted):
            yield from self._read(self.runs[at], one, with_cursor=not count % READ_BETWEEN_CURSORS)
        yield Reading(complete="run/", cursor=self.progress.told())

    def _listed(self) -> Iterator[Reading]:
        present: list[str] = []
        for at, runs in enumerate(self.runs):
            for told in runs.api.runs(runs.group):
                one = listed_run(told)
                if one is None:
                    remark = Remark(
                        runs.evidence("runs"), "no_id", "A run without an id; not read."
                    )
                    yield Reading(refused=(remark,))
                elif self.progress.wants(one):
                    self.wanted.append((one, at))
                else:
                    present.append(f"run/{one.id}")
                if len(present) >= NAMES_AT_ONCE:
                    yield Reading(present=tuple(present))
                    present.clear()
        yield Reading(present=tuple(present))

    def _read(self, runs: Runs, one: Listed, *, with_cursor: bool) -> Iterator[Reading]:
        told = runs.api.run(one.id)
        if told is None:
            # Deleted since it was listed.
            return
        unit, evidence, records = f"run/{one.id}", runs.evidence("runs", one.id), Records()
        try:
            key = runs.add_run(one.id, told, records, turns=self.progress.turns(one))
        except RecordError as error:
            records.refused.append(Remark(f"{evidence}: {error.path}", "invalid", error.message))
            key = None
        self.progress.note(one, read=key is not None)
        cursor = self.progress.told() if with_cursor else None
        yield _reading(records, evidence, unit, key, cursor)


def _reading(
    records: Records,
    evidence: str,
    unit: str,
    about: ArtifactKey | None,
    cursor: Mapping[str, object] | None = None,
) -> Reading:
    """A unit; only its name, if it could not be read."""
    batch = LineageBatch(
        producer=PRODUCER,
        evidence=evidence,
        artifacts=tuple(records.artifacts.values()),
        edges=tuple(records.edges),
        identifiers=tuple(records.identifiers),
    )
    stated = about is not None
    return Reading(
        batch=batch if stated else None,
        adapted=tuple(dict.fromkeys(records.adapted)),
        refused=tuple(dict.fromkeys(records.refused)),
        unit=unit if stated else "",
        about=(about,) if about is not None else (),
        present=() if stated else (unit,),
        cursor=cursor,
    )
