"""Drawing an answer of the graph page: as it is, folded when it is large, or not at all."""

from dataclasses import dataclass, replace

from django.conf import settings

from apps.catalog.selectors import artifacts_by_id
from apps.drawing import Drawing, DrawingError, Picture, draw
from apps.drawing.render import MOST_CARDS
from apps.web.folding import Fold, folded
from apps.web.graph_answers import GraphAnswer
from apps.web.pictures import Scene, folded_picture_of, picture_of
from apps.web.stubs import stubs_of
from apps.web.subgraphs import bridged

# Looking for ways through hidden kinds takes cards times links.
MOST_BRIDGED_LINKS = 20_000
MOST_LINKS_FOLDED = 200_000
FOLDS = ("name", "kind")
GROUP_WORDS = {"name": "the versions of a name", "kind": "kinds", "namespace": "namespaces"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A drawing and what it folds; without one, `trouble` says why and what to do."""

    drawing: Drawing | None = None
    cards: int = 0
    group: str = "none"
    remark: str = ""
    trouble: str = ""


def drawn(answer: GraphAnswer) -> Drawn:
    """Draw the answer as it asks to be grouped; above 400 cards by name, then by kind."""
    hides = len(answer.shown) < len(answer.within)
    if len(answer.links) > (MOST_BRIDGED_LINKS if hides else MOST_LINKS_FOLDED):
        return Drawn(trouble=_too_large(answer))
    asked = answer.question.group
    if asked in ("auto", "none") and len(answer.shown) <= MOST_CARDS:
        return _drawn(_picture(answer), "none", "")
    ways = FOLDS if asked in ("auto", "none") else tuple(dict.fromkeys((asked, "kind")))
    rows = [answer.briefs[pk] for pk in answer.shown]
    for way in ways:
        folds = folded(rows, by=way, origin=answer.origin.pk)
        if len(folds) <= MOST_CARDS:
            remark = ""
            if way != asked:
                remark = (
                    f"{len(rows):,} artifacts are more than a drawing can hold, so "
                    f"{GROUP_WORDS[way]} are folded into one card each."
                )
            return _drawn(_folded_picture(answer, folds), way, remark)
    return Drawn(trouble=_too_large(answer))


def _too_large(answer: GraphAnswer) -> str:
    return (
        f"{answer.shown_count:,} artifacts are more than a drawing can show. Ask for fewer steps "
        "or kinds, or read them here as a table."
    )


def _drawn(picture: Picture, group: str, remark: str) -> Drawn:
    try:
        drawing = draw(picture, cache_dir=settings.VAR_DIR / "drawings")
    except DrawingError as error:
        return Drawn(trouble=error.message, group=group)
    return Drawn(drawing=drawing, cards=len(picture.cards), group=group, remark=remark)


def _picture(answer: GraphAnswer) -> Picture:
    found = artifacts_by_id(ids=answer.shown)
    scene = replace(_scene(answer), stubs=stubs_of(answer, answer.shown))
    return picture_of((found[pk] for pk in answer.shown if pk in found), scene)


def _folded_picture(answer: GraphAnswer, folds: list[Fold]) -> Picture:
    question = answer.question
    kinds = frozenset(answer.kinds)

    def address(fold: Fold) -> str:
        if len(fold.ids) == 1:
            return question.url(selected=fold.ids[0])
        others = kinds - {fold.kind}
        return question.url(view="table", hidden=others, text=fold.search)

    return folded_picture_of(folds, _scene(answer), address)


def _scene(answer: GraphAnswer) -> Scene:
    question, origin = answer.question, answer.origin
    return Scene(
        origins={origin.pk},
        bridges=bridged(answer.links, dict.fromkeys(answer.shown)),
        address=lambda pk: question.url(selected=pk),
        statuses=answer.statuses,
        on_path=answer.on_path,
        label=f"Lineage of {origin.name} {origin.version}, {len(answer.shown):,} artifacts",
    )
