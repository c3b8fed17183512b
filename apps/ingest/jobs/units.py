"""What a source has told, unit by unit: so that what it no longer says is taken back.

An edge that a unit stated and states no more is retracted, unless another unit of the source
states it too. The artifacts of a unit that is gone from the source are marked as deleted there:
what they were made of and what was made of them stays true, and stays.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import QuerySet
from django.utils import timezone

from apps.graph.hashing import sha256
from apps.graph.records import (
    AliasRecord,
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    LineageBatch,
)
from apps.graph.strict_json import canonical
from apps.ingest.jobs.ledger import storable
from apps.ingest.models import ImportRun, Source, SourceUnit, UnitEdge

CHUNK = 500
DELETED_FACET = "deleted_at_source"


class Units:
    """The units of one source, as one import finds them."""

    def __init__(self, source: Source, run: ImportRun) -> None:
        self._source = source
        self._run = run
        self._known: dict[str, SourceUnit] = {}

    def load(self, names: Iterable[str]) -> None:
        """Have these at hand, and no others."""
        rows = self._rows().filter(name_hash__in=[name_hash(name) for name in names])
        self._known = {one.name_hash: one for one in rows}

    def is_changed(self, name: str, digest: str) -> bool:
        """Whether it is known to have told something else; asked before it is stored anew."""
        unit = self._known.get(name_hash(name))
        return unit is not None and unit.digest not in {"", digest}

    def is_unchanged(self, name: str, digest: str) -> bool:
        unit = self._known.get(name_hash(name))
        return (
            unit is not None
            and unit.digest == digest
            and not unit.has_refusals
            and unit.gone_at is None
        )

    def no_longer_said(self, name: str, edges: Collection[EdgeRecord]) -> tuple[EdgeRecord, ...]:
        """The edges that the unit stated when it was last read, and that nothing states now."""
        if (unit := self._known.get(name_hash(name))) is None:
            return ()
        stated = {edge_hash(one) for one in edges}
        former = UnitEdge.objects.filter(unit=unit).exclude(edge_hash__in=stated)
        left = dict(former.values_list("edge_hash", "edge"))
        others = UnitEdge.objects.filter(source=self._source, edge_hash__in=left)
        for hashed in others.exclude(unit=unit).values_list("edge_hash", flat=True):
            left.pop(hashed, None)
        return tuple(msgspec.convert(edge, EdgeRecord) for edge in left.values())

    def names_no_more(self, name: str, batch: LineageBatch) -> tuple[AliasRecord, ...]:
        """That the aliases which the unit had, and does not speak of now, name nothing any more."""
        unit = self._known.get(name_hash(name))
        former = {(scheme, value) for scheme, value in unit.aliases} if unit else set()
        left = former - {(one.scheme, one.value) for one in batch.aliases}
        # As of when the import was ordered: another unit may be seen to have the name since.
        return tuple(AliasRecord(*one, None, self._run.requested_at) for one in sorted(left))

    def store(
        self,
        name: str,
        *,
        digest: str,
        about: Sequence[ArtifactKey],
        batch: LineageBatch,
        has_refusals: bool,
    ) -> SourceUnit | None:
        """Keep what the unit states now. Return it if the source had lost it before."""
        hashed = name_hash(name)
        former = self._known.get(hashed)
        values = {
            "digest": digest,
            "has_refusals": has_refusals,
            "about": [msgspec.to_builtins(one) for one in about],
            "aliases": sorted({(one.scheme, one.value) for one in batch.aliases if one.artifact}),
            "seen_in": self._run,
            "gone_at": None,
            "name": storable(name),
        }
        unit, _ = SourceUnit.objects.update_or_create(
            source=self._source, name_hash=hashed, defaults=values
        )
        self._known[hashed] = unit
        wanted = {edge_hash(one): one for one in batch.edges}
        kept = UnitEdge.objects.filter(unit=unit)
        kept.exclude(edge_hash__in=wanted).delete()
        known = set(kept.values_list("edge_hash", flat=True))
        UnitEdge.objects.bulk_create(
            UnitEdge(
                unit=unit,
                source=self._source,
                edge_hash=one,
                edge=msgspec.to_builtins(wanted[one]),
            )
            for one in sorted(wanted.keys() - known)
        )
        return unit if former is not None and former.gone_at is not None else None

    def see(self, names: Collection[str]) -> list[SourceUnit]:
        """Note that these are still there. Returns those that the source had lost before."""
        back: list[SourceUnit] = []
        every = sorted({name_hash(name) for name in names})
        for start in range(0, len(every), CHUNK):
            rows = self._rows().filter(name_hash__in=every[start : start + CHUNK])
            back += rows.filter(gone_at__isnull=False)
            rows.update(seen_in=self._run, gone_at=None)
        return back

    def lose(self, beginning: str) -> list[SourceUnit]:
        """Note that those whose names begin so and were not seen in this import are gone."""
        beginning = storable(beginning)
        unseen = self._rows().filter(gone_at__isnull=True, name__startswith=beginning)
        # SQLite compares beginnings without regard to case.
        gone = [one for one in unseen.exclude(seen_in=self._run) if one.name.startswith(beginning)]
        for start in range(0, len(gone), CHUNK):
            chunk = [one.pk for one in gone[start : start + CHUNK]]
            self._rows().filter(pk__in=chunk).update(gone_at=timezone.now())
        return gone

    def marks(self, units: Collection[SourceUnit], *, deleted: bool) -> LineageBatch:
        """That the source has deleted the artifacts of these units, or has them again."""
        now = timezone.now()
        told = {"source": self._source.name, "deleted": deleted, "seen_at": now.isoformat()}
        keys = {msgspec.convert(one, ArtifactKey) for unit in units for one in unit.about}
        records = tuple(_marked(key, told, now) for key in sorted(keys))
        names = sorted({(scheme, value) for unit in units for scheme, value in unit.aliases})
        aliases = tuple(AliasRecord(*one, None, now) for one in names) if deleted else ()
        return LineageBatch(producer=self._source.producer, artifacts=records, aliases=aliases)

    def _rows(self) -> QuerySet[SourceUnit]:
        return SourceUnit.objects.filter(source=self._source)


def _marked(key: ArtifactKey, told: Mapping[str, object], now: datetime) -> ArtifactRecord:
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        stated_at=now,
        facets={DELETED_FACET: dict(told)},
    )


def name_hash(name: str) -> str:
    """Of any text, also of a file's name that is no UTF-8."""
    return sha256(name.encode(errors="backslashreplace").decode())


def edge_hash(edge: EdgeRecord) -> str:
    """Equal exactly for equal edges."""
    return sha256(canonical(msgspec.to_builtins(edge)))


def digest_of(batch: LineageBatch, about: Sequence[ArtifactKey]) -> str:
    """Equal exactly for units that tell the same, in whatever order, and whenever it was seen."""
    aliases = [(one.scheme, one.value, one.artifact) for one in batch.aliases]
    every = (batch.artifacts, batch.edges, batch.identifiers, aliases, batch.retractions, about)
    parts = [sorted(canonical(msgspec.to_builtins(one)) for one in records) for records in every]
    return sha256(canonical(parts))
