"""Vertex AI: endpoints and models, as `gcloud ai endpoints describe --format=json` prints them.

https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints
Each deployed model is a version of the endpoint: its id is given once and it never changes.
"""

import re
from collections.abc import Iterator
from typing import Any

from apps.graph.records import ArtifactKey, EdgeRecord, IdentifierRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.described import Described, version_of
from apps.ingest.connectors.deployments.environments import environment_in, stated_environment
from apps.ingest.connectors.deployments.references import Reference, image_named, model_at
from apps.ingest.connectors.deployments.values import at, count, mapping, mappings, moment, text

_NAME = re.compile(r"projects/([^/]+)/locations/([^/]+)/(\w+)/([^/@]+)(?:@(.+))?\Z")


def is_endpoint(value: dict[str, Any]) -> bool:
    return _sort(value) == "endpoints"


def is_model(value: dict[str, Any]) -> bool:
    return _sort(value) == "models"


def _sort(value: dict[str, Any]) -> str:
    found = _NAME.match(text(value, "name"))
    return found.group(3) if found else ""


def gather(value: dict[str, Any], context: Context) -> None:
    """Models, by name and version; some scripts put the model into the endpoint's answer."""
    for model in (value, mapping(value, "model")):
        if is_model(model):
            context.parts[
                "Vertex model", _versioned(text(model, "name"), text(model, "versionId"))
            ] = model


def models(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    """A model by itself is no deployment: it is told with the endpoints that serve it."""
    yield from ()


def _versioned(name: str, version: str) -> str:
    bare, _, given = name.partition("@")
    return f"{bare}@{version or given}" if version or given else bare


def endpoints(place: str, value: dict[str, Any], context: Context) -> Iterator[Described]:
    name = text(value, "name")
    found = _NAME.match(name)
    if found is None:
        return
    project, location, _, number, _ = found.groups()
    for one in mappings(value, "deployedModels"):
        labels = mapping(value, "labels")
        resources = mapping(one, "dedicatedResources") or mapping(one, "automaticResources")
        described = Described(
            place=f"{place} > {text(one, 'id')}",
            tool="vertex_ai",
            namespace=f"vertex://{project}/{location}",
            name=f"endpoints/{number}",
            version=version_of(text(one, "id"), "", one),
            environment=stated_environment(labels) or environment_in(text(value, "displayName")),
            endpoint=name,
            infrastructure="Vertex AI",
            replicas=count(resources.get("minReplicaCount")),
            live_from=moment(one.get("createTime")),
            stated_at=moment(at(value, "updateTime")) or moment(one.get("createTime")),
            description=text(value, "displayName"),
            identifiers=[("vertex_ai", name)],
            about={
                "traffic_percent": at(value, "trafficSplit", text(one, "id")),
                "deployed_model": text(one, "displayName"),
                "labels": labels,
                "service_account": text(one, "serviceAccount"),
            },
        )
        _take_model(described, one, context)
        yield described
    if not mappings(value, "deployedModels"):
        described = Described(
            place=place,
            tool="vertex_ai",
            namespace=f"vertex://{project}/{location}",
            name=f"endpoints/{number}",
            version="",
            description=text(value, "displayName"),
            replicas=0,
        )
        described.note("nothing_deployed", "Nothing is deployed to this endpoint.")
        yield described


def _take_model(described: Described, one: dict[str, Any], context: Context) -> None:
    name = _versioned(text(one, "model"), text(one, "modelVersionId"))
    found = _NAME.match(name)
    if found is None:
        described.note("no_model", f"{name[:200]!r} is no name of a model.")
        return
    project, location, _, model, version = found.groups()
    key = ArtifactKey(f"vertex://{project}/{location}", Kind.MODEL.value, model, version or "")
    about = context.part("Vertex model", name) or {}
    stored = model_at(text(about, "artifactUri"))
    uris = [pair for pair in stored.identifiers if pair[0] != "hf_repo"] if stored else []
    described.models.append(Reference(key=key, said=name, identifiers=(("vertex_ai", name), *uris)))
    if image := image_named(text(about, "containerSpec", "imageUri")):
        described.images.append(image)
    if pipeline := text(about, "trainingPipeline"):
        run = ArtifactKey(
            key.namespace,
            Kind.RUN.value,
            "/".join(pipeline.split("/")[-2:]),
            pipeline.rpartition("/")[2],
        )
        described.edges.append(EdgeRecord(run, key, "output"))
        described.further.append(IdentifierRecord(run, "vertex_ai", pipeline))
    base = text(about, "baseModelSource", "modelGardenSource", "publicModelName")
    if base:
        source = ArtifactKey("vertex://model-garden", Kind.MODEL.value, base)
        described.edges.append(EdgeRecord(source, key, "derived"))
        described.further.append(IdentifierRecord(source, "vertex_ai", base))
    described.about["model_aliases"] = about.get("versionAliases")
