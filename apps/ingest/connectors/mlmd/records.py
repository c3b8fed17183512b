"""One execution of ML Metadata, with all it read and wrote, as lineage records."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, IdentifierRecord
from apps.graph.validation import artifact_record, identifier_record
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.formats.pipeline_types import input_role, relation_of
from apps.ingest.connectors.mlmd.facets import image_record, run_record, stored_record
from apps.ingest.connectors.mlmd.store import Execution, Store, Stored, path_key
from apps.ingest.connectors.mlmd.tables import MAX_ROWS, Row
from apps.ingest.connectors.mlmd.values import integer

COMPLETE, CACHED, PENDING = 3, 5, 7
READ, WROTE = frozenset({2, 3, 5}), frozenset({1, 4, 6})


@dataclass(slots=True)
class Records:
    """Records of whole executions, each said once, and what was remarked on the way."""

    artifacts: dict[ArtifactKey, ArtifactRecord] = field(default_factory=dict)
    edges: dict[EdgeRecord, None] = field(default_factory=dict)
    identifiers: dict[IdentifierRecord, None] = field(default_factory=dict)
    adapted: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.artifacts) + len(self.edges) + len(self.adapted) + len(self.refused)

    def add(self, record: ArtifactRecord, place: str, *names: tuple[str, str]) -> None:
        kept = artifact_record(record, place)
        self.artifacts[kept.key] = kept
        for scheme, value in names:
            if value:
                given = IdentifierRecord(kept.key, scheme, value)
                self.identifiers[identifier_record(given, place)] = None

    def step(self, upstream: ArtifactKey, downstream: ArtifactKey, role: str) -> None:
        self.edges[EdgeRecord(upstream, downstream, role)] = None


@dataclass(slots=True)
class _Touched:
    """What an execution read and wrote, each once, with the name it did so under."""

    read: dict[int, tuple[Stored, str]] = field(default_factory=dict)
    wrote: dict[int, tuple[Stored, str]] = field(default_factory=dict)


def add_execution(store: Store, row: Row, records: Records) -> ArtifactKey:
    """A run, what it read and wrote, its code, its image and what started it. Its key."""
    run = store.execution(row, records.adapted)
    place = f"Execution {run.id}"
    records.add(
        run_record(run, row),
        place,
        ("mlmd_execution", f"{store.namespace}/{run.id}"),
        ("kfp_run", run.pipeline_run if run.is_whole else ""),
    )
    _add_code_and_image(store, run, records)
    _add_scope(store, run, records)
    touched = _touched(store, run, records)
    for one, _ in (*touched.read.values(), *touched.wrote.values()):
        add_artifact(store, one, records)
    if run.state == CACHED:
        _add_reuse(store, run, touched, records)
    if not run.is_scope:
        _add_steps(run, touched, records)
    return run.key


def add_artifact(store: Store, one: Stored, records: Records) -> None:
    place = f"Artifact {one.id}"
    record = stored_record(one)
    fingerprint = one.values.get("input_fingerprint")
    records.add(
        record,
        place,
        ("mlmd_artifact", f"{store.namespace}/{one.id}"),
        ("mlmd_external_id", one.external),
        ("tfx_fingerprint", fingerprint if isinstance(fingerprint, str) else ""),
    )


def _add_code_and_image(store: Store, run: Execution, records: Records) -> None:
    """By what the execution says of itself, else by what its pipeline run says."""
    commit = run.values.get("git_commit")
    for context in run.contexts if not commit and not run.is_scope else ():
        said = {row[0]: row[4] for row in store.tables.context_properties(context.id)}
        commit = commit or said.get("git_commit")
    namespace = run.key.namespace
    if isinstance(commit, str) and commit.strip():
        code = ArtifactRecord(
            namespace=namespace,
            kind=Kind.CODE.value,
            name=run.pipeline or "code",
            version=commit.strip().lower(),
            facets={"code": {"commit": commit.strip().lower()}},
        )
        records.add(code, f"Execution {run.id} > git_commit")
        records.step(code.key, run.key, "code")
    image = run.values.get("image")
    if isinstance(image, str) and image.strip():
        environment = image_record(namespace, image.strip())
        records.add(environment, f"Execution {run.id} > image")
        records.step(environment.key, run.key, "environment")


def _add_scope(store: Store, run: Execution, records: Records) -> None:
    parent = run.values.get("parent_dag_id")
    if not isinstance(parent, int) or isinstance(parent, bool) or not parent:
        return
    scope = store.execution_named(parent)
    if scope is None:
        place = f"Execution {run.id} > parent_dag_id"
        records.refused.append(Remark(place, "no_such_execution", f"There is no {parent}."))
    else:
        records.step(scope.key, run.key, "orchestration")


def _touched(store: Store, run: Execution, records: Records) -> _Touched:
    touched = _Touched()
    keys: dict[object, list[Row]] = {}
    for row in store.tables.paths(run.id):
        keys.setdefault(row[0], []).append(row)
    for count, (event, artifact, sort) in enumerate(store.tables.events(run.id)):
        place = f"Event {event}"
        if count == MAX_ROWS:
            message = f"Execution {run.id} has more than {MAX_ROWS:,} events; the rest is not read."
            records.refused.append(Remark(place, "too_many_events", message))
            break
        if sort == PENDING:
            message = "Is declared and not yet written; not lineage yet."
            records.adapted.append(Remark(place, "pending_output", message))
            continue
        if run.is_scope:
            message = (
                "Belongs to a scope, whose tasks have events of their own; no edge of its own."
            )
            records.adapted.append(Remark(place, "event_of_a_scope", message))
        found = touched.read if sort in READ else touched.wrote if sort in WROTE else None
        if found is None:
            message = f"Is of the unknown type {str(sort)[:40]}."
            records.refused.append(Remark(place, "unknown_event", message))
        elif artifact not in found:
            one = _artifact_of(store, artifact, place, records)
            if one is not None:
                found[artifact] = (one, path_key(keys.get(event, ())))
    return touched


def _artifact_of(store: Store, artifact: object, place: str, records: Records) -> Stored | None:
    try:
        row = store.tables.artifact(integer(artifact, place))
        if row is None:
            message = f"Names artifact {artifact}, which is not in the store."
            records.refused.append(Remark(place, "no_such_artifact", message))
            return None
        return store.artifact(row, records.adapted)
    except RecordError as error:
        records.refused.append(Remark(error.path, "invalid", error.message))
        return None


def _add_reuse(store: Store, run: Execution, touched: _Touched, records: Records) -> None:
    """A cached execution made nothing: it took what an earlier one had made."""
    for one, _ in touched.wrote.values():
        records.step(one.key, run.key, "reuse")
    touched.wrote.clear()
    given = run.values.get("cached_execution_id")
    if isinstance(given, int | str) and str(given).isdecimal() and len(str(given)) < 19:  # noqa: PLR2004
        earlier = store.execution_named(int(given))
        if earlier is not None and earlier.id != run.id:
            records.step(earlier.key, run.key, "reuse")


def _add_steps(run: Execution, touched: _Touched, records: Records) -> None:
    written = [one.key.kind for one, _ in touched.wrote.values()]
    names = {run.type, run.base}
    for one, key in touched.read.values():
        role = input_role(
            key,
            one.key.kind,
            written=written,
            trains=bool(names & {"Trainer", "Tuner", "mlmd.Train"}),
            measures=bool(names & {"Evaluator", "mlmd.Evaluate"}),
        )
        records.step(one.key, run.key, role)
    for one, _ in touched.wrote.values():
        records.step(run.key, one.key, "output")
    for upstream, downstream, role in model_steps(
        [one for one, _ in touched.read.values()], [one for one, _ in touched.wrote.values()]
    ):
        records.step(upstream, downstream, role)


def model_steps(
    read: Iterable[Stored], wrote: Iterable[Stored]
) -> Iterator[tuple[ArtifactKey, ArtifactKey, str]]:
    """From each model to what was made of it: a model whose own properties say how, a measurement,
    a deployment. Measurements of a run that read no model are of the one model it wrote."""
    results = list(wrote)
    bases = [one.key for one in read if one.key.kind == Kind.MODEL]
    made = [one.key for one in results if one.key.kind == Kind.MODEL]
    measured = bases or (made if len(made) == 1 else [])
    for one in results:
        role = relation_of(one.values) if one.key.kind == Kind.MODEL else ""
        if role and len(bases) == 1:
            yield bases[0], one.key, role
        elif one.key.kind == Kind.EVALUATION:
            yield from ((model, one.key, "evaluation") for model in measured)
        elif one.key.kind == Kind.DEPLOYMENT:
            yield from ((model, one.key, "deployment") for model in bases)
