"""What is known of the names that move, for whoever looks at them again and again."""

from collections.abc import Sequence

from django.db.models import Q

from apps.catalog.models import AliasStatement
from apps.graph.hashing import key_hash
from apps.graph.records import AliasRecord

CHUNK = 200


def moved_aliases(*, records: Sequence[AliasRecord]) -> tuple[AliasRecord, ...]:
    """Those of the observations that say something new.

    Whoever looks every hour sees the same name at the same artifact every hour; to keep each look
    would grow for ever and tell nothing. One is left out if, at its time, the name was known to
    name that very artifact already.
    """
    found: list[AliasRecord] = []
    for start in range(0, len(records), CHUNK):
        chunk = records[start : start + CHUNK]
        known = _known(chunk)
        found += [one for one in chunk if known.get((one.scheme, one.value)) != _named(one)]
    return tuple(found)


def _known(records: Sequence[AliasRecord]) -> dict[tuple[str, str], str]:
    """By name, the hash of the key that it names at the earliest of the times looked at."""
    either = Q()
    for one in records:
        either |= Q(scheme=one.scheme, value=one.value)
    if not either:
        return {}
    at = min(one.at for one in records)
    held = AliasStatement.objects.filter(either).holding(when=at)
    return {
        (scheme, value): hashed or ""
        for scheme, value, hashed in held.values_list(
            "scheme", "value", "stated_artifact__key_hash"
        )
    }


def _named(record: AliasRecord) -> str:
    return key_hash(record.artifact) if record.artifact else ""
