"""A digest of what the graph says, whoever said it first and in whatever order."""

from collections.abc import Iterator

from apps.catalog.models import Artifact, Edge, Identifier
from apps.graph.hashing import hash_of_set
from apps.graph.strict_json import canonical


def graph_hash() -> str:
    """Hexadecimal SHA-256 of the live graph's content. Ids, revisions, times of arrival and order
    do not enter it; producers do, because they are part of what an edge asserts.
    """
    return hash_of_set(_statements())


def _statements() -> Iterator[str]:
    for one in Artifact.objects.iterator(chunk_size=2000):
        occurred = one.occurred_at.isoformat() if one.occurred_at else ""
        fields = [one.digest, one.uri, one.owner, one.description, occurred, one.tags, one.facets]
        state = [one.is_placeholder, one.is_tombstone]
        yield canonical(["artifact", one.key_hash, *fields, *state])
    edges = Edge.objects.filter(retracted_in__isnull=True)
    for row in edges.values_list(
        "upstream__key_hash", "downstream__key_hash", "role", "producer"
    ).iterator(chunk_size=5000):
        yield canonical(["edge", *row])
    claims = Identifier.objects.values_list("artifact__key_hash", "scheme", "value")
    for claim in claims.iterator(chunk_size=5000):
        yield canonical(["identifier", *claim])
