"""Sources: configured, tried out, imported. Their credentials go in and never come out."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import BooleanFilter, CharFilter, FilterSet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.errors import problem
from apps.api.imports import ImportDetail
from apps.api.reading import sent
from apps.api.schema import ErrorShape
from apps.api.views import CatalogViewSet, actor
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.models import Source
from apps.ingest.selectors import sources
from apps.ingest.services import (
    SourceSettings,
    add_source,
    change_source,
    retire_source,
    start_import,
    try_settings,
    try_source,
)

MAX_MINUTES = 2**31 - 1


class SourceShape(serializers.ModelSerializer[Source]):
    """`is_stale`: no import was complete for too long; `last_state` is that of the last import."""

    added_by = serializers.CharField(source="added_by.username", allow_null=True, default=None)
    namespaces = serializers.DictField(child=serializers.CharField(), read_only=True)
    has_secret = serializers.BooleanField(read_only=True)
    producer = serializers.CharField(read_only=True)
    is_stale = serializers.SerializerMethodField()
    last_import = serializers.IntegerField(allow_null=True)
    last_state = serializers.CharField(allow_null=True)
    last_error = serializers.CharField(allow_null=True)

    class Meta:
        model = Source
        fields: tuple[str, ...] = (
            "id",
            "name",
            "kind",
            "where",
            "owner",
            "description",
            "has_secret",
            "secret_variable",
            "namespaces",
            "producer",
            "every_minutes",
            "stale_after_minutes",
            "is_paused",
            "is_stale",
            "next_due_at",
            "synced_at",
            "last_import",
            "last_state",
            "last_error",
            "added_by",
            "added_at",
            "retired_at",
        )
        read_only_fields = fields

    def get_is_stale(self, source: Source) -> bool:
        return source.stale_from is not None and source.stale_from < timezone.now()


class Settings(serializers.Serializer[Any]):
    """What a person decides of a source. A field that is left out stays as it is."""

    where = serializers.CharField(required=False, help_text="A path or a URL.")
    owner = serializers.CharField(required=False, allow_blank=True)
    description = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    secret = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        write_only=True,
        help_text="A token, or user:password. Encrypted, and never shown again. Empty removes it.",
    )
    secret_variable = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="Environment variable of the workers that holds it: SOURCE_SECRET_…",
    )
    namespaces = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="The tool's namespace to ours; one that ends in * maps whatever begins so.",
    )
    every_minutes = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=MAX_MINUTES
    )
    stale_after_minutes = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=MAX_MINUTES
    )
    is_paused = serializers.BooleanField(required=False)


class NewSource(Settings):
    """A source; its name is part of what it asserts and cannot be changed later."""

    name = serializers.CharField()
    kind = serializers.CharField(help_text="As import_lineage --help lists them.")
    where = serializers.CharField(help_text="A path or a URL.")


class Trial(Settings):
    """Settings that are not saved."""

    kind = serializers.CharField()
    where = serializers.CharField(help_text="A path or a URL.")


class Order(serializers.Serializer[Any]):
    """How to import."""

    everything = serializers.BooleanField(
        default=False, help_text="Read all of it again, as if it had never been read."
    )


class Found(serializers.Serializer[Any]):
    """What a trial found, in words."""

    found = serializers.CharField()


class SourceFilter(FilterSet):  # type: ignore[misc]
    """Which sources."""

    kind = CharFilter()
    name = CharFilter()
    owner = CharFilter()
    is_paused = BooleanFilter()
    is_retired = BooleanFilter(field_name="retired_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Source
        fields: tuple[str, ...] = ()


@extend_schema_view(
    list=extend_schema(summary="List sources by name"),
    retrieve=extend_schema(summary="One source"),
)
class SourceViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[Source]):
    """A source is a place that is imported again and again."""

    queryset = Source.objects.all()
    filterset_class = SourceFilter
    serializer_class = SourceShape
    what = "source"
    write_scopes: ClassVar = {"imports": "record"}

    def get_queryset(self) -> QuerySet[Source]:
        return sources()

    @extend_schema(
        summary="Add a source",
        description="Nothing is read yet: order an import, or give `every_minutes`.",
        request=NewSource,
        responses={201: SourceShape},
    )
    def create(self, request: Request) -> Response:
        said = sent(NewSource, request)
        name, kind = said.pop("name"), said.pop("kind")
        source = add_source(
            name=name, kind=kind, settings=SourceSettings(**said), actor=actor(request)
        )
        return self._answer(source, status=201)

    @extend_schema(
        summary="Change a source",
        description="Where it reads being changed, the next import reads everything again.",
        request=Settings,
        responses=SourceShape,
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        source = self.get_object()
        settings = _changed(source, sent(Settings, request))
        return self._answer(change_source(source=source, settings=settings, actor=actor(request)))

    @extend_schema(
        summary="Read a source no more",
        description="What it told stays in the graph; its credentials are forgotten.",
        request=None,
        responses=SourceShape,
    )
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        return self._answer(retire_source(source=self.get_object(), actor=actor(request)))

    @extend_schema(
        summary="Import a source",
        description="A worker does it. If an import is under way, that one is returned.",
        request=Order,
        responses={202: ImportDetail},
    )
    @action(detail=True, methods=["post"])
    def imports(self, request: Request, pk: str) -> Response:
        run = start_import(source=self.get_object(), actor=actor(request), **sent(Order, request))
        return Response(ImportDetail(run).data, status=202)

    @extend_schema(
        summary="Test the connection of a source",
        description="Writes nothing. 422 says what stands in the way.",
        request=None,
        responses={200: Found, 422: OpenApiResponse(ErrorShape)},
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        source = self.get_object()
        return _tried(lambda: try_source(source=source))

    @extend_schema(
        operation_id="sources_try",
        summary="Test settings before they are saved",
        request=Trial,
        responses={200: Found, 422: OpenApiResponse(ErrorShape)},
    )
    @action(detail=False, methods=["post"], url_path="test")
    def trial(self, request: Request) -> Response:
        said = sent(Trial, request)
        kind = said.pop("kind")
        return _tried(lambda: try_settings(kind=kind, settings=SourceSettings(**said)))

    def _answer(self, source: Source, *, status: int = 200) -> Response:
        stored = self.get_queryset().get(pk=source.pk)
        return Response(SourceShape(stored).data, status=status)


def _changed(source: Source, said: dict[str, Any]) -> SourceSettings:
    """The settings as they are, but for what was said."""
    names = SourceSettings.__slots__
    kept = {name: getattr(source, name) for name in names if name != "secret"}
    if said.get("secret"):
        kept["secret_variable"] = ""
    return SourceSettings(**{**kept, **said})


def _tried(attempt: Callable[[], str]) -> Response:
    try:
        return Response({"found": attempt()})
    except ConnectorError as error:
        return problem(422, "cannot_read", str(error))
