"""`/jobs` and `/namespaces/{}/jobs`."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.marquez.namespaces import known_namespace
from apps.api.marquez.reading import MarquezView, RunIdField, dict_in, missing, page, stamp, text_in
from apps.api.marquez.runs import shape as run_shape
from apps.api.reading import sent
from apps.api.views import actor
from apps.ingest.marquez.versions import version_id
from apps.ingest.selectors.marquez.jobs import Job, jobs
from apps.ingest.selectors.marquez.names import Name, job_names
from apps.ingest.services.marquez import record_job

RUNS_SHOWN = 10
TYPES = {"STREAMING": "STREAM", "SERVICE": "SERVICE"}


class DatasetName(serializers.Serializer[Any]):
    """A dataset that a job reads or writes."""

    namespace = serializers.CharField(max_length=1024)
    name = serializers.CharField(max_length=1024)


class JobBody(serializers.Serializer[Any]):
    """What a PUT says."""

    id = DatasetName(required=False, allow_null=True)
    type = serializers.ChoiceField(["BATCH", "STREAM", "SERVICE"])
    inputs = DatasetName(many=True, allow_null=True, required=False)
    outputs = DatasetName(many=True, allow_null=True, required=False)
    location = serializers.CharField(
        max_length=2000, allow_null=True, allow_blank=True, required=False
    )
    description = serializers.CharField(allow_null=True, allow_blank=True, required=False)
    context = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(allow_blank=True), allow_null=True, required=False
    )
    runId = RunIdField(allow_null=True, required=False)


class JobList(MarquezView):
    """The jobs of a namespace, or all."""

    def get(self, request: Request, **names: str) -> Response:
        namespace, part = self.named("namespace") if names else None, page(request)
        if namespace is not None:
            known_namespace(namespace)
        every = job_names(namespace=namespace)
        found = jobs(names=every[part])
        shapes = [shape(one) for one in found.values()]
        return Response({"jobs": shapes, "totalCount": every.count()})


class JobOne(MarquezView):
    """One job."""

    def get(self, _request: Request, **_names: str) -> Response:
        return Response(shape(_known(self.name_in_space("job"))))

    def put(self, request: Request, **_names: str) -> Response:
        name, told = self.name_in_space("job"), sent(JobBody, request)
        record_job(job=name, told=told, actor=actor(request))
        return Response(shape(_known(name)))


def shape(job: Job) -> dict[str, Any]:
    """A job as Marquez's JSON."""
    latest = [run_shape(one) for one in job.latest]
    kind = text_in(job.facets, "jobType", "processingType") or ""
    started_by = dict_in(dict_in(job.latest[0].facets, "parent"), "job") if job.latest else {}
    return {
        "id": {"namespace": job.namespace, "name": job.name},
        "type": text_in(job.facets, "marquez", "type") or TYPES.get(kind.upper(), "BATCH"),
        "name": job.name,
        "simpleName": job.name,
        "parentJobName": started_by.get("name"),
        "createdAt": stamp(job.created_at),
        "updatedAt": stamp(job.updated_at),
        "namespace": job.namespace,
        "inputs": [_named(one) for one in sorted(job.inputs)],
        "outputs": [_named(one) for one in sorted(job.outputs)],
        "location": _location(job.facets),
        "context": _context(job.facets),
        "description": text_in(job.facets, "documentation", "description"),
        "latestRun": latest[0] if latest else None,
        "latestRuns": latest,
        "facets": job.facets,
        "currentVersion": version_id(job.namespace, job.name, ""),
    }


def _known(name: Name) -> Job:
    found = jobs(names=[name], latest=RUNS_SHOWN).get(name)
    if found is None:
        raise missing("job", name[1])
    return found


def _named(name: Name) -> dict[str, str]:
    return {"namespace": name[0], "name": name[1]}


def _location(facets: dict[str, Any]) -> str | None:
    """As the last PUT says; else where the source code is."""
    own = dict_in(facets, "marquez")
    if "location" in own:
        return own["location"] or None
    return text_in(facets, "sourceCodeLocation", "url") or text_in(
        facets, "sourceCodeLocation", "repoUrl"
    )


def _context(facets: dict[str, Any]) -> dict[str, str]:
    own = dict_in(facets, "marquez").get("context")
    query = text_in(facets, "sql", "query")
    return own if isinstance(own, dict) else {"sql": query} if query else {}
