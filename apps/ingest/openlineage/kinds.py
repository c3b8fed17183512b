"""What an OpenLineage dataset is: data, features or a model."""

from collections.abc import Mapping
from typing import Any

from apps.graph.vocabulary import Kind

Given = Mapping[str, dict[str, Any] | None] | None

# Feast tells by facets of its own. An entity is a key to join by, an online store a copy: data.
FEATURE_FACETS = (
    "feast_featureView",
    "feast_onDemandFeatureView",
    "feast_streamFeatureView",
    "feast_featureService",
)
FEAST_FACETS = (*FEATURE_FACETS, "feast_entity", "feast_dataSource", "feast_onlineStore")


def kind_of(given: Given) -> str:
    """The kind that these facets of a dataset say; without any, a dataset.

    >>> kind_of({"datasetType": {"datasetType": "MODEL"}}), kind_of(None)
    ('model', 'dataset')
    """
    facets = given or {}
    stated = (facets.get("datasetType") or {}).get("datasetType")
    if isinstance(stated, str) and stated.upper() == "MODEL":
        return Kind.MODEL.value
    if any(facets.get(name) for name in FEATURE_FACETS):
        return Kind.FEATURE_SET.value
    for one in _listed((facets.get("symlinks") or {}).get("identifiers")):
        if isinstance(one, dict) and str(one.get("type")).upper() == "MODEL":
            return Kind.MODEL.value
    return Kind.DATASET.value


def features(given: Given) -> list[str]:
    """The names of the features in a view or a service."""
    fields = ((given or {}).get("schema") or {}).get("fields")
    named = [one.get("name") for one in _listed(fields) if isinstance(one, dict)]
    for name in FEATURE_FACETS:
        named = named or _listed(((given or {}).get(name) or {}).get("features"))
    return [one for one in named if isinstance(one, str)]


def feast(given: Given) -> dict[str, Any]:
    """What Feast says of it; empty if it is not Feast's."""
    for name in FEAST_FACETS:
        if found := (given or {}).get(name):
            return found
    return {}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
