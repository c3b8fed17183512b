"""From artifacts, links and statuses to a picture that can be drawn. No query is made here."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from apps.catalog.models import Artifact
from apps.drawing import Card, Link, Picture
from apps.drawing.picture import LinkStatus, Status
from apps.graph.vocabulary import POST_TRAINING_ROLES, Consequence, kind_label, role_named
from apps.web.card_facts import card_facts
from apps.web.folding import Fold
from apps.web.subgraphs import Bridge

STATUS_LABELS: dict[str, str] = {
    "flagged": "Flagged",
    "affected": "Affected",
    "evidence": "Evidence in doubt",
    "placeholder": "Placeholder",
    "tombstone": "Tombstone",
}
# Of several, the gravest speaks for all.
GRAVITY: tuple[Status, ...] = ("flagged", "affected", "evidence", "placeholder", "tombstone")
BAD = frozenset({"flagged", "affected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a picture shows beside its artifacts.

    `statuses` and `stubs` are by artifact id, `address` gives the local path a card links to,
    `on_path` the steps that are drawn thick.
    """

    origins: Collection[int]
    bridges: Sequence[Bridge]
    address: Callable[[int], str]
    statuses: Mapping[int, str] = field(default_factory=dict)
    stubs: Mapping[int, str] = field(default_factory=dict)
    on_path: Collection[tuple[int, int]] = frozenset()
    label: str = "Lineage"


def picture_of(artifacts: Iterable[Artifact], scene: Scene) -> Picture:
    """One card an artifact, keyed by its id, in the order given."""
    cards = tuple(_card(one, scene) for one in artifacts)
    shown = {int(card.key) for card in cards}
    links = tuple(
        link_of(one, scene)
        for one in scene.bridges
        if one.upstream in shown and one.downstream in shown
    )
    return Picture(cards=cards, links=links, label=scene.label)


def folded_picture_of(
    folds: Sequence[Fold], scene: Scene, address: Callable[[Fold], str]
) -> Picture:
    """One card a fold; links between the same two folds are drawn once a role."""
    place = {pk: fold for fold in folds for pk in fold.ids}
    cards = tuple(_folded_card(fold, scene, address) for fold in folds)
    links: dict[tuple[str, str, str], Link] = {}
    for one in scene.bridges:
        up, down = place.get(one.upstream), place.get(one.downstream)
        if up is None or down is None or up is down:
            continue
        link = link_of(one, scene, up.key, down.key)
        known = links.get((up.key, down.key, link.role))
        if known is None or _worse(link, known):
            links[up.key, down.key, link.role] = link
    return Picture(cards=cards, links=tuple(links.values()), label=scene.label)


def link_of(one: Bridge, scene: Scene, upstream: str = "", downstream: str = "") -> Link:
    return Link(
        upstream=upstream or str(one.upstream),
        downstream=downstream or str(one.downstream),
        role=one.role,
        label=_link_label(one.role),
        status=link_status(
            scene.statuses.get(one.upstream, ""), scene.statuses.get(one.downstream, ""), one.role
        ),
        highlighted=(one.upstream, one.downstream) in scene.on_path,
    )


def link_status(upstream: str, downstream: str, role: str) -> LinkStatus:
    """What crosses a link, from how its two ends stand.

    >>> link_status("flagged", "affected", "training"), link_status("affected", "", "training")
    ('affected', '')
    >>> link_status("affected", "affected", "testing"), link_status("evidence", "evidence", "code")
    ('evidence', 'evidence')
    """
    if downstream not in BAD and downstream != "evidence":
        return ""
    if upstream in BAD:
        spoils = role_named(role).carries is Consequence.CONTAMINATES
        return "affected" if spoils and downstream in BAD else "evidence"
    return "evidence" if upstream == "evidence" else ""


def gravest(statuses: Iterable[str]) -> Status:
    """
    >>> gravest(["placeholder", "affected", ""]), gravest([])
    ('affected', '')
    """
    found = set(statuses)
    return next((one for one in GRAVITY if one in found), "")


def _card(artifact: Artifact, scene: Scene) -> Card:
    status = gravest([scene.statuses.get(artifact.pk, "")])
    return Card(
        key=str(artifact.pk),
        kind=artifact.kind,
        kind_label=artifact.kind_label,
        title=artifact.name,
        version=artifact.version,
        facts=card_facts(artifact),
        status=status,
        status_label=STATUS_LABELS.get(status, ""),
        url=scene.address(artifact.pk),
        stub=scene.stubs.get(artifact.pk, ""),
        is_origin=artifact.pk in scene.origins,
    )


def _folded_card(fold: Fold, scene: Scene, address: Callable[[Fold], str]) -> Card:
    said = [scene.statuses.get(pk, "") for pk in fold.ids]
    status = gravest(said)
    label = STATUS_LABELS.get(status, "")
    alike = said.count(status)
    if label and len(fold.ids) > 1:
        count = "all" if alike == len(fold.ids) else f"{alike:,}"
        label = f"{count} {label.lower()}"
    return Card(
        key=fold.key,
        kind=fold.kind,
        kind_label=kind_label(fold.kind),
        title=fold.title,
        version=fold.version,
        facts=fold.facts,
        status=status,
        status_label=label,
        url=address(fold),
        is_origin=any(pk in scene.origins for pk in fold.ids),
        count=len(fold.ids),
    )


def _link_label(role: str) -> str:
    """Words only where they tell more than the two kinds do."""
    known = role_named(role)
    if role in POST_TRAINING_ROLES or known.carries is Consequence.EVIDENCE:
        return role.replace("_", " ")
    return ""


def _worse(one: Link, other: Link) -> bool:
    rank = {"": 0, "evidence": 1, "affected": 2}
    return (rank[one.status], one.highlighted) > (rank[other.status], other.highlighted)
