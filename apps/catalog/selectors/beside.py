"""What stands beside an artifact: its versions, its edges, its contradictions."""

from django.db.models import Q, QuerySet

from apps.catalog.models import Artifact, Conflict, Edge


def versions_of(*, artifact: Artifact) -> QuerySet[Artifact]:
    """Every version of the artifact's name, newest first, itself included."""
    family = Artifact.objects.filter(family_hash=artifact.family_hash)
    return family.order_by("-occurred_at", "-pk")


def edges_of(*, artifact: Artifact, as_of: int | None = None) -> QuerySet[Edge]:
    """The edges into and out of the artifact, live now or as of a revision."""
    either = Q(upstream=artifact) | Q(downstream=artifact)
    edges = Edge.objects.filter(either).select_related("upstream", "downstream", "added_in")
    if as_of is None:
        return edges.filter(retracted_in__isnull=True)
    return edges.filter(added_in__lte=as_of).exclude(retracted_in__lte=as_of)


def conflicts_of(*, artifact: Artifact) -> QuerySet[Conflict]:
    """Refused edges and contradicted digests that concern the artifact, newest first."""
    either = Q(first=artifact) | Q(second=artifact)
    conflicts = Conflict.objects.filter(either).select_related("first", "second", "recorded_in")
    return conflicts.order_by("-recorded_in")
