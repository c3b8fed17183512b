"""`/namespaces/{}/datasets`, their versions and tags."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.marquez.namespaces import known_namespace
from apps.api.marquez.reading import MarquezView, RunIdField, dict_in, missing, page, stamp, text_in
from apps.api.marquez.runs import shape as run_shape
from apps.api.reading import sent
from apps.api.views import actor
from apps.catalog.models import Artifact
from apps.graph.merge import Statements
from apps.ingest.marquez.versions import version_id
from apps.ingest.selectors.marquez.columns import made_columns
from apps.ingest.selectors.marquez.datasets import (
    Dataset,
    dataset_version,
    dataset_versions,
    datasets,
    said_of,
    tag_list,
)
from apps.ingest.selectors.marquez.names import Name, dataset_names
from apps.ingest.selectors.marquez.runs import Run, runs, runs_that_wrote
from apps.ingest.services.marquez import record_dataset, tag_dataset

TABLE, STREAM = "DB_TABLE", "STREAM"


class FieldBody(serializers.Serializer[Any]):
    """One column."""

    name = serializers.CharField(max_length=255)
    type = serializers.CharField(max_length=1024, allow_null=True, required=False)
    description = serializers.CharField(allow_null=True, allow_blank=True, required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=200), required=False)


class DatasetBody(serializers.Serializer[Any]):
    """What a PUT says."""

    type = serializers.ChoiceField([TABLE, STREAM])
    physicalName = serializers.CharField(max_length=1024)
    sourceName = serializers.CharField(max_length=1024)
    description = serializers.CharField(allow_null=True, allow_blank=True, required=False)
    fields = FieldBody(many=True, allow_null=True, required=False)  # type: ignore[assignment]
    tags = serializers.ListField(
        child=serializers.CharField(max_length=200), allow_null=True, required=False
    )
    runId = RunIdField(allow_null=True, required=False)
    schemaLocation = serializers.CharField(max_length=2000, allow_null=True, required=False)


class DatasetList(MarquezView):
    """The datasets of a namespace."""

    def get(self, request: Request, **_names: str) -> Response:
        namespace, part = self.named("namespace"), page(request)
        known_namespace(namespace)
        names = dataset_names(namespace=namespace)
        found = datasets(names=names[part])
        shapes = [shape(one) for one in found.values()]
        return Response({"datasets": shapes, "totalCount": names.count()})


class DatasetOne(MarquezView):
    """One dataset: what is said of it as such and of its current version."""

    def get(self, _request: Request, **_names: str) -> Response:
        return Response(shape(known_dataset(self.name_in_space("dataset"))))

    def put(self, request: Request, **_names: str) -> Response:
        name, told = self.name_in_space("dataset"), sent(DatasetBody, request)
        record_dataset(dataset=name, told=told, actor=actor(request))
        return Response(shape(known_dataset(name)))


class DatasetTag(MarquezView):
    """A tag put on a dataset, or on one of its fields."""

    def post(self, request: Request, **names: str) -> Response:
        name, tag = self.name_in_space("dataset"), self.named("tag", limit=200)
        field = self.named("field") if "field" in names else ""
        known_dataset(name)
        tag_dataset(dataset=name, tag=tag, field=field, actor=actor(request))
        return Response(shape(known_dataset(name)))


class VersionList(MarquezView):
    """The versions of a dataset, the latest first."""

    def get(self, request: Request, **_names: str) -> Response:
        name, part = self.name_in_space("dataset"), page(request)
        known_dataset(name)
        every = dataset_versions(name=name)
        return Response({"versions": _versions(list(every[part])), "totalCount": every.count()})


class VersionOne(MarquezView):
    """One version, by its text or by the UUID that stands for it."""

    def get(self, _request: Request, **_names: str) -> Response:
        name, version = self.name_in_space("dataset"), self.named("version")
        known_dataset(name)
        found = dataset_version(name=name, version=version)
        if found is None:
            raise missing(f"version of {name[1][:200]!r}", version)
        return Response(_versions([found])[0])


def known_dataset(name: Name) -> Dataset:
    """404 if nothing is known of it."""
    found = datasets(names=[name]).get(name)
    if found is None:
        raise missing("dataset", name[1])
    return found


def shape(dataset: Dataset) -> dict[str, Any]:
    """A dataset as Marquez's JSON."""
    current = dataset.current or dataset.base
    version = current.version if current else ""
    return {
        "id": {"namespace": dataset.namespace, "name": dataset.name},
        **_described(dataset.name, dataset.said),
        "createdAt": stamp(dataset.created_at),
        "updatedAt": stamp(dataset.updated_at),
        "namespace": dataset.namespace,
        "lastModifiedAt": stamp(dataset.said.occurred_at),
        "lastLifecycleState": text_in(
            dataset.said.facets, "lifecycleStateChange", "lifecycleStateChange"
        ),
        "currentVersion": version_id(dataset.namespace, dataset.name, version),
        "columnLineage": [
            {
                "name": column,
                "transformationDescription": made.description,
                "transformationType": made.transformation,
                "inputFields": [
                    dict(zip(("namespace", "dataset", "field"), one, strict=True))
                    for one in made.inputs
                ],
            }
            for column, made in made_columns(dataset.said).items()
        ],
        "facets": dataset.said.facets,
        "deleted": is_deleted(dataset),
    }


