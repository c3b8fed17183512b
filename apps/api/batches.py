"""Recording lineage: one shape, whoever sends it."""

from typing import Any, ClassVar

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import Role, User
from apps.api.errors import printable, refusals
from apps.api.reading import asked
from apps.api.summaries import KeyShape
from apps.api.views import BodyView, actor
from apps.catalog.services import BatchResult, record_batch
from apps.graph.records import LineageBatch
from apps.graph.validation import lineage_batch

EVIDENCE = "api"


class BatchQuery(serializers.Serializer[Any]):
    """What becomes of the rest when one record is refused."""

    atomic = serializers.BooleanField(
        default=True, help_text="Write nothing if anything is refused; false writes the rest."
    )


class RefusalShape(serializers.Serializer[Any]):
    """Why one record was not written; `cycle` is the path that it would have closed."""

    path = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    cycle = KeyShape(many=True)


class BatchOutcome(serializers.Serializer[Any]):
    """What became of the batch. `revision` is where the graph stands after it."""

    revision = serializers.IntegerField()
    wrote = serializers.BooleanField(help_text="False: all of it was known already.")
    artifacts_added = serializers.IntegerField()
    artifacts_changed = serializers.IntegerField()
    edges_added = serializers.IntegerField()
    edges_retracted = serializers.IntegerField()
    identifiers_added = serializers.IntegerField()
    aliases_added = serializers.IntegerField(help_text="Statements on names that move.")
    artifacts_merged = serializers.IntegerField(
        help_text="Artifacts that an identifier proved to be one known under another name."
    )
    conflicts = serializers.IntegerField()
    refused = RefusalShape(many=True)


class BatchView(BodyView):
    """Where scripts and tools send lineage of their own making."""

    write_scopes: ClassVar = {"post": "record"}

    @extend_schema(
        operation_id="batches_create",
        summary="Record a batch of lineage",
        description=(
            "At most 10,000 records, plain or gzip. The same batch twice, in any order or cut in "
            "two gives the same graph. `producer` is by default the name of who sends it."
        ),
        parameters=[BatchQuery],
        request={"application/json": {"$ref": "#/components/schemas/LineageBatch"}},
        responses={201: BatchOutcome, 200: BatchOutcome, 207: BatchOutcome},
    )
    def post(self, request: Request) -> Response:
        atomic = asked(BatchQuery, request)["atomic"]
        batch = lineage_batch(request.data)
        batch = msgspec.structs.replace(
            batch,
            producer=batch.producer or actor(request).get_username(),
            evidence=batch.evidence or EVIDENCE,
        )
        _check_retractions(batch, actor(request))
        result = record_batch(batch=batch, actor=actor(request), atomic=atomic)
        return Response(_outcome(result), status=_status(result))


def _check_retractions(batch: LineageBatch, person: User) -> None:
    """A name in the body proves nothing: only a reviewer may take back what another asserted."""
    own = batch.producer == person.get_username()
    if batch.retractions and not own and not person.may_act_as(Role.REVIEWER):
        raise PermissionDenied(
            f"Retractions in the name of another producer ({batch.producer[:80]}) need the role "
            "reviewer. Leave producer out to retract edges of your own."
        )


def _status(result: BatchResult) -> int:
    """207 if some was refused, 201 if the graph changed, 200 if it said nothing new."""
    if result.refusals:
        return 207
    return 201 if result.wrote else 200


def _outcome(result: BatchResult) -> dict[str, Any]:
    return {
        "revision": result.revision,
        "wrote": result.wrote,
        "artifacts_added": result.artifacts_added,
        "artifacts_changed": result.artifacts_changed,
        "edges_added": result.edges_added,
        "edges_retracted": result.edges_retracted,
        "identifiers_added": result.identifiers_added,
        "aliases_added": result.aliases_added,
        "artifacts_merged": result.artifacts_merged,
        "conflicts": result.conflicts,
        "refused": printable(refusals(result.refusals)),
    }
