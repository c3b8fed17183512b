"""Facets the product understands, one struct each; every other facet is kept as given.

A known facet may carry further fields; only the fields named here are checked.
"""

from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from apps.graph.errors import RecordError

Scalar = str | int | float | bool | None
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
F = TypeVar("F", bound=msgspec.Struct)


class DatasetFacet(msgspec.Struct, frozen=True, kw_only=True):
    rows: Count | None = None
    columns: Count | None = None
    size_bytes: Count | None = None
    format: str = ""


class FeatureSetFacet(msgspec.Struct, frozen=True, kw_only=True):
    features: list[str | dict[str, Any]] = []


class CodeFacet(msgspec.Struct, frozen=True, kw_only=True):
    repository: str = ""
    commit: str = ""
    branch: str = ""
    dirty: bool | None = None


class EnvironmentFacet(msgspec.Struct, frozen=True, kw_only=True):
    python: str = ""
    image_digest: str = ""
    packages: dict[str, str] = {}


class RunFacet(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is the producer's last word: running, completed, failed, aborted."""

    state: str = ""
    started_at: Moment | None = None
    ended_at: Moment | None = None
    seed: int | str | None = None
    parameters: dict[str, Any] = {}
    metrics: dict[str, Scalar] = {}


class ModelFacet(msgspec.Struct, frozen=True, kw_only=True):
    format: str = ""
    framework: str = ""
    task: str = ""
    license: str = ""
    size_bytes: Count | None = None
    metrics: dict[str, Scalar] = {}


class EvaluationFacet(msgspec.Struct, frozen=True, kw_only=True):
    metrics: dict[str, Scalar] = {}


class DeploymentFacet(msgspec.Struct, frozen=True, kw_only=True):
    """Where a model runs. Kept in columns too, so that "what was live then" is a query."""

    environment: str = ""
    endpoint: str = ""
    image_digest: str = ""
    replicas: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    infrastructure: str = ""
    live_from: Moment | None = None
    live_until: Moment | None = None


class ApplicationFacet(msgspec.Struct, frozen=True, kw_only=True):
    url: str = ""
    team: str = ""


KNOWN_FACETS: dict[str, type[msgspec.Struct]] = {
    "dataset": DatasetFacet,
    "feature_set": FeatureSetFacet,
    "code": CodeFacet,
    "environment": EnvironmentFacet,
    "run": RunFacet,
    "model": ModelFacet,
    "evaluation": EvaluationFacet,
    "deployment": DeploymentFacet,
    "application": ApplicationFacet,
}


def check_facets(facets: dict[str, Any], path: str) -> None:
    """Raise `RecordError` at the first field of a known facet that has the wrong type."""
    for name, value in facets.items():
        if struct := KNOWN_FACETS.get(name):
            read_facet(struct, value, f"{path}.{name}")


def read_facet(struct: type[F], value: object, path: str = "$") -> F:
    """The typed facet in a JSON value."""
    try:
        return msgspec.convert(value, struct)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        raise RecordError(path + place.rstrip("`"), f"{message}.") from error
