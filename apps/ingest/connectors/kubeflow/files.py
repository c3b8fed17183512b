"""Files of Kubeflow Pipelines: compiled pipelines (IR YAML), and output folders of `kfp.local`.

A compiled pipeline gives its design: steps between artifacts without a version. A local run keeps
only what its tasks wrote (`executor_output.json`); what they read is taken from the compiled
pipeline of that name, if exactly one lies in the same folder.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, LineageBatch
from apps.graph.validation import json_value, line
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import ConnectorError, Reading, Remark
from apps.ingest.connectors.formats.documents import files_in, json_values
from apps.ingest.connectors.formats.yaml_cards import load_yaml_documents
from apps.ingest.connectors.kubeflow.design import Definition, add_design
from apps.ingest.connectors.kubeflow.ir import Task, is_pipeline, read_pipeline
from apps.ingest.connectors.kubeflow.records import Output, add_task, local_task
from apps.ingest.connectors.mlmd.records import Records
from apps.ingest.connectors.units import all_told

PRODUCER = "kubeflow"
OUTPUT_FILE = "executor_output.json"
_RUN = re.compile(r"(.+)-\d{4}(?:-\d{2}){5}-\d{6}\Z")

Definitions = dict[str, list[Definition]]


def read_files(path: Path) -> Iterator[Reading]:
    """The pipeline in a file; of a folder, every pipeline and then every local run."""
    yield from all_told(_read(path))


def _read(path: Path) -> Iterator[Reading]:
    definitions: Definitions = defaultdict(list)
    if path.is_file():
        yield _read_pipeline(path, path.name, definitions)
        return
    for place, file in files_in(path, (".yaml", ".yml")):
        yield _outside(place) if file is None else _read_pipeline(file, place, definitions)
    runs: dict[Path, list[tuple[str, Path]]] = defaultdict(list)
    for place, file in files_in(path, (OUTPUT_FILE,)):
        if file is None:
            yield _outside(place)
        elif file.name == OUTPUT_FILE:
            runs[file.parent.parent].append((place, file))
    for folder, files in runs.items():
        yield _read_run(path, folder, files, definitions)


def _outside(place: str) -> Reading:
    return Reading(refused=(Remark(place, "outside", "Leads out of the folder; not read."),))


def _read_pipeline(file: Path, place: str, definitions: Definitions) -> Reading:
    records = Records()
    try:
        documents = load_yaml_documents(file)
    except ConnectorError as error:
        return Reading(refused=(Remark(place, "not_yaml", str(error)),))
    found = [one for one in documents if is_pipeline(one)]
    if len(found) != 1:
        message = "Holds no compiled pipeline." if not found else "Holds several pipelines."
        return Reading(refused=(Remark(place, "not_a_pipeline", message),), unit=place)
    try:
        pipeline, adapted = read_pipeline(found[0], place)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        namespace = f"kubeflow://{pipeline.name}"
        code = ArtifactKey(namespace, Kind.CODE.value, pipeline.name, digest[:12])
        definition = Definition(pipeline, code, {one.path: one for one in pipeline.tasks})
        records.adapted.extend(adapted)
        add_design(definition, f"sha256:{digest}", place, records)
        definitions[pipeline.name].append(definition)
    except RecordError as error:
        records.refused.append(Remark(error.path, "not_a_pipeline", error.message))
    return _reading(records, place, f"pipeline/{place}")


def _read_run(
    path: Path, folder: Path, files: list[tuple[str, Path]], definitions: Definitions
) -> Reading:
    """A run with all of its tasks."""
    records = Records()
    named = _RUN.match(folder.name)
    place = folder.relative_to(path).as_posix() if folder.is_relative_to(path) else folder.name
    place = folder.name if place == "." else place
    try:
        version = line(folder.name, place, required=True, limit=500)
    except RecordError as error:
        return Reading(refused=(Remark(place, "no_name", error.message),))
    name = named.group(1) if named else version
    found = definitions.get(name, [])
    definition = found[0] if len(found) == 1 else None
    if definition is None:
        message = (
            f"{len(found)} compiled pipelines are named {name!r}"
            if found
            else f"No compiled pipeline named {name!r} lies in the folder"
        )
        message = f"{message}; what its tasks read, and the types of what they wrote, are unknown."
        records.adapted.append(Remark(place, "no_definition", message))
    whole = ArtifactKey(f"kubeflow://{name}", Kind.RUN.value, name, version)
    for where, file in files:
        try:
            _add_task(where, file, definition, whole, records)
        except RecordError as error:
            records.refused.append(Remark(error.path, "invalid", error.message))
        except ConnectorError as error:
            records.refused.append(Remark(where, "not_json", str(error)))
    if definition is not None:
        written = {file.parent.name for _, file in files}
        for task in definition.pipeline.tasks:
            if task.imports is None and task.folder not in written:
                message = f"{'/'.join(task.path)} left no outputs; whether it ran is unknown."
                records.adapted.append(Remark(place, "no_outputs", message))
    return _reading(records, place, f"run/{whole.version}", whole)


def _add_task(
    where: str, file: Path, definition: Definition | None, whole: ArtifactKey, records: Records
) -> None:
    value = next(iter(json_values(file, keep_non_finite=True)), None)
    if isinstance(value, Remark) or value is None:
        message = value.message if value else "Is empty."
        records.refused.append(Remark(where, "not_json", message))
        return
    told = json_value(value[1], where)
    if not isinstance(told, dict):
        raise RecordError(where, f"Is a {type(told).__name__}, not the output of a task.")
    folder = file.parent.name
    tasks = [] if definition is None else definition.pipeline.tasks
    meant = [one for one in tasks if one.folder == folder]
    if len(meant) > 1 or (meant and meant[0].loops):
        message = "Several executions wrote to this folder; it holds the last one's outputs."
        records.adapted.append(Remark(where, "overwritten", message))
    task = meant[-1] if len(meant) == 1 else None
    parameters = told.get("parameterValues")
    ran = local_task(
        definition,
        task,
        folder=folder,
        version=whole.version,
        outputs=_outputs(told.get("artifacts"), file.parent, task),
        parameters=parameters if isinstance(parameters, dict) else {},
    )
    code = None if definition is None or task is None else definition.code
    add_task(ran, whole=whole, code=code, place=where, records=records)


def _outputs(told: Any, folder: Path, task: Task | None) -> Iterator[Output]:
    for name, listed in told.items() if isinstance(told, dict) else ():
        artifacts = listed.get("artifacts") if isinstance(listed, dict) else None
        several = isinstance(artifacts, list) and len(artifacts) > 1
        for index, one in enumerate(artifacts if isinstance(artifacts, list) else []):
            given = one if isinstance(one, dict) else {}
            uri, metadata = given.get("uri"), given.get("metadata")
            file = folder / name
            plain = "/" not in name and not file.is_symlink() and file.is_file() and not several
            yield Output(
                name=f"{name}/{index}" if several else name,
                uri=uri if isinstance(uri, str) else "",
                metadata=metadata if isinstance(metadata, dict) else {},
                title="" if task is None else task.outputs.get(name, ""),
                file=file if plain else None,
            )


def _reading(records: Records, place: str, unit: str, *about: ArtifactKey) -> Reading:
    return Reading(
        unit=unit,
        about=tuple(one for one in about if one in records.artifacts),
        batch=LineageBatch(
            producer=PRODUCER,
            evidence=place,
            artifacts=tuple(records.artifacts.values()),
            edges=tuple(records.edges),
            identifiers=tuple(records.identifiers),
        ),
        adapted=tuple(records.adapted),
        refused=tuple(records.refused),
    )
