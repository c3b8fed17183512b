"""MLflow: what its deployments client lists, as JSON; with the target, a server's and an image's
command line where they were written down.

https://mlflow.org/docs/latest/api_reference/python_api/mlflow.deployments.html
"""

import re
from collections.abc import Iterator
from typing import Any

from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.described import Described, version_of
from apps.ingest.connectors.deployments.environments import environment_in, stated_environment
from apps.ingest.connectors.deployments.hints import hints
from apps.ingest.connectors.deployments.kubernetes_object import take_hints
from apps.ingest.connectors.deployments.references import image_named, model_at
from apps.ingest.connectors.deployments.values import at, mapping, mappings, moment, text

_TARGET = re.compile(r"get_deploy_client\(\s*['\"]([^'\"]+)['\"]")
_PORT = re.compile(r"(?:-p|--port)[ =](\d{1,5})\b")
_NAMED = re.compile(r"(?:-n|--name)[ =](\S+)")


def is_listing(value: dict[str, Any]) -> bool:
    return any(is_deployment(one) for one in mappings(value, "deployments"))


def is_deployment(value: dict[str, Any]) -> bool:
    return isinstance(value.get("name"), str) and ("model_uri" in value or "flavor" in value)


def listings(place: str, value: dict[str, Any], context: Context) -> Iterator[Described]:
    found = _TARGET.search(text(value, "client"))
    target = text(value, "target") or (found.group(1) if found else "")
    for index, one in enumerate(mappings(value, "deployments")):
        yield from deployments(f"{place} > deployments[{index}]", {"target": target} | one, context)
    if command := text(value, "models_serve_ps"):
        yield _server(f"{place} > models_serve_ps", command)
    if command := text(value, "build_docker", "cmd"):
        yield _image(f"{place} > build_docker", command)


def deployments(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    kind, _colon, where = text(value, "target").partition(":")
    target = "/".join(part for part in (kind, where.strip("/")) if part)
    name = text(value, "name")
    revision = text(value, "version") or text(value, "revision") or text(value, "id")
    described = Described(
        place=place,
        tool="mlflow",
        namespace=f"mlflow-deployments://{target or 'unknown'}",
        name=name,
        version=version_of(revision, "", value),
        environment=stated_environment(mapping(value, "tags")),
        endpoint=text(value, "endpoint") or text(value, "endpoint_url"),
        infrastructure=f"MLflow deployments ({target})" if target else "MLflow deployments",
        stated_at=moment(at(value, "last_updated_at")),
        about={one: said for one, said in value.items() if one != "target"},
    )
    if not described.environment and (word := environment_in(name)):
        described.environment = word
        described.note("environment_by_name", f"Taken for {word} because of its name.")
    if model := model_at(text(value, "model_uri")):
        described.models.append(model)
    else:
        described.note("no_model_uri", "Names no model URI that can be read.")
    yield described


def _server(place: str, command: str) -> Described:
    """`mlflow models serve`, from the list of processes."""
    port = _PORT.search(command)
    name = f"models-serve-{port.group(1)}" if port else "models-serve"
    described = Described(
        place=place,
        tool="mlflow",
        namespace="mlflow-deployments://local",
        name=name,
        version=version_of("", "", command),
        infrastructure="mlflow models serve",
        about={"command": command},
    )
    take_hints(described, hints({}, [command.split()], namespace=described.namespace))
    return described


def _image(place: str, command: str) -> Described:
    """`mlflow models build-docker`: an image with a model in it, not deployed yet."""
    described = _server(place, command)
    described.is_deployed = False
    named = _NAMED.search(command)
    if image := image_named(named.group(1) if named else "mlflow-pyfunc-servable"):
        described.images.append(image)
    return described
