"""Folding many artifacts into few cards: the versions of a name, a kind, or a namespace."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from apps.web.graph_reading import Brief


@dataclass(frozen=True, slots=True)
class Fold:
    """The artifacts that one card stands for. `search` finds them again in the table."""

    key: str
    kind: str
    title: str
    version: str
    facts: str
    ids: tuple[int, ...]
    search: str


_KEYS: dict[str, Callable[[Brief], Hashable]] = {
    "name": lambda one: (one.namespace, one.kind, one.name),
    "kind": lambda one: one.kind,
    "namespace": lambda one: (one.namespace, one.kind),
}


def folded(rows: Iterable[Brief], *, by: str, origin: int) -> list[Fold]:
    """Folds in the order in which their first artifact comes; the origin stays by itself."""
    groups: dict[Hashable, list[Brief]] = {}
    for one in rows:
        place: Hashable = one.pk if one.pk == origin else _KEYS[by](one)
        groups.setdefault(place, []).append(one)
    return [
        _fold(f"fold-{number}", group, by) for number, group in enumerate(groups.values(), start=1)
    ]


def _fold(key: str, group: list[Brief], by: str) -> Fold:
    first = group[0]
    ids = tuple(one.pk for one in group)
    if len(group) == 1:
        return Fold(str(first.pk), first.kind, first.name, first.version, "", ids, first.name)
    if by == "name":
        return Fold(key, first.kind, first.name, "", f"{len(group):,} versions", ids, first.name)
    if by == "namespace":
        words = f"{len(group):,} in this namespace"
        return Fold(key, first.kind, first.namespace, "", words, ids, first.namespace)
    names = len({(one.namespace, one.name) for one in group})
    facts = f"{names:,} names" if names > 1 else first.name
    return Fold(key, first.kind, f"{len(group):,} of this kind", "", facts, ids, "")
