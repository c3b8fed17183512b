"""What lies up and down from an artifact. Every answer says which revision it is of."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.errors import MergedError, NotFound
from apps.api.pages import PageQuery
from apps.api.reading import MAX_ID, asked
from apps.api.summaries import ArtifactSummary
from apps.api.views import CatalogViewSet
from apps.catalog.models import Artifact
from apps.catalog.selectors import (
    Reach,
    ancestors,
    artifacts_by_id,
    current_revision,
    descendants,
    revision_at,
    shortest_paths_between,
    survivor_then,
    walk,
)
from apps.graph.validation import word

MAX_DEPTH = 1_000_000
MAX_CARDS = 5000
MAX_PATHS = 100


class AsOfQuery(serializers.Serializer[Any]):
    """Of which revision; the present one if neither is given."""

    as_of = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_ID, help_text="A revision's number."
    )
    as_of_time = serializers.DateTimeField(
        required=False, help_text="The last revision committed by then, as 2026-10-01T02:00:00Z."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "as_of" in attrs and "as_of_time" in attrs:
            raise serializers.ValidationError("Give as_of or as_of_time, not both.")
        if (revision := attrs.get("as_of")) is not None and revision > (now := current_revision()):
            raise serializers.ValidationError(
                {"as_of": f"Revision {revision} does not exist yet; the graph is at {now}."}
            )
        if (when := attrs.pop("as_of_time", None)) is not None:
            attrs["as_of"] = revision_at(when=when)
        return attrs


class ReachQuery(AsOfQuery, PageQuery):
    """How far, which kinds, and which part of the answer."""

    depth = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_DEPTH, help_text="Steps; all if left out."
    )
    kinds = serializers.CharField(
        required=False,
        help_text="Kinds to return, separated by commas: model,deployment. The walk passes "
        "through the others all the same.",
    )

    def validate_kinds(self, value: str) -> list[str]:
        return [word(kind.strip(), "$.kinds") for kind in value.split(",")]


class GraphQuery(AsOfQuery):
    """Which surroundings."""

    direction = serializers.ChoiceField(choices=("upstream", "downstream", "both"), default="both")
    depth = serializers.IntegerField(default=2, min_value=1, max_value=MAX_DEPTH)
    limit = serializers.IntegerField(
        default=400,
        min_value=1,
        max_value=MAX_CARDS,
        help_text="Artifacts each way, nearest first.",
    )


class PathsQuery(AsOfQuery):
    """Which other end, and how many paths."""

    to = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, help_text="The id of the downstream end."
    )
    limit = serializers.IntegerField(default=MAX_PATHS, min_value=1, max_value=MAX_PATHS)


class Stand(serializers.Serializer[Any]):
    """Of what the answer is, and whether it is whole."""

    artifact = ArtifactSummary()
    revision = serializers.IntegerField(help_text="Where the graph stood when it was read.")
    as_of = serializers.IntegerField(
        allow_null=True, help_text="The revision asked for; null for the present."
    )
    truncated = serializers.BooleanField(help_text="Whether a limit cut the walk short.")


class ReachedShape(serializers.Serializer[Any]):
    """An artifact and the fewest steps to it."""

    distance = serializers.IntegerField()
    artifact = ArtifactSummary()


class ReachShape(Stand):
    """Nearest first. `counts` is over everything reached, `count` over the kinds asked for."""

    counts = serializers.DictField(child=serializers.IntegerField(), help_text="By kind.")
    count = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
    results = ReachedShape(many=True)


class LinkShape(serializers.Serializer[Any]):
    """One step of derivation, by ids."""

    upstream = serializers.IntegerField()
    downstream = serializers.IntegerField()
    role = serializers.CharField()


class GraphShape(Stand):
    """The surroundings: the artifacts, the origin among them at distance 0, and their edges."""

    direction = serializers.CharField()
    depth = serializers.IntegerField()
    artifacts = ReachedShape(many=True)
    edges = LinkShape(many=True)


class PathsShape(Stand):
    """All shortest paths, upstream end first. None: the one did not come from the other."""

    to = ArtifactSummary()
    paths = serializers.ListField(child=ArtifactSummary(many=True))


class WalkViews(CatalogViewSet[Artifact]):
    """The questions that an artifact's address answers."""

    what = "artifact"

    def get_object(self) -> Artifact:
        return self.origin()

    def origin(self, *, as_of: int | None = None) -> Artifact:
        """The artifact asked for; if it had proved to be another one by then, the client is sent
        on to that.
        """
        artifact = super().get_object()
        survivor = survivor_then(artifact=artifact, as_of=as_of)
        if survivor != artifact.pk:
            raise MergedError(survivor)
        return artifact

    @extend_schema(
        summary="What was made from it, near and far",
        filters=False,
        parameters=[ReachQuery],
        responses=ReachShape,
    )
    @action(detail=True, pagination_class=None)
    def descendants(self, request: Request, pk: str) -> Response:
        return self._reach(request, descendants)

    @extend_schema(
        summary="What it was made from, near and far",
        filters=False,
        parameters=[ReachQuery],
        responses=ReachShape,
    )
    @action(detail=True, pagination_class=None)
    def ancestors(self, request: Request, pk: str) -> Response:
        return self._reach(request, ancestors)

    def _reach(self, request: Request, walked: Callable[..., Reach]) -> Response:
        query = asked(ReachQuery, request)
        artifact = self.origin(as_of=query.get("as_of"))
        found = walked(
            artifact=artifact,
            depth=query.get("depth"),
            as_of=query.get("as_of"),
            kinds=query.get("kinds"),
            limit=query["limit"],
            offset=query["offset"],
        )
        body = {
            **_stand(artifact, found),
            "counts": found.counts,
            "count": found.total,
            "limit": query["limit"],
            "offset": query["offset"],
            "results": found.artifacts,
        }
        return Response(ReachShape(body).data)

    @extend_schema(
        summary="The graph around it",
        description="Nearest first; `truncated` when there is more than `limit` each way.",
        filters=False,
        parameters=[GraphQuery],
        responses=GraphShape,
    )
    @action(detail=True, pagination_class=None)
    def graph(self, request: Request, pk: str) -> Response:
        query = asked(GraphQuery, request)
        artifact = self.origin(as_of=query.get("as_of"))
        found = walk(
            origins=[artifact.pk],
            direction=query["direction"],
            depth=query["depth"],
            as_of=query.get("as_of"),
            limit=query["limit"],
        )
        steps = {artifact.pk: 0, **found.distance}
        rows = artifacts_by_id(ids=steps)
        nearest = sorted(steps.items(), key=lambda one: (one[1], one[0]))
        body = {
            **_stand(artifact, found),
            "direction": query["direction"],
            "depth": query["depth"],
            "artifacts": [{"distance": steps, "artifact": rows[one]} for one, steps in nearest],
            "edges": [
                {"upstream": up, "downstream": down, "role": role}
                for up, down, role in sorted(found.links)
            ],
        }
        return Response(GraphShape(body).data)

    @extend_schema(
        summary="How another artifact came from it",
        filters=False,
        parameters=[PathsQuery],
        responses=PathsShape,
    )
    @action(detail=True, pagination_class=None)
    def paths(self, request: Request, pk: str) -> Response:
        query = asked(PathsQuery, request)
        artifact = self.origin(as_of=query.get("as_of"))
        to = Artifact.objects.filter(pk=query["to"]).first()
        if to is None:
            raise NotFound(f"There is no artifact {query['to']} to lead to.")
        to = Artifact.objects.get(pk=survivor_then(artifact=to, as_of=query.get("as_of")))
        found = shortest_paths_between(
            upstream=artifact, downstream=to, as_of=query.get("as_of"), limit=query["limit"]
        )
        body = {**_stand(artifact, found), "to": to, "paths": found.paths}
        return Response(PathsShape(body).data)


def _stand(artifact: Artifact, found: Any) -> dict[str, Any]:
    return {
        "artifact": artifact,
        "revision": found.revision,
        "as_of": found.as_of,
        "truncated": found.truncated,
    }
