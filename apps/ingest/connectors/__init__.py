"""The kinds of source that can be imported, each with the connector that reads it."""

from importlib import import_module

from apps.ingest.connectors.contract import Connector, ConnectorError

CONNECTORS: dict[str, str] = {
    "batch": "apps.ingest.connectors.batch",
    "croissant": "apps.ingest.connectors.croissant",
    "cyclonedx": "apps.ingest.connectors.cyclonedx",
    "deployments": "apps.ingest.connectors.deployments",
    "dvc": "apps.ingest.connectors.dvc",
    "ecosystem-graphs": "apps.ingest.connectors.ecosystem_graphs",
    "git": "apps.ingest.connectors.git",
    "huggingface": "apps.ingest.connectors.huggingface",
    "kubeflow": "apps.ingest.connectors.kubeflow",
    "mlmd": "apps.ingest.connectors.mlmd",
    "neptune": "apps.ingest.connectors.neptune",
    "openlineage": "apps.ingest.connectors.openlineage",
    "wandb": "apps.ingest.connectors.wandb",
    "wandb-graphql": "apps.ingest.connectors.wandb_graphql",
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
