"""Claims of artifacts to names elsewhere, so that they are found by them."""

from collections.abc import Iterable

from apps.catalog.models import Identifier
from apps.catalog.services.artifacts import StoredArtifacts
from apps.catalog.services.conflicts import Proof
from apps.catalog.services.inserting import insert_rows
from apps.catalog.services.writing import Change
from apps.graph.identifiers import derived_identifiers
from apps.graph.identity import normalised, realm
from apps.graph.records import ArtifactRecord, IdentifierRecord

CHUNK = 5000


def claim_identifiers(
    *,
    change: Change,
    artifacts: StoredArtifacts,
    records: Iterable[ArtifactRecord],
    claims: Iterable[IdentifierRecord],
) -> list[Proof]:
    """Store what the batch states outright and what its artifact records give away.

    Return the new claims: the kind within which they prove, scheme and value.
    """
    wanted = {
        (artifacts[one.artifact].pk, one.scheme, normalised(one.scheme, one.value))
        for one in claims
    }
    for record in records:
        artifact = artifacts[record.key]
        if not artifact.is_tombstone:
            wanted.update((artifact.pk, *claim) for claim in derived_identifiers(record))
    new = sorted(wanted - _stored({pk for pk, _, _ in wanted}))
    insert_rows(
        model=Identifier,
        names=("artifact", "scheme", "value", "added_in"),
        rows=[(*claim, change.number) for claim in new],
    )
    change.identifiers_added += len(new)
    kinds = {one.pk: one.kind for one in artifacts}
    return [(realm(kinds[pk], scheme), scheme, value) for pk, scheme, value in new]


def _stored(artifact_ids: set[int]) -> set[tuple[int, str, str]]:
    ids = list(artifact_ids)
    found: set[tuple[int, str, str]] = set()
    for start in range(0, len(ids), CHUNK):
        rows = Identifier.objects.filter(artifact__in=ids[start : start + CHUNK])
        found.update(rows.values_list("artifact_id", "scheme", "value"))
    return found
