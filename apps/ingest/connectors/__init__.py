"""The kinds of source that can be imported, each with the connector that reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from apps.ingest.connectors.contract import Access, Connector, ConnectorError


@dataclass(frozen=True, slots=True)
class SourceKind:
    """What a source of this kind is, without loading the library that reads it.

    `where` says what is read, `secret` which credentials it may need; empty if it takes none.
    """

    module: str
    title: str
    where: str
    secret: str = ""


OPENS_GIT = "user:token, or a token"
KINDS: dict[str, SourceKind] = {
    "batch": SourceKind("batch", "Lineage batches", "JSON files of lineage batches"),
    "croissant": SourceKind("croissant.connector", "Croissant", "Croissant files"),
    "cyclonedx": SourceKind("cyclonedx.connector", "CycloneDX ML-BOM", "bills of materials"),
    "deployments": SourceKind("deployments.connector", "Deployments", "manifests"),
    "dvc": SourceKind(
        "dvc.connector", "DVC", "a git repository with DVC files, or its https:// URL", OPENS_GIT
    ),
    "ecosystem-graphs": SourceKind(
        "ecosystem_graphs.connector", "Ecosystem Graphs", "its folder of YAML"
    ),
    "git": SourceKind("git.connector", "git", "a git repository, or its https:// URL", OPENS_GIT),
    "huggingface": SourceKind("huggingface.connector", "Hugging Face", "clones of repositories"),
    "kubeflow": SourceKind(
        "kubeflow.connector",
        "Kubeflow Pipelines",
        "a server, https://host?namespace=NAME; compiled pipelines, or local outputs",
        "a bearer token, if the server asks for one",
    ),
    "marquez": SourceKind(
        "marquez.connector",
        "Marquez",
        "the URL of its server, or answers of its events/lineage in files",
        "an API key, if the server asks for one",
    ),
    "mlmd": SourceKind(
        "mlmd.connector",
        "ML Metadata",
        "mysql://host:3306/database, or SQLite stores",
        "user:password, for a database",
    ),
    "mlflow": SourceKind(
        "mlflow.connector",
        "MLflow",
        "a tracking server, a SQLite store, or a folder of runs",
        "a bearer token, or user:password",
    ),
    "neptune": SourceKind("neptune.connector", "Neptune", "an export, or offline folders"),
    "openlineage": SourceKind("openlineage", "OpenLineage", "files of events"),
    "wandb": SourceKind(
        "wandb.connector",
        "Weights & Biases",
        "https://api.wandb.ai/ENTITY[/PROJECT], or offline runs",
        "an API key",
    ),
}


def connector_for(kind: str) -> Connector:
    """The connector of a kind. It is loaded only now: it may need a library that is optional."""
    connector: Connector = _loaded(kind).read
    return connector


def trial_of(kind: str) -> Callable[[Access], str] | None:
    """What tries the connection and says in words what it found; none if reading is the test."""
    found: Callable[[Access], str] | None = getattr(_loaded(kind), "test", None)
    return found


def _loaded(kind: str) -> ModuleType:
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise ConnectorError(f"{kind[:80]!r} is not a kind of source; known are: {known}.")
    try:
        return import_module(f"{__name__}.{KINDS[kind].module}")
    except ModuleNotFoundError as error:
        raise ConnectorError(
            f"Reading {kind} needs {error.name}, which is not installed."
        ) from error
