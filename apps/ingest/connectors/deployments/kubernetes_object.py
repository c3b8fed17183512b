"""What any Kubernetes object tells of a deployment, and what its containers refer to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from apps.ingest.connectors.deployments.context import Sighting
from apps.ingest.connectors.deployments.described import Described, kept, version_of
from apps.ingest.connectors.deployments.environments import environment_in, stated_environment
from apps.ingest.connectors.deployments.hints import Hints, hints
from apps.ingest.connectors.deployments.references import Reference, image_named, model_at
from apps.ingest.connectors.deployments.runs import runs_behind
from apps.ingest.connectors.deployments.values import (
    at,
    latest,
    mapping,
    mappings,
    moment,
    text,
    texts,
)

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_PULLABLE = ("docker-pullable://", "docker://", "containerd://", "cri-o://")


def space_of(value: dict[str, Any]) -> str:
    return text(value, "metadata", "namespace") or "default"


def name_of(value: dict[str, Any]) -> str:
    return text(value, "metadata", "name")


def based_on(place: str, value: dict[str, Any], *, tool: str, revision: str) -> Described:
    """What the metadata tells. `revision` is the platform's own word, or empty."""
    kind, space, uid = text(value, "kind"), space_of(value), text(value, "metadata", "uid")
    labels = mapping(value, "metadata", "labels")
    annotations = mapping(value, "metadata", "annotations")
    described = Described(
        place=place,
        tool=tool,
        namespace=f"k8s://{space}",
        name=f"{kind.lower()}/{name_of(value)}" if name_of(value) else "",
        version=version_of(revision, uid, _unscaled(value.get("spec"))),
        environment=stated_environment(annotations | labels) or environment_in(space),
        infrastructure=f"Kubernetes {kind}",
        live_until=moment(at(value, "metadata", "deletionTimestamp")),
        stated_at=changed(value),
        owner=text(labels, "owner") or text(labels, "team"),
        identifiers=[("k8s_uid", uid)] if uid else [],
    )
    described.about = {
        "api_version": text(value, "apiVersion"),
        "kind": kind,
        "created_at": text(value, "metadata", "creationTimestamp"),
        "generation": at(value, "metadata", "generation"),
        "labels": labels,
        "annotations": {one: said for one, said in annotations.items() if one != _LAST_APPLIED},
    }
    if not text(value, "metadata", "namespace"):
        described.note("no_namespace", "Names no namespace; taken for `default`.")
    return described


def _unscaled(spec: Any) -> Any:
    """Without what an autoscaler changes."""
    if not isinstance(spec, dict):
        return spec
    return {name: one for name, one in spec.items() if name != "replicas"}


def changed(value: dict[str, Any]) -> datetime | None:
    """The latest time that the object tells of itself."""
    moments = [at(value, "metadata", name) for name in ("creationTimestamp", "deletionTimestamp")]
    moments += [at(one, "time") for one in mappings(value, "metadata", "managedFields")]
    moments.append(at(value, "status", "startTime"))
    for one in mappings(value, "status", "conditions"):
        moments += [one.get("lastUpdateTime"), one.get("lastTransitionTime")]
    return latest(moment(one) for one in moments)


def annotated(value: Any) -> dict[str, str]:
    """Labels and annotations as texts."""
    both = mapping(value, "metadata", "labels") | mapping(value, "metadata", "annotations")
    return {name: text(both, name) for name in both}


def take_containers(
    described: Described,
    pod: dict[str, Any],
    words: dict[str, str],
    sightings: Iterable[Sighting] = (),
) -> None:
    """Images, models and code of the containers of a `PodSpec`; `words` are annotations."""
    running = list(sightings)
    described.main_image = described.main_image or ""
    take_hints(described, hints(words, namespace=described.namespace))
    told = []
    for part in ("initContainers", "containers"):
        for one in mappings(pod, part):
            take_container(described, one)
            ids = {sight.images.get(text(one, "name"), "") for sight in running} - {""}
            before = len(described.images)
            told.append(_told(described, one, sorted(ids)) | {"init": part != "containers"})
            if part == "containers" and not described.main_image:
                _take_main(described, text(one, "image"), described.images[before:])
    described.about["containers"] = [kept(one) for one in told]
    described.about["pods"] = sorted(one.name for one in running)
    described.stated_at = latest(iter([described.stated_at, *(one.told for one in running)]))


def _take_main(described: Described, said: str, running: list[Reference]) -> None:
    """The first container is what runs; those beside it serve it."""
    named = image_named(said)
    for one in [*running, *([named] if named else [])]:
        if not one.is_moving:
            described.main_image = one.identifiers[0][1]
            return


def take_container(described: Described, container: dict[str, Any]) -> None:
    """The image of one container, and what its variables and its command line refer to."""
    environment = {text(one, "name"): text(one, "value") for one in mappings(container, "env")}
    commands = [texts(container, "command") + texts(container, "args")]
    take_hints(described, hints(environment, commands, namespace=described.namespace))
    if text(container, "name") == "storage-initializer":
        # KServe writes where it takes the model from as the first argument.
        found = model_at((texts(container, "args") or [""])[0])
        described.models += [found] if found else []
    if image := image_named(text(container, "image")):
        described.images.append(image)
    elif text(container, "image"):
        described.note("no_image", f"{text(container, 'image')[:200]!r} is no name of an image.")


def take_hints(described: Described, found: Hints) -> None:
    described.models += found.models
    described.code += found.code
    runs_behind(described, found.runs)


def _told(described: Described, container: dict[str, Any], ids: list[str]) -> dict[str, Any]:
    """The container in words, after its running images were taken."""
    for said in ids:
        name = said
        for scheme in _PULLABLE:
            name = name.removeprefix(scheme)
        image = image_named(name) if "@" in name else None
        if image is None or image.is_moving:
            described.note(
                "no_registry_digest",
                f"{said[:200]!r} is an image's id on its machine, not its digest in a registry.",
            )
        else:
            described.images.append(image)
    name = text(container, "name")
    return {"name": name, "image": text(container, "image"), "running": ids}
