"""Ray Serve: a configuration file, what `GET /api/serve/applications/` answers, and `RayService`.

https://docs.ray.io/en/latest/serve/production-guide/config.html
What an application loads stands only in what its author passes to it, so that is looked through.
"""

import re
from collections.abc import Iterator
from typing import Any

from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.described import Described, version_of
from apps.ingest.connectors.deployments.documents import parsed
from apps.ingest.connectors.deployments.environments import stated_environment
from apps.ingest.connectors.deployments.hints import hints
from apps.ingest.connectors.deployments.kubernetes_object import (
    annotated,
    based_on,
    take_containers,
    take_hints,
)
from apps.ingest.connectors.deployments.references import commit_at, image_named
from apps.ingest.connectors.deployments.values import at, count, mapping, mappings, moment, text

NAMESPACE = "ray-serve"
# An archive of one commit, as Git hosts name it: …/churn/archive/84be….zip
_ARCHIVE = re.compile(
    r"(https?://.+?)/(?:-/)?(?:archive|zip|tarball)/(?:refs/\w+/)?([0-9a-f]{40})\b"
)


def is_config(value: dict[str, Any]) -> bool:
    applications = value.get("applications")
    if isinstance(applications, dict):
        return any(mapping(one, "deployed_app_config") for one in applications.values())
    return any("import_path" in one for one in mappings(value, "applications"))


def configs(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    applications = value.get("applications")
    if isinstance(applications, dict):
        for name, status in applications.items():
            config = mapping(status, "deployed_app_config")
            described = _application(f"{place} > {name}", {"name": name} | config, value)
            described.live_from = moment(at(status, "last_deployed_time_s"))
            described.stated_at = described.live_from
            described.about["status"] = text(status, "status")
            yield described
        return
    for one in mappings(value, "applications"):
        yield _application(f"{place} > {text(one, 'name')}", one, value)


def ray_services(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    """The object of the Kubernetes operator, whose configuration is a text within."""
    try:
        config = parsed(text_of(value))
    except ConnectorError as error:
        config = {}
        described = based_on(place, value, tool="ray_serve", revision="")
        described.note("no_config", f"serveConfigV2 cannot be read: {error}")
        yield described
    cluster = mapping(value, "spec", "rayClusterConfig")
    cluster = cluster or mapping(value, "spec", "rayClusterSpec")
    generation = text(value, "metadata", "generation")
    for one in mappings(config, "applications"):
        described = based_on(place, value, tool="ray_serve", revision=generation)
        described.name = f"{described.name}/{text(one, 'name') or 'default'}"
        _take(described, one)
        pods = [mapping(cluster, "headGroupSpec", "template", "spec")]
        pods += [
            mapping(each, "template", "spec") for each in mappings(cluster, "workerGroupSpecs")
        ]
        for pod in pods:
            take_containers(described, pod, annotated(value))
        yield described


def text_of(value: dict[str, Any]) -> str:
    """The inner configuration with its lines, which `text` would join."""
    found = at(value, "spec", "serveConfigV2")
    return found if isinstance(found, str) else ""


def _application(place: str, one: dict[str, Any], whole: dict[str, Any]) -> Described:
    described = Described(
        place=place,
        tool="ray_serve",
        namespace=NAMESPACE,
        name=text(one, "name") or "default",
        version=version_of("", "", one),
        infrastructure="Ray Serve",
        about={"http_options": mapping(whole, "http_options")},
    )
    _take(described, one)
    return described


def _take(described: Described, one: dict[str, Any]) -> None:
    environment = mapping(one, "runtime_env")
    variables = mapping(environment, "env_vars")
    words = {name: text(variables, name) for name in variables}
    described.environment = described.environment or stated_environment(words)
    described.endpoint = described.endpoint or text(one, "route_prefix")
    configs = [mapping(one, "args")]
    numbers = []
    for each in mappings(one, "deployments"):
        configs += [mapping(each, "user_config"), mapping(each, "init_kwargs")]
        numbers.append(count(each.get("num_replicas")))
        options = mapping(each, "ray_actor_options", "runtime_env")
        if found := image_named(text(options, "image_uri")):
            described.images.append(found)
    told = [number for number in numbers if number is not None]
    described.replicas = count(sum(told)) if told else None
    for config in configs:
        take_hints(described, hints(_leaves(config), namespace=described.namespace))
    take_hints(described, hints(words, namespace=described.namespace))
    image = text(environment, "image_uri") or text(environment, "container", "image")
    if found := image_named(image):
        described.images.append(found)
    if archive := _ARCHIVE.match(text(environment, "working_dir")):
        code = commit_at(archive.group(2), archive.group(1))
        described.code += [code] if code else []
    described.about |= {
        "import_path": text(one, "import_path"),
        "working_dir": text(environment, "working_dir"),
        "route_prefix": text(one, "route_prefix"),
        "args": mapping(one, "args"),
        "deployments": [text(each, "name") for each in mappings(one, "deployments")],
    }


def _leaves(value: dict[str, Any]) -> dict[str, str]:
    """Every text in nested settings, by its path: `llm/model_uri`."""
    found: dict[str, str] = {}
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, dict):
            waiting += [(f"{path}/{name}" if path else name, each) for name, each in one.items()]
        elif isinstance(one, list):
            waiting += [(f"{path}/{index}", each) for index, each in enumerate(one)]
        elif isinstance(one, str):
            found[path] = one
    return found
