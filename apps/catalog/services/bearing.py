"""Who bears an identifier."""

from collections import defaultdict
from collections.abc import Collection

from apps.catalog.models import Identifier
from apps.catalog.services.conflicts import Proof
from apps.graph.identity import realm

CHUNK = 5000


def bearers_of(identifiers: Collection[Proof]) -> dict[Proof, list[int]]:
    """By (kind, scheme, value) the ids of the survivors that bear it, where more than one does, the
    one known first in front.
    """
    values = sorted({value for _, _, value in identifiers})
    found: dict[Proof, set[int]] = defaultdict(set)
    for start in range(0, len(values), CHUNK):
        claims = Identifier.objects.filter(value__in=values[start : start + CHUNK])
        for kind, scheme, value, pk, into in claims.values_list(
            "artifact__kind", "scheme", "value", "artifact_id", "artifact__merged_into_id"
        ):
            proof = (realm(kind, scheme), scheme, value)
            if proof in identifiers:
                found[proof].add(into or pk)
    return {one: sorted(ids) for one, ids in found.items() if len(ids) > 1}
