"""Docker Compose: https://docs.docker.com/reference/compose-file/. Each service is a deployment."""

from collections.abc import Iterator
from typing import Any

from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.described import Described, version_of
from apps.ingest.connectors.deployments.environments import environment_in, stated_environment
from apps.ingest.connectors.deployments.hints import hints
from apps.ingest.connectors.deployments.kubernetes_object import take_hints
from apps.ingest.connectors.deployments.references import image_named
from apps.ingest.connectors.deployments.values import at, count, mapping, text, texts


def is_compose(value: dict[str, Any]) -> bool:
    services = mapping(value, "services")
    return "kind" not in value and any(
        isinstance(one, dict) and ("image" in one or "build" in one) for one in services.values()
    )


def services(place: str, value: dict[str, Any], context: Context) -> Iterator[Described]:
    project = text(value, "name") or context.folder or "compose"
    for name, one in mapping(value, "services").items():
        if isinstance(one, dict):
            yield _service(f"{place} > {name}", project, name, one)


def _service(place: str, project: str, name: str, one: dict[str, Any]) -> Described:
    variables, labels = _pairs(one.get("environment")), _pairs(one.get("labels"))
    said = stated_environment(labels) or stated_environment(variables)
    described = Described(
        place=place,
        tool="compose",
        namespace=f"compose://{project}",
        name=name,
        version=version_of("", "", one),
        environment=said or environment_in(project),
        infrastructure="Docker Compose",
        replicas=count(
            at(
                one,
                "deploy",
                "replicas",
            )
        ),
        about={"image": text(one, "image"), "labels": labels, "ports": texts(one, "ports")},
    )
    if described.replicas is None:
        described.replicas = count(one.get("scale"))
    commands = [texts(one, "entrypoint") + texts(one, "command")]
    take_hints(described, hints(labels | variables, commands, namespace=described.namespace))
    if image := image_named(text(one, "image")):
        described.images.append(image)
    elif text(one, "image"):
        image_said = text(one, "image")[:200]
        described.note("no_image", f"{image_said!r} is filled in when it starts; not linked.")
    return described


def _pairs(value: Any) -> dict[str, str]:
    """A mapping, or a list of `NAME=value`."""
    if isinstance(value, list):
        return dict(one.partition("=")[::2] for one in value if isinstance(one, str) and "=" in one)
    return {name: text(value, name) for name in value} if isinstance(value, dict) else {}
