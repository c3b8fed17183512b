"""Where a flag's walk begins."""

from django.db.models import QuerySet

from apps.catalog.models import Artifact
from apps.impact.models import Flag, Scope


def origins_within(
    *, artifact: Artifact, scope: str, as_of: int | None = None
) -> QuerySet[Artifact]:
    """The artifact, or every version of its name that was recorded up to the revision, as what
    they have proved to be.
    """
    if scope != Scope.NAME:
        return Artifact.objects.filter(pk=artifact.pk).to_survivors()
    family = Artifact.objects.filter(family_hash=artifact.family_hash)
    if as_of is not None:
        family = family.filter(added_in__lte=as_of)
    return family.to_survivors().order_by("pk")


def origins_of(*, flag: Flag, as_of: int | None = None) -> list[int]:
    """The ids of what the flag covers."""
    covered = origins_within(artifact=flag.artifact, scope=flag.scope, as_of=as_of)
    return list(covered.values_list("pk", flat=True))
