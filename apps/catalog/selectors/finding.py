"""Finding an artifact from whatever someone has at hand."""

from django.db.models import Q, QuerySet

from apps.catalog.models import Artifact, Conflict, Edge, Identifier


def find(*, text: str) -> QuerySet[Artifact]:
    """Artifacts that bear the text as digest, commit, image, URI, endpoint or run id; if there are
    none, those whose name or version contains it. Best first is the caller's ordering.
    """
    wanted = text.replace("\x00", "").strip()
    exact = identified_by(text=wanted)
    return exact if exact.exists() else named_like(text=wanted)


def identified_by(*, text: str) -> QuerySet[Artifact]:
    """Artifacts with an identifier of exactly this value; a digest may carry its algorithm."""
    algorithm, _, value = text.partition(":")
    either = Q(value=text) | Q(scheme=algorithm.lower(), value=value) | Q(value=text.lower())
    claims = Identifier.objects.filter(either)
    return Artifact.objects.filter(Q(pk__in=claims.values("artifact")) | Q(version=text))


def named_like(*, text: str) -> QuerySet[Artifact]:
    """Artifacts whose name contains the text; `name@version` narrows to the version."""
    name, at, version = text.rpartition("@")
    by_text = Q(name__icontains=text) | Q(namespace__icontains=text) | Q(version__icontains=text)
    if at and name:
        by_text |= Q(name__icontains=name, version__istartswith=version)
    return Artifact.objects.filter(by_text)


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
