"""Seldon: `SeldonDeployment` of version 1, a tree of models by predictor, and `Model` of version 2.

https://docs.seldon.ai/seldon-core-1 and https://docs.seldon.ai/seldon-core-2
"""

from collections.abc import Iterator
from typing import Any

from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.described import Described
from apps.ingest.connectors.deployments.hints import hints
from apps.ingest.connectors.deployments.kubernetes_object import (
    annotated,
    based_on,
    take_containers,
    take_hints,
)
from apps.ingest.connectors.deployments.references import model_at
from apps.ingest.connectors.deployments.values import at, count, mapping, mappings, moment, text


def seldon_deployments(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    """One deployment, whose predictors share the traffic."""
    described = _based_on(place, value)
    described.endpoint = text(value, "status", "address", "url")
    told, replicas = [], 0
    for one in mappings(value, "spec", "predictors"):
        names = _take_tree(described, mapping(one, "graph"))
        for spec in mappings(one, "componentSpecs"):
            take_containers(described, mapping(spec, "spec"), {})
        number = count(one.get("replicas", at(value, "spec", "replicas")))
        replicas += 1 if number is None else number
        told.append(
            {"name": text(one, "name"), "traffic": one.get("traffic"), "models": names}
            | {"replicas": number}
        )
    described.replicas = count(replicas) if told else None
    described.about["predictors"] = told
    take_hints(described, hints(annotated(value), namespace=described.namespace))
    yield described


def _take_tree(described: Described, graph: dict[str, Any]) -> list[str]:
    """The models of a tree of steps, as they are named."""
    names, waiting = [], [graph]
    while waiting:
        step = waiting.pop(0)
        waiting += mappings(step, "children")
        if said := text(step, "modelUri"):
            names.append(said)
            _take(described, said)
    return names


def models(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    described = _based_on(place, value)
    _take(described, text(value, "spec", "storageUri"))
    described.replicas = count(at(value, "spec", "replicas"))
    described.about["artifact_version"] = at(value, "spec", "artifactVersion")
    described.about["requirements"] = at(value, "spec", "requirements")
    described.about["server"] = text(value, "spec", "server")
    take_hints(described, hints(annotated(value), namespace=described.namespace))
    yield described


def _based_on(place: str, value: dict[str, Any]) -> Described:
    generation = text(value, "metadata", "generation")
    described = based_on(place, value, tool="seldon", revision=generation)
    if generation == "1":
        described.live_from = moment(at(value, "metadata", "creationTimestamp"))
    if described.name.startswith("model/"):
        described.name = f"seldon-{described.name}"
    return described


def _take(described: Described, said: str) -> None:
    if found := model_at(said):
        described.models.append(found)
    else:
        described.note("no_model_uri", f"{said[:200]!r} is no place that is known.")