def is_deleted(dataset: Dataset) -> bool:
    """Dropped, by its own word, or its content was removed here."""
    said = text_in(dataset.said.facets, "lifecycleStateChange", "lifecycleStateChange")
    return said == "DROP" or any(one.is_tombstone for one in dataset.artifacts)


def _versions(artifacts: list[Artifact]) -> list[dict[str, Any]]:
    wrote = runs_that_wrote(artifacts=artifacts)
    told = {
        one.artifact.pk: one
        for one in runs(artifacts=list({a.pk: a for a in wrote.values()}.values()))
    }
    return [_version(one, told[wrote[one.pk].pk] if one.pk in wrote else None) for one in artifacts]


def _version(artifact: Artifact, run: Run | None) -> dict[str, Any]:
    said = said_of(artifact)
    named = version_id(artifact.namespace, artifact.name, artifact.version)
    return {
        "id": {"namespace": artifact.namespace, "name": artifact.name, "version": named},
        **_described(artifact.name, said),
        "createdAt": stamp(artifact.occurred_at or artifact.added_in.committed_at),
        "version": named,
        "namespace": artifact.namespace,
        "lifecycleState": text_in(said.facets, "lifecycleStateChange", "lifecycleStateChange"),
        "createdByRun": run and run_shape(run),
        "facets": said.facets,
    }


def _described(name: str, said: Statements) -> dict[str, Any]:
    """What a dataset and a version of it have in common."""
    facets, tags = said.facets, tag_list(said.facets)
    own = {one["key"] for one in tags if not one.get("field")}
    in_facet = {label for one in tags for label in (one["key"], f"{one['key']}={one.get('value')}")}
    documentation = dict_in(facets, "documentation").get("description")
    return {
        "type": text_in(facets, "marquez", "type") or _type(facets),
        "name": name,
        "physicalName": text_in(facets, "marquez", "physicalName") or name,
        "sourceName": text_in(facets, "dataSource", "name") or "default",
        "schemaLocation": text_in(facets, "marquez", "schemaLocation"),
        "fields": _fields(facets, tags),
        "tags": sorted(own | (set(said.tags) - in_facet)),
        "description": (documentation if isinstance(documentation, str) else said.description)
        or None,
    }


def _type(facets: dict[str, Any]) -> str:
    said = (text_in(facets, "datasetType", "datasetType") or "").upper()
    return STREAM if said in {"STREAM", "TOPIC"} else TABLE


def _fields(facets: dict[str, Any], tags: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The columns of the schema; then those that are known by their tags only."""
    given = dict_in(facets, "schema").get("fields")
    rows = {
        one["name"]: one
        for one in (given if isinstance(given, list) else [])
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    }
    tagged = [one["field"] for one in tags if isinstance(one.get("field"), str) and one["field"]]
    return [
        {
            "name": name,
            "type": rows.get(name, {}).get("type"),
            "tags": sorted({one["key"] for one in tags if one.get("field") == name}),
            "description": rows.get(name, {}).get("description"),
        }
        for name in dict.fromkeys([*rows, *tagged])
    ]
