"""Finding an artifact from whatever someone has at hand."""

from django.db.models import Q
from django.utils import timezone

from apps.catalog.models import AliasStatement, Artifact, ArtifactQuerySet, Identifier
from apps.graph.aliases import spellings
from apps.graph.identity import normalised


def find(*, text: str) -> ArtifactQuerySet:
    """Artifacts that bear the text as digest, commit, image, URI, endpoint, run id or, now, as
    alias; if there are none, those whose name or version contains it. Best first is the caller's
    ordering.
    """
    wanted = text.replace("\x00", "").strip()
    exact = identified_by(text=wanted)
    return exact if exact.exists() else named_like(text=wanted)


def identified_by(*, text: str) -> ArtifactQuerySet:
    """Artifacts with an identifier of exactly this value; a digest may carry its algorithm, an
    image its repository. And what an alias names now: `churn@champion`, `mlflow:churn@champion`.
    """
    algorithm, _, value = text.partition(":")
    either = Q(value__in={text, text.lower(), normalised("oci_image", text)})
    either |= Q(scheme=algorithm.lower(), value=normalised(algorithm.lower(), value))
    claims = Identifier.objects.filter(either).values("artifact_id")
    by_alias = Q(value__in=spellings(text)) | Q(scheme=algorithm, value__in=spellings(value))
    named = AliasStatement.objects.filter(by_alias).holding(when=timezone.now())
    # A union, so that each part is looked up by its own index.
    bearing = claims.union(
        Artifact.objects.filter(version=text).values("pk"),
        named.filter(artifact__isnull=False).values("artifact_id"),
    )
    return Artifact.objects.filter(pk__in=bearing).to_survivors()


def named_like(*, text: str) -> ArtifactQuerySet:
    """Artifacts one of whose names contains the text; `name@version` narrows to the version."""
    name, at, version = text.rpartition("@")
    by_text = Q(name__icontains=text) | Q(namespace__icontains=text) | Q(version__icontains=text)
    if at and name:
        by_text |= Q(name__icontains=name, version__istartswith=version)
    return Artifact.objects.filter(by_text).to_survivors()
