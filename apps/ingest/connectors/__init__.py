"""The kinds of source that can be imported, each with the connector that reads it."""

from importlib import import_module

from apps.ingest.connectors.contract import Connector, ConnectorError

CONNECTORS: dict[str, str] = {
    "batch": "apps.ingest.connectors.batch",
    "croissant": "apps.ingest.connectors.croissant.connector",
    "cyclonedx": "apps.ingest.connectors.cyclonedx.connector",
    "deployments": "apps.ingest.connectors.deployments.connector",
    "dvc": "apps.ingest.connectors.dvc.connector",
    "ecosystem-graphs": "apps.ingest.connectors.ecosystem_graphs.connector",
    "git": "apps.ingest.connectors.git.connector",
    "huggingface": "apps.ingest.connectors.huggingface.connector",
    "kubeflow": "apps.ingest.connectors.kubeflow.connector",
    "mlmd": "apps.ingest.connectors.mlmd.connector",
    "neptune": "apps.ingest.connectors.neptune.connector",
    "openlineage": "apps.ingest.connectors.openlineage",
    "wandb": "apps.ingest.connectors.wandb.connector",
    "wandb-graphql": "apps.ingest.connectors.wandb.graphql",
}


def connector_for(kind: str) -> Connector:
    """The connector of a kind. It is loaded only now: it may need a library that is optional."""
    if kind not in CONNECTORS:
        known = ", ".join(sorted(CONNECTORS))
        raise ConnectorError(f"{kind[:80]!r} is not a kind of source; known are: {known}.")
    try:
        connector: Connector = import_module(CONNECTORS[kind]).read
    except ModuleNotFoundError as error:
        raise ConnectorError(
            f"Reading {kind} needs {error.name}, which is not installed."
        ) from error
    return connector
