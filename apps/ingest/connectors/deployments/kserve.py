"""KServe: https://kserve.github.io/website/docs/reference/crd-api; and Knative, which runs it.

A version is the Knative revision, else the generation of the object. While a canary is tried two
revisions are live: the specification speaks of the newer one alone, so the older one is told
without a model; an import of the time when it was the newer one has named that.
"""

from collections.abc import Iterator
from typing import Any

from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.described import Described, version_of
from apps.ingest.connectors.deployments.hints import hints
from apps.ingest.connectors.deployments.kubernetes_object import (
    annotated,
    based_on,
    take_container,
    take_containers,
    take_hints,
)
from apps.ingest.connectors.deployments.references import model_at
from apps.ingest.connectors.deployments.values import at, count, mapping, mappings, moment, text

COMPONENTS = ("predictor", "transformer", "explainer")
GROUPS = ("serving.kserve.io", "serving.kubeflow.org")


def inference_services(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    status = mapping(value, "status", "components", "predictor")
    described = _newest(place, value, status, tool="kserve")
    for name in COMPONENTS:
        _component(described, name, mapping(value, "spec", name))
    take_hints(described, hints(annotated(value), namespace=described.namespace))
    described.replicas = count(at(value, "spec", "predictor", "minReplicas"))
    canary = at(value, "spec", "predictor", "canaryTrafficPercent")
    described.about["canary_traffic_percent"] = canary
    if not described.models and not described.images:
        described.note("no_model", "Names neither a model nor an image that can be read.")
    yield described
    yield from _older(described, value, status)


def _newest(place: str, value: dict[str, Any], status: dict[str, Any], *, tool: str) -> Described:
    """Of the revision that the specification speaks of: the one made last."""
    revision = next(
        (
            text(status, name)
            for part in ("latestCreatedRevision", "latestReadyRevision")
            for name in (part, f"{part}Name")
            if text(status, name)
        ),
        "",
    )
    generation = text(value, "metadata", "generation")
    described = based_on(place, value, tool=tool, revision=revision or generation)
    described.endpoint = text(value, "status", "url") or text(value, "status", "address", "url")
    if generation == "1":
        described.live_from = moment(at(value, "metadata", "creationTimestamp"))
    described.about["traffic"] = [
        {name: one[name] for name in ("revisionName", "percent", "tag") if name in one}
        for one in mappings(status, "traffic")
    ]
    ready = text(status, "latestReadyRevision") or text(status, "latestReadyRevisionName")
    if revision and ready and ready != revision:
        described.about["ready"] = False
        described.note("not_ready", f"{revision} is not ready; {ready} is what answers.")
    return described


def _component(described: Described, name: str, part: dict[str, Any]) -> None:
    """A predictor names its model, its image, or both, or holds a whole `PodSpec`."""
    predicting = described.main_image
    take_containers(described, part, {})
    if name != "predictor":
        described.main_image = predicting
    if not described.about["containers"]:
        del described.about["containers"]
    for server, about in part.items():
        if not isinstance(about, dict):
            continue
        if said := text(about, "storageUri"):
            found = model_at(said)
            described.models += [found] if found else []
            if found is None:
                described.note("no_model_uri", f"{said[:200]!r} is no place that is known.")
        elif path := text(about, "storage", "path"):
            _from_store(described, path, about["storage"])
        if "storageUri" in about or "image" in about or "env" in about:
            take_container(described, {**about, "name": f"{name}/{server}"})
        if made_by := text(about, "modelFormat", "name"):
            described.about["model_format"] = made_by
            described.about["runtime"] = text(about, "runtime")


def _from_store(described: Described, path: str, storage: dict[str, Any]) -> None:
    """`storage` has a path, and perhaps the bucket; what its key stands for is a secret."""
    kind = text(storage, "parameters", "type") or "s3"
    bucket = text(storage, "parameters", "bucket")
    if found := model_at(f"{kind}://{bucket}/{path.lstrip('/')}") if bucket else None:
        described.models.append(found)
    else:
        message = f"The bucket of the path {path[:200]!r} stands in a secret; not linked."
        described.note("no_bucket", message)


def _older(
    described: Described, value: dict[str, Any], status: dict[str, Any]
) -> Iterator[Described]:
    uid = text(value, "metadata", "uid")
    for one in mappings(status, "traffic"):
        revision = text(one, "revisionName")
        version = version_of(revision, uid, {})
        if not revision or version == described.version or not count(one.get("percent")):
            continue
        older = based_on(f"{described.place} > {revision}", value, tool=described.tool, revision="")
        older.version, older.endpoint = version, described.endpoint
        older.about["traffic"] = described.about["traffic"]
        older.note(
            "older_revision",
            f"{revision} takes {one.get('percent')} % of the traffic; its model is not named here.",
        )
        yield older


def trained_models(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    """A `TrainedModel`, put into an InferenceService that serves several."""
    described = _simple(place, value, text(value, "spec", "model", "storageUri"))
    described.about["inference_service"] = text(value, "spec", "inferenceService")
    yield described


def llm_services(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    """An `LLMInferenceService`: https://kserve.github.io/website/docs/model-serving."""
    described = _simple(place, value, text(value, "spec", "model", "uri"))
    described.replicas = count(at(value, "spec", "replicas"))
    take_containers(described, mapping(value, "spec", "template"), annotated(value))
    yield described


def _simple(place: str, value: dict[str, Any], uri: str) -> Described:
    generation = text(value, "metadata", "generation")
    described = based_on(place, value, tool="kserve", revision=generation)
    described.endpoint = text(value, "status", "url")
    if found := model_at(uri):
        described.models.append(found)
    else:
        described.note("no_model_uri", f"{uri[:200]!r} is no place that is known.")
    return described


def knative_services(place: str, value: dict[str, Any], _: Context) -> Iterator[Described]:
    template = mapping(value, "spec", "template")
    status = mapping(value, "status")
    described = _newest(place, value, status, tool="knative")
    described.name = f"knative-{described.name}"
    words = annotated(template) | annotated(value)
    take_containers(described, mapping(template, "spec"), words)
    yield described
    for older in _older(described, value, status):
        older.name = described.name
        yield older
