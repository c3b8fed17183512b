"""Deployments, from what describes them: manifests of Kubernetes, KServe, Seldon, Ray Serve,
BentoML and Compose, and the answers of SageMaker, Vertex AI and MLflow.

A file or a folder of YAML or JSON is read twice: first for what other documents lean on (Pods,
ReplicaSets, the parts of SageMaker's answers), then document by document, each deployment as a
reading of its own. Each format has a reader beside this file, with its words for what it deploys.
"""

from collections.abc import Iterator
from pathlib import Path

from apps.ingest.connectors.contract import Access, Reading, Remark
from apps.ingest.connectors.deployments.context import Context
from apps.ingest.connectors.deployments.documents import manifests
from apps.ingest.connectors.deployments.formats import format_of
from apps.ingest.connectors.deployments.kubernetes import settle
from apps.ingest.connectors.deployments.values import text
from apps.ingest.connectors.units import all_told


def read(access: Access) -> Iterator[Reading]:
    """One reading a deployment."""
    yield from all_told(_read(access.path))


def _read(path: Path) -> Iterator[Reading]:
    context = Context(folder=(path if path.is_dir() else path.parent).name)
    for found in manifests(path):
        if not isinstance(found, Remark) and (known := format_of(found[1])) and known.gather:
            known.gather(found[1], context)
    settle(context)
    for found in manifests(path):
        if isinstance(found, Remark):
            yield Reading(refused=(found,))
            continue
        place, value = found
        known = format_of(value)
        if known is None:
            what = text(value, "kind")[:80]
            sort = f"a {what}" if what else "of no format that is known"
            message = f"Is {sort}; it is not read as a deployment."
            yield Reading(refused=(Remark(place, "no_deployment", message),), unit=place)
            continue
        for described in known.deployments(place, value, context):
            yield described.reading()
    for sort, name in sorted(context.parts.keys() - context.used):
        message = "No endpoint that was read uses it."
        place = f"{sort} {name}"
        yield Reading(refused=(Remark(place, "not_deployed", message),), unit=place)
