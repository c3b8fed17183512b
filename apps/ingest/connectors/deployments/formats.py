"""Which reader reads a document: the dispatch table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from apps.ingest.connectors.deployments import (
    bentoml,
    compose,
    kserve,
    kubernetes,
    mlflow_deployments,
    ray_serve,
    sagemaker,
    seldon,
    vertex,
)
from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.described import Described
from apps.ingest.connectors.deployments.values import text

Value = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """`gather` takes from a document what others need, before any deployment is told."""

    is_this: Callable[[Value], bool]
    deployments: Callable[[str, Value, Context], Iterator[Described]]
    gather: Callable[[Value, Context], None] | None = None


def _of_kind(group: str, *kinds: str) -> Callable[[Value], bool]:
    """A Kubernetes object of these kinds in an API group; `apps` is that of `apps/v1`."""

    def is_this(value: Value) -> bool:
        version = text(value, "apiVersion")
        return text(value, "kind") in kinds and version.rpartition("/")[0] == group

    return is_this


FORMATS = (
    Format(
        is_this=_of_kind("apps", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
        deployments=kubernetes.deployments,
        gather=kubernetes.gather,
    ),
    Format(
        is_this=_of_kind("", "Pod"), deployments=kubernetes.deployments, gather=kubernetes.gather
    ),
    *(
        Format(is_this=_of_kind(group, kind), deployments=deployments)
        for group in kserve.GROUPS
        for kind, deployments in (
            ("InferenceService", kserve.inference_services),
            ("TrainedModel", kserve.trained_models),
            ("LLMInferenceService", kserve.llm_services),
        )
    ),
    Format(is_this=_of_kind("serving.knative.dev", "Service"), deployments=kserve.knative_services),
    Format(
        is_this=_of_kind("machinelearning.seldon.io", "SeldonDeployment"),
        deployments=seldon.seldon_deployments,
    ),
    Format(is_this=_of_kind("mlops.seldon.io", "Model"), deployments=seldon.models),
    Format(is_this=_of_kind("ray.io", "RayService"), deployments=ray_serve.ray_services),
    Format(is_this=ray_serve.is_config, deployments=ray_serve.configs),
    Format(is_this=bentoml.is_bento, deployments=bentoml.bentos),
    Format(is_this=bentoml.is_bentofile, deployments=bentoml.bentofiles),
    Format(is_this=sagemaker.is_answer, deployments=sagemaker.endpoints, gather=sagemaker.gather),
    Format(is_this=vertex.is_endpoint, deployments=vertex.endpoints, gather=vertex.gather),
    Format(is_this=vertex.is_model, deployments=vertex.models, gather=vertex.gather),
    Format(is_this=mlflow_deployments.is_listing, deployments=mlflow_deployments.listings),
    Format(is_this=mlflow_deployments.is_deployment, deployments=mlflow_deployments.deployments),
    Format(is_this=compose.is_compose, deployments=compose.services),
)


def format_of(value: Value) -> Format | None:
    return next((one for one in FORMATS if one.is_this(value)), None)
