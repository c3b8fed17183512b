"""What the registry keeps beside its models: names that move, and prompts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.gathering import Gathering
from apps.ingest.connectors.mlflow.naming import Names
from apps.ingest.connectors.mlflow.runs import PRODUCER
from apps.ingest.connectors.mlflow.store import Registered

SCHEME = "mlflow"
PROMPT = "mlflow.prompt.is_prompt"


def aliases_reading(registered: Registered, names: Names, *, at: datetime, place: str) -> Reading:
    """The names that move: what each names now.

    MLflow keeps no time of an alias: what is known is that it was so when it was read, `at`.
    """
    told = Gathering(producer=PRODUCER, evidence=place)
    for alias, version in sorted(registered.aliases.items()):
        value = f"models:/{registered.name}@{alias}"
        told.alias(SCHEME, value, names.version(registered.name, version), at, place)
    # Without any, too: that there are none is what ends those that were.
    return replace(told.reading(), batch=told.batch())


def is_prompt(tags: Mapping[str, str]) -> bool:
    """Prompts are kept in the registry beside the models."""
    return tags.get(PROMPT, "").lower() == "true"
