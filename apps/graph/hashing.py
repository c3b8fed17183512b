"""Fixed-length stands-ins for identities of any length, and the digest of a whole graph."""

import hashlib
from collections.abc import Iterable

from apps.graph.records import ArtifactKey
from apps.graph.strict_json import canonical


def sha256(text: str) -> str:
    """Hexadecimal SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def key_hash(key: ArtifactKey) -> str:
    """Equal exactly for equal keys; a tuple, so no separator can be forged."""
    return sha256(canonical([key.namespace, key.kind, key.name, key.version]))


def family_hash(key: ArtifactKey) -> str:
    """Equal for all versions of one name."""
    return sha256(canonical([key.namespace, key.kind, key.name]))


def hash_of_set(members: Iterable[str]) -> str:
    """One digest of texts whose order does not matter.

    >>> hash_of_set(["b", "a"]) == hash_of_set(["a", "b"])
    True
    """
    total = hashlib.sha256()
    for one in sorted(hashlib.sha256(member.encode()).digest() for member in members):
        total.update(one)
    return total.hexdigest()
