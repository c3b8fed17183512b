"""What MLflow keeps, in the same small structs whichever way it is read.

Times are milliseconds since 1970, as MLflow has them; texts that are not there are empty. The names
are those of MLflow's own `entities` where this house has no word of its own.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

MODEL_FILES = ("MLmodel", "conda.yaml", "requirements.txt", "python_env.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A run or a logged model as far as is needed to decide whether to read it.

    `settled` is when it last changed by its own account, none while it may still change. `state`
    is a checksum of all that the list shows, because much changes without any time moving. `run`
    is the run that logged a model, or that a run is nested in.
    """

    id: str
    name: str
    settled: int | None
    state: int
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    id: str
    name: str
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetInput:
    """`digest` is 8 digits over the first 10,000 rows: no digest of the content.

    `source`, `schema` and `profile` are JSON as text. `context` is what the run said it was for.
    """

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a metric."""

    step: int
    timestamp: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The history of one metric, down-sampled. `last`, `low` and `high` are of all `count`."""

    last: Point
    count: int = 1
    low: Point | None = None
    high: Point | None = None
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    id: str
    name: str
    experiment: str
    user: str = ""
    status: str = ""
    lifecycle: str = "active"
    started: int | None = None
    ended: int | None = None
    artifact_uri: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Series] = field(default_factory=dict)
    datasets: tuple[DatasetInput, ...] = ()
    models_read: tuple[str, ...] = ()
    models_written: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMetric:
    """A metric of a logged model, measured by a run and perhaps on a dataset."""

    name: str
    point: Point
    run: str = ""
    dataset_name: str = ""
    dataset_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedModel:
    id: str
    name: str
    experiment: str
    run: str = ""
    created: int | None = None
    updated: int | None = None
    artifact_uri: str = ""
    status: str = ""
    type: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[ModelMetric, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registered model: a name with versions. `aliases` says which version each names now."""

    name: str
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a registered model. `source` is where its files come from."""

    name: str
    version: str
    created: int | None = None
    updated: int | None = None
    description: str = ""
    user: str = ""
    stage: str = ""
    status: str = ""
    source: str = ""
    run: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a model. `sha256` is empty where its content was not read."""

    path: str
    size: int | None
    sha256: str = ""


@dataclass(slots=True)
class ModelFiles:
    """The files of a model, and the text of those that say what it is and needs."""

    files: list[StoredFile] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Store(Protocol):
    """One MLflow, read by REST, from its tables or from its folders.

    A list is read anew at each call, page by page. Single things are none once they are gone.
    What the store does not offer at all (MLflow 2 has no logged models, some servers no registry)
    raises `NothingThereError`.
    """

    @property
    def namespace(self) -> str:
        """`mlflow://host:5000`, or a name for what has no address."""

    def describe(self) -> str:
        """`MLflow 3.17.2 at https://…`."""

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """(place, code, message) of what was odd about the store so far, each once."""

    def place_of(self, kind: str, identity: str, experiment: str = "") -> str:
        """Where a person finds it: an address of the server's pages, or a place in the store."""

    def experiments(self) -> Iterator[Experiment]: ...

    def runs(self) -> Iterator[Listed]: ...

    def run(self, identity: str) -> Run | None: ...

    def models(self) -> Iterator[Listed]: ...

    def model(self, identity: str) -> LoggedModel | None: ...

    def registered(self) -> Iterator[Registered]: ...

    def versions(self) -> Iterator[Version]: ...

    def model_files(self, model: LoggedModel) -> ModelFiles: ...

    def version_files(self, version: Version) -> ModelFiles: ...


def checksum(*seen: object) -> int:
    """For `Listed.state`: equal for equal values, 32 bits."""
    return zlib.crc32(repr(seen).encode("utf-8", "backslashreplace"))
