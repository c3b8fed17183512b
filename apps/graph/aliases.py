"""Names that move: what statements on one make of it, and how they are written."""

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from apps.graph.hashing import sha256
from apps.graph.records import AliasRecord
from apps.graph.strict_json import canonical

# What MLflow puts before the name of a registered model, or leaves out.
MODELS = "models:/"
_LAST_PART = re.compile(r".+[@#:]([^@#:/\s]+)\Z")

N = TypeVar("N", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Stretch(Generic[N]):
    """A name named one thing from `since` up to `until`, then `then`; None for nothing.

    Without `until` nothing else has been said since.
    """

    named: N | None
    since: datetime
    until: datetime | None = None
    then: N | None = None


def stretches(newest_first: Iterable[tuple[datetime, N | None]]) -> Iterator[Stretch[N]]:
    """What one name has named, newest first, from when it was seen to name what.

    Of several of one time the first holds.

    >>> seen = [(5, "v4"), (4, "v3"), (3, "v3"), (3, "v2"), (1, "v3")]  # numbers for times
    >>> [(one.named, one.since, one.until, one.then) for one in stretches(seen)]
    [('v4', 5, None, None), ('v3', 1, 5, 'v4')]
    """
    open_ended: Stretch[N] | None = None
    for at, named in newest_first:
        if open_ended is None:
            open_ended = Stretch(named, at)
        elif named == open_ended.named:
            open_ended = replace(open_ended, since=at)
        elif at != open_ended.since:
            yield open_ended
            open_ended = Stretch(named, at, open_ended.since, open_ended.named)
    if open_ended is not None:
        yield open_ended


def fingerprint(record: AliasRecord, producer: str) -> str:
    """65 characters that stand for what is said and by whom; equal only for equal statements.

    Of two statements of one time the one with the greater fingerprint holds, so that order of
    arrival does not decide. One that names an artifact is greater than one that says "nothing": a
    registry that takes a name from one version and gives it to another does both at once.
    """
    key = record.artifact
    named = [key.namespace, key.kind, key.name, key.version] if key else None
    said = [record.scheme, record.value, named, record.at.isoformat(), producer]
    return f"{int(key is not None)}{sha256(canonical(said))}"


def spellings(text: str) -> set[str]:
    """The values under which a name may be kept that somebody writes so.

    >>> sorted(spellings("churn@champion"))
    ['churn@champion', 'models:/churn@champion']
    >>> sorted(spellings("models:/churn@champion"))
    ['churn@champion', 'models:/churn@champion']
    """
    bare = text.removeprefix(MODELS)
    return {bare, MODELS + bare}


def short_name(value: str) -> str:
    """What is left of a name beside the artifact that bears it.

    >>> [short_name(one) for one in ("models:/churn@champion", "shop/churn:latest", "churn#prod")]
    ['champion', 'latest', 'prod']
    >>> short_name("refs/heads/main"), short_name("registry.example:5000/churn")
    ('refs/heads/main', 'registry.example:5000/churn')
    """
    found = _LAST_PART.match(value)
    return found[1] if found else value
