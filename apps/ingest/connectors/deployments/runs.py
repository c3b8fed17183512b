"""The MLflow run that a deployment names beside its model."""

from collections.abc import Iterable

from apps.graph.records import ArtifactKey, EdgeRecord, IdentifierRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.deployments.described import Described


def runs_behind(described: Described, runs: Iterable[str]) -> None:
    """The run wrote the model, where one model is named; else the deployment depends on the run."""
    for run in runs:
        key = ArtifactKey("mlflow", Kind.RUN.value, run, run)
        exact = [one.key for one in described.models if not one.is_moving]
        if len(set(exact)) == 1:
            described.edges.append(EdgeRecord(key, exact[0], "output"))
        else:
            described.edges.append(EdgeRecord(key, described.key, "dependency"))
        described.further.append(IdentifierRecord(key, "mlflow_run", run))
