"""BentoML: `bentofile.yaml`, which says what to build, and `bento.yaml`, which says what was built.

https://docs.bentoml.com/en/latest/reference/bentoml/bento-build-options.html
Only a built bento knows which version `latest` was.
"""

from collections.abc import Iterator
from typing import Any

from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.described import Described, version_of
from apps.ingest.connectors.deployments.environments import stated_environment
from apps.ingest.connectors.deployments.hints import hints
from apps.ingest.connectors.deployments.kubernetes_object import take_hints
from apps.ingest.connectors.deployments.references import Reference, image_named
from apps.ingest.connectors.deployments.values import at, mapping, mappings, moment, text

NAMESPACE = "bentoml"


def is_bentofile(value: dict[str, Any]) -> bool:
    build = {"include", "models", "python", "docker", "labels", "envs", "exclude", "conda"}
    return isinstance(value.get("service"), str) and bool(build & value.keys())


def is_bento(value: dict[str, Any]) -> bool:
    return "bentoml_version" in value and isinstance(value.get("name"), str)


def bentofiles(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    service = text(value, "service")
    name = text(value, "name") or service.rpartition(":")[2]
    yield _described(place, value, name, version_of("", "", value))


def bentos(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    version = version_of(text(value, "version"), "", value)
    described = _described(place, value, text(value, "name"), version)
    described.stated_at = moment(at(value, "creation_time"))
    described.identifiers.append(("bentoml_tag", f"{described.name}:{version}"))
    yield described


def _described(place: str, value: dict[str, Any], name: str, version: str) -> Described:
    labels = mapping(value, "labels")
    described = Described(
        place=place,
        tool="bentoml",
        namespace=NAMESPACE,
        name=name,
        version=version,
        environment=stated_environment(labels),
        infrastructure="BentoML",
        owner=text(labels, "owner") or text(labels, "team"),
        about={
            "service": text(value, "service"),
            "labels": labels,
            "created_at": text(value, "creation_time"),
            "bentoml_version": text(value, "bentoml_version"),
            "python": text(value, "docker", "python_version"),
        },
    )
    runners = mappings(value, "runners")
    given = [*_listed(value), *(one for runner in runners for one in _listed(runner))]
    for one in given:
        tag = one if isinstance(one, str) else text(one, "tag")
        if found := _model(tag):
            described.models.append(found)
        else:
            described.note("no_model", f"{str(one)[:200]!r} names no model.")
    image = text(value, "docker", "base_image") or text(value, "image", "base_image")
    if found := image_named(image):
        described.images.append(found)
    variables = {text(one, "name"): text(one, "value") for one in mappings(value, "envs")}
    words = variables | {each: text(labels, each) for each in labels}
    take_hints(described, hints(words, namespace=NAMESPACE))
    return described


def _listed(value: dict[str, Any]) -> list[Any]:
    models = value.get("models")
    return models if isinstance(models, list) else []


def _model(tag: str) -> Reference | None:
    """By its tag `name:version`; without a version it is the latest of that moment."""
    name, _, version = tag.partition(":")
    if not name:
        return None
    moving = version in {"", "latest"}
    key = ArtifactKey(NAMESPACE, Kind.MODEL.value, name, "@latest" if moving else version)
    identifiers = () if moving else (("bentoml_tag", tag),)
    return Reference(key=key, said=tag, identifiers=identifiers, is_moving=moving)
