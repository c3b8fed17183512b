"""A bad apple: one raw dataset, what was made of it, and where that runs."""

from datetime import datetime
from typing import Any

from apps.catalog.models import Artifact
from apps.catalog.services import BatchResult, record_batch
from apps.graph.records import (
    AliasRecord,
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    LineageBatch,
)
from apps.impact import jobs
from apps.impact.models import Flag, Report
from apps.impact.services import flag_artifact

NAMESPACE = "shop"


def key(text: str) -> ArtifactKey:
    """`dataset:raw@1` as a key."""
    kind, _, rest = text.partition(":")
    name, _, version = rest.partition("@")
    return ArtifactKey(NAMESPACE, kind, name, version)


def record(text: str, **said: Any) -> ArtifactRecord:
    one = key(text)
    return ArtifactRecord(
        namespace=one.namespace, kind=one.kind, name=one.name, version=one.version, **said
    )


def edges(*steps: str) -> tuple[EdgeRecord, ...]:
    """Each step as `dataset:raw@1 > run:1 training`."""
    found = []
    for step in steps:
        upstream, _, rest = step.partition(" > ")
        downstream, _, role = rest.partition(" ")
        found.append(EdgeRecord(key(upstream), key(downstream), role))
    return tuple(found)


def recorded(
    *steps: str, artifacts: tuple[ArtifactRecord, ...] = (), atomic: bool = True
) -> BatchResult:
    batch = LineageBatch(producer="story", artifacts=artifacts, edges=edges(*steps))
    return record_batch(batch=batch, atomic=atomic)


def aliased(*seen: tuple[str, str, str]) -> BatchResult:
    """Each as the alias, `model:fraud@7` or nothing, and when it was seen to name that."""
    aliases = tuple(
        AliasRecord("mlflow", value, key(named) if named else None, datetime.fromisoformat(at))
        for value, named, at in seen
    )
    return record_batch(batch=LineageBatch(producer="story", aliases=aliases))


def retracted(*steps: str) -> BatchResult:
    return record_batch(batch=LineageBatch(producer="story", retractions=edges(*steps)))


def deployed(text: str, environment: str, owner: str = "", **said: Any) -> ArtifactRecord:
    facets = {"deployment": {"environment": environment}}
    return record(text, owner=owner, facets=facets, **said)


def bad_apple() -> None:
    """raw → train → run → fraud → api in production → checkout; raw tests churn in staging."""
    recorded(
        "dataset:raw@1 > dataset:train@1 derived",
        "dataset:train@1 > run:fit training",
        "run:fit > model:fraud@7 output",
        "model:fraud@7 > deployment:api@3 deployment",
        "deployment:api@3 > application:checkout serving",
        "dataset:raw@1 > model:churn@2 testing",
        "model:churn@2 > deployment:batch@1 deployment",
        artifacts=(
            record("dataset:raw@1", owner="data"),
            record("dataset:train@1"),
            record("run:fit"),
            record("model:fraud@7", owner="risk"),
            record("model:churn@2"),
            deployed("deployment:api@3", "production", "payments"),
            deployed("deployment:batch@1", "staging"),
            record("application:checkout", owner="shop"),
        ),
    )


def artifact(text: str) -> Artifact:
    one = key(text)
    return Artifact.objects.get(
        namespace=one.namespace, kind=one.kind, name=one.name, version=one.version
    )


def raised(text: str, actor: Any, **values: Any) -> Flag:
    said = {"reason": "label_error", "severity": "high", **values}
    return flag_artifact(artifact=artifact(text), actor=actor, **said)


def reported(flag: Flag) -> Report:
    """The flag's newest report, worked out here and now."""
    report = flag.reports.order_by("-number").first()
    assert report is not None
    assert jobs.compute_report(report_id=report.pk)
    flag.refresh_from_db()
    report.refresh_from_db()
    return report


def found(report: Report) -> dict[str, tuple[str, int]]:
    """What the report says: `{"model fraud@7": ("contaminates", 3)}`."""
    rows = report.findings.select_related("artifact")
    return {f"{row.artifact.kind} {row.artifact}": (row.consequence, row.distance) for row in rows}
