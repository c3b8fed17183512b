"""`/search`: datasets and jobs by a part of their names."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.marquez.reading import MarquezView, stamp
from apps.api.pages import MAX_LIMIT
from apps.api.reading import asked
from apps.ingest.marquez.ids import dataset_id, job_id
from apps.ingest.selectors.marquez.search import Hit, named_with


class SearchQuery(serializers.Serializer[Any]):
    """What is sought. A percent sign at either end, Marquez's "anything", is left off."""

    q = serializers.CharField(max_length=2000)
    filter = serializers.ChoiceField(["dataset", "job", "DATASET", "JOB"], required=False)
    sort = serializers.ChoiceField(
        ["name", "updated_at", "NAME", "UPDATED_AT", "UPDATE_AT"], default="name"
    )
    limit = serializers.IntegerField(default=10, min_value=0, max_value=MAX_LIMIT)
    namespace = serializers.CharField(max_length=2000, required=False)


class SearchView(MarquezView):
    """Part of a name, whatever its case."""

    def get(self, request: Request) -> Response:
        query = asked(SearchQuery, request)
        wanted = query.get("filter", "").lower()
        found = named_with(
            text=query["q"].strip("%"),
            types=(wanted,) if wanted else ("dataset", "job"),
            namespace=query.get("namespace"),
            newest_first=query["sort"].lower() != "name",
            limit=query["limit"],
        )
        return Response({"totalCount": len(found), "results": [_shape(one) for one in found]})


def _shape(hit: Hit) -> dict[str, Any]:
    id_ = dataset_id if hit.type == "dataset" else job_id
    return {
        "type": hit.type.upper(),
        "name": hit.name,
        "updatedAt": stamp(hit.updated_at),
        "namespace": hit.namespace,
        "nodeId": id_(hit.namespace, hit.name),
    }
