"""The graph as a whole: how much there is, and a digest of what it says in whatever order."""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Count, QuerySet

from apps.catalog.models import AliasStatement, Artifact, Edge, Identifier
from apps.graph.hashing import hash_of_set
from apps.graph.strict_json import canonical


def graph_hash() -> str:
    """Hexadecimal SHA-256 of the live graph's content. Ids, revisions, times of arrival and order
    do not enter it; producers do, because they are part of what an edge asserts.
    """
    return hash_of_set(_statements())


def kind_totals() -> dict[str, int]:
    """How many artifacts of each kind there are, each counted once however many names it has."""
    # Counted apart: all by the index on the kind alone, the few merged ones by theirs.
    counts = Counter(dict(_by_kind(Artifact.objects.all())))
    counts.subtract(dict(_by_kind(Artifact.objects.filter(merged_into__isnull=False))))
    return {kind: count for kind, count in sorted(counts.items()) if count}


def _by_kind(rows: QuerySet[Artifact]) -> Iterable[tuple[str, int]]:
    return rows.values_list("kind").annotate(Count("pk")).order_by("kind")


def _statements() -> Iterator[str]:
    names = _names()
    for one in Artifact.objects.survivors().iterator(chunk_size=2000):
        occurred = one.occurred_at.isoformat() if one.occurred_at else ""
        fields = [one.digest, one.uri, one.owner, one.description, occurred, one.tags, one.facets]
        state = [one.is_placeholder, one.is_tombstone]
        yield canonical(["artifact", names.get(one.pk, [one.key_hash]), *fields, *state])
    edges = Edge.objects.filter(retracted_in__isnull=True)
    # Two names of one artifact may each be given the same edge, identifier or alias: it is one.
    said_twice: set[str] = set()
    for up, down, *row in edges.values_list(
        "upstream", "downstream", "upstream__key_hash", "downstream__key_hash", "role", "producer"
    ).iterator(chunk_size=5000):
        if up not in names and down not in names:
            yield canonical(["edge", *row])
        else:
            ends = [names.get(up, row[:1])[0], names.get(down, row[1:2])[0]]
            said_twice.add(canonical(["edge", *ends, *row[2:]]))
    claims = Identifier.objects.values_list(
        "artifact", "artifact__merged_into", "artifact__key_hash", "scheme", "value"
    )
    for pk, into, key_hash, *claim in claims.iterator(chunk_size=5000):
        if (into or pk) not in names:
            yield canonical(["identifier", key_hash, *claim])
        else:
            said_twice.add(canonical(["identifier", names[into or pk][0], *claim]))
    aliases = AliasStatement.objects.known().values_list(
        "artifact", "artifact__key_hash", "at", "scheme", "value", "producer"
    )
    for pk, key_hash, at, *name in aliases.iterator(chunk_size=5000):
        said = ["alias", at.isoformat(), *name]
        if pk not in names:
            yield canonical([*said, key_hash])
        else:
            said_twice.add(canonical([*said, names[pk][0]]))
    yield from said_twice


def _names() -> dict[int, list[str]]:
    """The hashes of all keys that a survivor of a merge goes by, in their own order: which of them
    it was known by first is chance.
    """
    merged = Artifact.objects.filter(merged_into__isnull=False).select_related("merged_into")
    found: dict[int, list[str]] = {}
    for one in merged.only("key_hash", "merged_into__key_hash"):
        if survivor := one.merged_into:
            found.setdefault(survivor.pk, [survivor.key_hash]).append(one.key_hash)
    return {survivor: sorted(hashes) for survivor, hashes in found.items()}
