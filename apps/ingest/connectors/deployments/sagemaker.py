"""SageMaker: the answers of `describe-endpoint`, `-endpoint-config`, `-model`, `-model-package`.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
One file may hold all of them by name of the call, or each its own. An endpoint changes, its
configuration does not: the configuration's name is the version.
"""

from collections.abc import Iterator
from typing import Any

from apps.graph.records import ArtifactKey, EdgeRecord, IdentifierRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.described import Described, version_of
from apps.ingest.connectors.deployments.environments import environment_in, stated_environment
from apps.ingest.connectors.deployments.hints import hints
from apps.ingest.connectors.deployments.kubernetes_object import take_hints
from apps.ingest.connectors.deployments.references import (
    Reference,
    commit_at,
    image_named,
    model_at,
)
from apps.ingest.connectors.deployments.values import at, count, mapping, mappings, moment, text

# By name of the call: the field by which other answers name this one.
CALLS = {
    "DescribeEndpoint": "EndpointArn",
    "DescribeEndpointConfig": "EndpointConfigName",
    "DescribeModel": "ModelName",
    "DescribeModelPackage": "ModelPackageArn",
}
_OF_ITS_OWN = {
    "DescribeEndpoint": ("EndpointArn", "EndpointConfigName"),
    "DescribeEndpointConfig": ("EndpointConfigArn", "ProductionVariants"),
    "DescribeModel": ("ModelArn", "ExecutionRoleArn"),
    "DescribeModelPackage": ("ModelPackageArn", "ModelPackageStatus"),
}


def is_answer(value: dict[str, Any]) -> bool:
    return bool(_answers(value))


