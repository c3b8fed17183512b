"""One filter set for the catalogue page and the API."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django_filters import (
    CharFilter,
    ChoiceFilter,
    FilterSet,
    IsoDateTimeFilter,
    OrderingFilter,
)

from apps.catalog.models import Artifact
from apps.catalog.search import find

STATUSES = (
    ("declared", "Declared"),
    ("placeholder", "Placeholder"),
    ("tombstone", "Tombstone"),
)
# Below every database's limit on bound values.
MOST_MERGED = 5000
ORDERINGS = (
    ("name", "name"),
    ("kind", "kind"),
    ("namespace", "namespace"),
    ("owner", "owner"),
    ("occurred_at", "occurred_at"),
    ("pk", "recorded"),
)


class ArtifactFilter(FilterSet):  # type: ignore[misc]
    """`q` takes words, or a digest, commit, URI, image or endpoint."""

    q = CharFilter(method="search", label="Search", max_length=2000)
    kind = CharFilter(field_name="kind")
    namespace = CharFilter(method="by_any_name")
    name = CharFilter(method="by_any_name")
    version = CharFilter(method="by_any_name")
    owner = CharFilter(field_name="owner")
    digest = CharFilter(field_name="digest")
    environment = CharFilter(field_name="deployment__environment", label="Environment")
    live_at = IsoDateTimeFilter(method="live_then", label="Deployments live at this time")
    status = ChoiceFilter(choices=STATUSES, method="by_status")
    ordering = OrderingFilter(fields=ORDERINGS)

    class Meta:
        model = Artifact
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[Artifact], _name: str, text: str) -> QuerySet[Artifact]:
        return queryset.filter(pk__in=find(text=text).values("pk"))

    def by_any_name(self, queryset: QuerySet[Artifact], part: str, text: str) -> QuerySet[Artifact]:
        """Also those that go by another name, if one that proved to be them has this part."""
        merged = Artifact.objects.filter(merged_into__isnull=False, **{part: text})
        also = list(merged.values_list("merged_into", flat=True).distinct()[:MOST_MERGED])
        either = Q(**{part: text})
        # Two conditions are looked up by two indexes; only one by its own.
        return queryset.filter(either | Q(pk__in=also) if also else either)

    def live_then(
        self, queryset: QuerySet[Artifact], _name: str, when: datetime
    ) -> QuerySet[Artifact]:
        """Deployments that had begun and not ended; no beginning counts as always."""
        begun = Q(deployment__live_from=None) | Q(deployment__live_from__lte=when)
        not_ended = Q(deployment__live_until=None) | Q(deployment__live_until__gt=when)
        return queryset.filter(begun, not_ended, deployment__isnull=False)

    def by_status(
        self, queryset: QuerySet[Artifact], _name: str, status: str
    ) -> QuerySet[Artifact]:
        if status == "tombstone":
            return queryset.filter(tombstoned_in__isnull=False)
        return queryset.filter(is_placeholder=status == "placeholder", tombstoned_in__isnull=True)
