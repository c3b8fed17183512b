"""`/jobs/runs/{id}` and the runs of a job."""

import uuid
from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.marquez.reading import (
    MarquezView,
    MomentField,
    RunIdField,
    dict_in,
    missing,
    page,
    stamp,
)
from apps.api.reading import asked, sent
from apps.api.views import actor
from apps.catalog.models import Artifact
from apps.graph.validation import MAX_VERSION_BYTES
from apps.ingest.marquez.versions import version_id
from apps.ingest.selectors.marquez.jobs import jobs
from apps.ingest.selectors.marquez.names import Name
from apps.ingest.selectors.marquez.runs import Run, Version, run_with_id, runs, runs_of_job
from apps.ingest.services.marquez import create_run, mark_run

# A run that nobody said to have started is new.
STATES = {
    "": "NEW",
    "running": "RUNNING",
    "completed": "COMPLETED",
    "failed": "FAILED",
    "aborted": "ABORTED",
}


class RunBody(serializers.Serializer[Any]):
    """What a POST says."""

    id = RunIdField(allow_null=True, required=False)
    nominalStartTime = MomentField(allow_null=True, required=False)
    nominalEndTime = MomentField(allow_null=True, required=False)
    args = serializers.DictField(allow_null=True, required=False)

    def validate_args(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        """A parameter has a name."""
        if value and any(not key.strip() for key in value):
            raise serializers.ValidationError("An argument has no name.")
        return value


class At(serializers.Serializer[Any]):
    """When a run changed; now, if nobody says."""

    at = MomentField(required=False)


class FacetsOf(serializers.Serializer[Any]):
    """Whose facets."""

    type = serializers.ChoiceField(["run", "job", "RUN", "JOB"], default="run")


class RunList(MarquezView):
    """The runs of a job, the last to start first."""

    def get(self, request: Request, **_names: str) -> Response:
        name, part = self.name_in_space("job"), page(request)
        every = runs_of_job(name=name)
        found = [shape(one) for one in runs(artifacts=list(every[part]))]
        if not found:
            must_be_known(name)
        return Response({"runs": found, "totalCount": every.count()})

    def post(self, request: Request, **_names: str) -> Response:
        name, told = self.name_in_space("job"), sent(RunBody, request)
        must_be_known(name)
        told |= {
            key: stamp(told[key]) for key in ("nominalStartTime", "nominalEndTime") if key in told
        }
        run_id = told.get("id") or str(uuid.uuid4())
        create_run(job=name, run_id=run_id, told=told, actor=actor(request))
        found = runs(artifacts=list(runs_of_job(name=name).filter(version=run_id)))
        return Response(shape(found[0]), status=201)


class RunOne(MarquezView):
    """One run, by its id alone."""

    def get(self, request: Request, **_names: str) -> Response:
        return Response(shape(runs(artifacts=[self.known_run()])[0]))

    def known_run(self) -> Artifact:
        """404 if no run has this id."""
        run_id = self.named("run", limit=MAX_VERSION_BYTES)
        found = run_with_id(run_id=run_id)
        if found is None:
            raise missing("run", run_id)
        return found


class RunTransition(RunOne):
    """A run that starts or ends."""

    transition = ""
    http_method_names = ["post", "options"]

    def post(self, request: Request, **_names: str) -> Response:
        at: datetime | None = asked(At, request).get("at")
        run = self.known_run()
        mark_run(run=run, transition=self.transition, at=at, actor=actor(request))
        return self.get(request)


class RunFacets(RunOne):
    """The facets of a run, or of its job as the run found it."""

    def get(self, request: Request, **_names: str) -> Response:
        of_job = asked(FacetsOf, request)["type"].lower() == "job"
        run = runs(artifacts=[self.known_run()])[0]
        facets = run.job_facets if of_job else run.facets
        return Response({"runId": run.artifact.version, "facets": facets})


def must_be_known(name: Name) -> None:
    """404 unless there is such a job."""
    if name not in jobs(names=[name]):
        raise missing("job", name[1])


def shape(run: Run) -> dict[str, Any]:
    """A run as Marquez's JSON."""
    artifact, said = run.artifact, run.run
    state = str(said.get("state") or "")
    nominal = dict_in(run.facets, "nominalTime")
    started, ended = stamp(said.get("started_at")), stamp(said.get("ended_at"))
    return {
        "id": artifact.version,
        "createdAt": stamp(artifact.added_in.committed_at),
        "updatedAt": stamp(run.updated_at),
        "nominalStartTime": stamp(nominal.get("nominalStartTime")),
        "nominalEndTime": stamp(nominal.get("nominalEndTime")),
        "state": STATES.get(state, state.upper()),
        "startedAt": started,
        "endedAt": ended,
        "durationMs": _milliseconds(started, ended),
        "args": said.get("parameters") or {},
        "jobVersion": {
            "namespace": artifact.namespace,
            "name": artifact.name,
            "version": version_id(artifact.namespace, artifact.name, ""),
        },
        "inputDatasetVersions": [_dataset_version(one) for one in run.inputs],
        "outputDatasetVersions": [_dataset_version(one) for one in run.outputs],
        "inputVersions": [_version(one) for one in run.inputs],
        "outputVersions": [_version(one) for one in run.outputs],
        "facets": run.facets,
    }


def _dataset_version(version: Version) -> dict[str, Any]:
    return {"datasetVersionId": _version(version), "facets": {}}


def _version(version: Version) -> dict[str, str]:
    return {"namespace": version[0], "name": version[1], "version": version_id(*version)}


def _milliseconds(started: str | None, ended: str | None) -> int | None:
    if started is None or ended is None:
        return None
    took = datetime.fromisoformat(ended) - datetime.fromisoformat(started)
    return max(0, round(took.total_seconds() * 1000))