def _answers(value: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The answers in a document, each with the name of the call."""
    for call, fields in _OF_ITS_OWN.items():
        if all(name in value for name in fields):
            return [(call, value)]
    found = []
    for call in CALLS:
        given = value.get(call)
        for one in given if isinstance(given, list) else [given]:
            if isinstance(one, dict):
                found.append((call, one))
    return found


def gather(value: dict[str, Any], context: Context) -> None:
    for call, answer in _answers(value):
        name = text(answer, CALLS[call])
        if call == "DescribeEndpoint" or not name:
            continue
        arn = text(answer, call.removeprefix("Describe") + "Arn")
        is_named_by_arn = name == arn or not arn
        context.parts[call, name if is_named_by_arn else f"{namespace_of(arn)} {name}"] = answer


def _names(described: Described, name: str) -> tuple[str, str]:
    """In the same account and region; else by name alone."""
    return f"{described.namespace} {name}", name


def endpoints(place: str, value: dict[str, Any], context: Context) -> Iterator[Described]:
    for call, answer in _answers(value):
        if call == "DescribeEndpoint":
            yield _endpoint(place, answer, context)


def namespace_of(arn: str) -> str:
    """`sagemaker://account/region` of `arn:aws:sagemaker:region:account:endpoint/name`."""
    parts = arn.split(":")
    return f"sagemaker://{parts[4]}/{parts[3]}" if len(parts) > 5 else "sagemaker"  # noqa: PLR2004


def _endpoint(place: str, answer: dict[str, Any], context: Context) -> Described:
    arn, name = text(answer, "EndpointArn"), text(answer, "EndpointName")
    tags = {text(one, "Key"): text(one, "Value") for one in mappings(answer, "Tags")}
    changed, created = moment(at(answer, "LastModifiedTime")), moment(at(answer, "CreationTime"))
    config_name = text(answer, "EndpointConfigName")
    described = Described(
        place=place,
        tool="sagemaker",
        namespace=namespace_of(arn),
        name=name or arn.rpartition("/")[2],
        version=version_of(config_name, "", answer.get("ProductionVariants")),
        environment=stated_environment(tags),
        endpoint=arn,
        infrastructure="Amazon SageMaker",
        stated_at=changed,
        identifiers=[("sagemaker_arn", arn)],
        about={
            "status": text(answer, "EndpointStatus"),
            "created_at": text(answer, "CreationTime"),
            "modified_at": text(answer, "LastModifiedTime"),
            "tags": tags,
        },
    )
    if not described.environment and (word := environment_in(name)):
        described.environment = word
        described.note("environment_by_name", f"Taken for {word} because of its name.")
    resolved = _running(described, answer)
    described.live_from = min(resolved) if resolved else created if created == changed else None
    config = context.part("DescribeEndpointConfig", *_names(described, config_name))
    if config is None:
        described.note(
            "no_config", f"The answer on the configuration {config_name[:200]} is missing."
        )
    _variants(described, config or {}, context)
    return described


def _running(described: Described, answer: dict[str, Any]) -> list[Any]:
    """Takes the images as they were resolved; when that was."""
    resolved, replicas, told = [], 0, []
    for variant in mappings(answer, "ProductionVariants"):
        replicas += count(variant.get("CurrentInstanceCount")) or 0
        told.append({"name": text(variant, "VariantName"), "weight": variant.get("CurrentWeight")})
        for one in mappings(variant, "DeployedImages"):
            resolved.append(moment(one.get("ResolutionTime")))
            for field in ("SpecifiedImage", "ResolvedImage"):
                if image := image_named(text(one, field)):
                    described.images.append(image)
    described.replicas = count(replicas) if replicas else None
    described.about["variants"] = told
    return [one for one in resolved if one]


def _variants(described: Described, config: dict[str, Any], context: Context) -> None:
    replicas = 0
    for variant in mappings(config, "ProductionVariants"):
        replicas += count(variant.get("InitialInstanceCount")) or 0
        name = text(variant, "ModelName")
        model = context.part("DescribeModel", *_names(described, name))
        if model is None:
            described.note("no_model_answer", f"The answer on the model {name[:200]} is missing.")
            described.models.append(_named(described, name))
            continue
        containers = [mapping(model, "PrimaryContainer"), *mappings(model, "Containers")]
        for one in containers:
            if one:
                _container(described, one, name, context)
    described.replicas = described.replicas or count(replicas) or None


def _named(described: Described, name: str) -> Reference:
    key = ArtifactKey(described.namespace, Kind.MODEL.value, f"model/{name}")
    return Reference(key=key, said=name, identifiers=(("sagemaker_model", name),))


def _container(described: Described, one: dict[str, Any], name: str, context: Context) -> None:
    """The package, else the data, else what SageMaker calls the model."""
    if image := image_named(text(one, "Image")):
        described.images.append(image)
    data = model_at(text(one, "ModelDataUrl") or _source(one))
    arn = text(one, "ModelPackageName")
    if arn:
        described.models.append(_package(described, arn, data, context))
    variables = mapping(one, "Environment")
    found = hints(
        {each: text(variables, each) for each in variables}, namespace=described.namespace
    )
    take_hints(described, found)
    if not arn:
        described.models.append(data or _named(described, name))


def _source(container: dict[str, Any]) -> str:
    return text(container, "ModelDataSource", "S3DataSource", "S3Uri")


def _package(described: Described, arn: str, data: Reference | None, context: Context) -> Reference:
    """A version of the registry, with the commit and the job that it says it was made by."""
    group, _, version = arn.partition("model-package/")[2].partition("/")
    key = ArtifactKey(namespace_of(arn), Kind.MODEL.value, group or arn, version)
    uris = [pair for pair in data.identifiers if pair[0] in {"uri", "mlflow_model"}] if data else []
    package = context.part("DescribeModelPackage", arn) or {}
    for one in mappings(package, "InferenceSpecification", "Containers"):
        digest = text(one, "ImageDigest")
        name = text(one, "Image").partition("@")[0].rpartition(":")
        if digest and (image := image_named(f"{name[0] or name[2]}@{digest}")):
            described.images.append(image)
    made = mapping(package, "MetadataProperties")
    code = commit_at(text(made, "CommitId"), text(made, "Repository"))
    run = _job(described, text(made, "GeneratedBy"), key)
    if code:
        role_of = EdgeRecord(code.key, run or key, "code")
        described.edges.append(role_of)
        described.further += [IdentifierRecord(code.key, *pair) for pair in code.identifiers]
    described.about["approval"] = text(package, "ModelApprovalStatus")
    return Reference(key=key, said=arn, identifiers=(("sagemaker_arn", arn), *uris))


def _job(described: Described, arn: str, model: ArtifactKey) -> ArtifactKey | None:
    if not arn:
        return None
    key = ArtifactKey(
        namespace_of(arn), Kind.RUN.value, arn.rpartition(":")[2], arn.rpartition("/")[2]
    )
    described.edges.append(EdgeRecord(key, model, "output"))
    described.further.append(IdentifierRecord(key, "sagemaker_arn", arn))
    return key
