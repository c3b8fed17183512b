"""What a flag reaches at one revision: everything a report says, before it is written."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.catalog.selectors import StoredLink, current_revision, walk
from apps.graph.blast import Affected, BlastRadius, blast_radius
from apps.graph.strict_json import canonical
from apps.graph.vocabulary import Consequence, role_named
from apps.impact.drafts import FindingDraft
from apps.impact.models import Flag
from apps.impact.remedies import remedies
from apps.impact.selectors.facts import Facts, facts_of
from apps.impact.selectors.gaps import completeness_of
from apps.impact.selectors.origins import origins_of
from apps.impact.tally import Affliction, tally

WALK_LIMIT = 1_000_000
# A path of more steps than twice this is stored by its two ends; the graph pages find the rest.
PATH_ENDS = 12

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The content of a report. `findings` makes the rows one by one, nearest first."""

    revision: int
    at: datetime
    radius: BlastRadius[int]
    facts: dict[int, Facts]
    counts: dict[str, Any]
    completeness: dict[str, Any]
    remedies: list[dict[str, Any]]
    fingerprint: str

    def __len__(self) -> int:
        return len(self.radius.affected)

    def affected(self) -> Iterator[tuple[Affected[int], Facts]]:
        for pk, one in self.radius.affected.items():
            yield one, self.facts[pk]

    def findings(self, report_id: int) -> Iterator[FindingDraft]:
        for one, facts in self.affected():
            yield FindingDraft(
                report=report_id,
                artifact=one.artifact,
                consequence=one.consequence.value,
                distance=one.distance,
                path=_path(self.radius, one.artifact, self.facts),
                environment=facts.environment,
                is_live=facts.is_live(self.at),
                owner=facts.owner,
            )


def gather(*, flag: Flag, progress: Progress) -> Outcome:
    """Work out what the flag reaches, all of it as of the revision that is current now.

    Nothing is locked meanwhile: reading as of one revision gives one state of the graph however
    many changes are committed during it.
    """
    revision, at = current_revision(), timezone.now()
    origins = origins_of(flag=flag, as_of=revision)
    progress("Following the lineage", 0, 0)
    found = walk(origins=origins, direction="downstream", as_of=revision, limit=WALK_LIMIT)
    ids = [*origins, *found.distance]
    facts: dict[int, Facts] = {}
    for chunk in facts_of(ids=ids):
        facts.update(chunk)
        progress("Describing what it reaches", len(facts), len(ids))
    progress("Judging the consequences", 0, len(ids))
    links = _in_order(found.links, facts)
    radius = blast_radius(links, sorted(origins, key=lambda one: facts[one].key_hash))
    completeness = completeness_of(
        origins=origins,
        affected={pk: one.consequence for pk, one in radius.affected.items()},
        facts=facts,
        as_of=revision,
    )
    completeness |= {"truncated": found.truncated, "limit": WALK_LIMIT}
    return Outcome(
        revision=revision,
        at=at,
        radius=radius,
        facts=facts,
        counts=tally(_afflictions(radius, facts, at)),
        completeness=completeness,
        remedies=remedies(links=links, origins=origins, radius=radius, facts=facts, at=at),
        fingerprint=_fingerprint(radius, facts, completeness, at),
    )


def _in_order(links: Iterable[StoredLink], facts: dict[int, Facts]) -> list[StoredLink]:
    """Sorted by identity, so that the same graph gives the same paths whatever its ids; of two
    roles between one pair the one that contaminates comes first.
    """

    def place(link: StoredLink) -> tuple[str, str, bool, str]:
        doubtful = role_named(link[2]).carries is Consequence.EVIDENCE
        return facts[link[0]].key_hash, facts[link[1]].key_hash, doubtful, link[2]

    return sorted(links, key=place)


def _afflictions(
    radius: BlastRadius[int], facts: dict[int, Facts], at: datetime
) -> Iterator[Affliction]:
    for pk, one in radius.affected.items():
        fact = facts[pk]
        yield Affliction(
            fact.kind, one.consequence.value, fact.environment, fact.is_live(at), fact.owner
        )


def _path(radius: BlastRadius[int], artifact: int, facts: dict[int, Facts]) -> list[dict[str, Any]]:
    trail = radius.trail(artifact, ends=PATH_ENDS)
    first, last = (
        [
            {
                "id": step,
                "kind": facts[step].kind,
                "name": facts[step].name,
                "version": facts[step].version,
                "role": role,
            }
            for step, role in part
        ]
        for part in (trail.first, trail.last)
    )
    if not trail.omitted:
        return first
    gap = {"id": None, "kind": "", "name": "", "version": "", "role": "", "omitted": trail.omitted}
    return [*first, gap, *last]


def _fingerprint(
    radius: BlastRadius[int],
    facts: dict[int, Facts],
    completeness: dict[str, Any],
    at: datetime,
) -> str:
    """Equal as long as a new report would say the same: whom it reaches, how, where, whose, and
    the refused edges. Paths are left out: another proof of the same thing is no news.
    """
    rows = sorted(
        canonical(
            [
                facts[pk].key_hash,
                one.consequence.value,
                one.distance,
                facts[pk].environment,
                facts[pk].is_live(at),
                facts[pk].owner,
            ]
        )
        for pk, one in radius.affected.items()
    )
    total = hashlib.sha256(canonical(completeness["conflicts"]["count"]).encode())
    for row in rows:
        total.update(row.encode())
    return total.hexdigest()
