"""What stands beside an artifact: its versions, its edges, its contradictions."""

from django.db.models import Q, QuerySet

from apps.catalog.models import Artifact, Conflict, Edge, Identifier, Merge
from apps.catalog.selectors.walking import live_edges


def versions_of(*, artifact: Artifact) -> QuerySet[Artifact]:
    """Every version of the artifact's name, newest first, itself included, and those that proved
    to be another artifact.
    """
    family = Artifact.objects.filter(family_hash=artifact.family_hash)
    return family.order_by("-occurred_at", "-pk")


def names_of(*, artifact: Artifact) -> QuerySet[Artifact]:
    """The artifact and all that proved to be it."""
    return Artifact.objects.filter(Q(pk=artifact.pk) | Q(merged_into=artifact.pk)).order_by("pk")


def identifiers_of(*, artifact: Artifact) -> QuerySet[Identifier]:
    """What the artifact is called elsewhere, under whichever of its names that was said."""
    claims = Identifier.objects.filter(artifact__in=names_of(artifact=artifact).values("pk"))
    return claims.order_by("scheme", "value", "pk")


def merges_of(*, artifact: Artifact) -> QuerySet[Merge]:
    """What was merged into the artifact, or it into another, newest first, split ones too."""
    names = names_of(artifact=artifact).values("pk")
    merges = Merge.objects.filter(Q(artifact__in=names) | Q(survivor__in=names))
    return merges.select_related("artifact", "survivor", "merged_in", "merged_by", "split_by")


def survivor_then(*, artifact: Artifact, as_of: int | None = None) -> int:
    """The id of the artifact that this one was known to be at a revision, or is known to be now."""
    if as_of is None or artifact.merged_into_id is None:
        return artifact.survivor_id
    pk = artifact.pk
    merges = Merge.objects.filter(merged_in__lte=as_of).exclude(split_in__lte=as_of)
    while (
        into := merges.filter(artifact=pk).values_list("survivor", flat=True).first()
    ) is not None:
        pk = into
    return pk


def edges_of(*, artifact: Artifact, as_of: int | None = None) -> QuerySet[Edge]:
    """The edges into and out of the artifact, live now or as of a revision."""
    either = Q(upstream=artifact) | Q(downstream=artifact)
    edges = live_edges(as_of=as_of).filter(either)
    return edges.select_related("upstream", "downstream", "added_in")


def conflicts_of(*, artifact: Artifact) -> QuerySet[Conflict]:
    """Refused edges and contradicted digests that concern the artifact, newest first."""
    names = names_of(artifact=artifact).values("pk")
    either = Q(first__in=names) | Q(second__in=names)
    conflicts = Conflict.objects.filter(either).select_related("first", "second", "recorded_in")
    return conflicts.order_by("-recorded_in")
