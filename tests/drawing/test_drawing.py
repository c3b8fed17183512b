"""What a drawing shows and what a page's script finds in it."""

from dataclasses import replace

from apps.drawing import Link, Picture, draw
from apps.drawing.dot import dot_text
from apps.drawing.engine import Engine
from apps.drawing.style import sentinel
from tests.drawing.pictures import SVG, card, chain, parsed, with_class, words


def test_it_shows_all_a_card_says(engine: Engine) -> None:
    said = card(
        kind="feature_set",
        kind_label="Feature set",
        title="card_velocity",
        version="3",
        facts="7 features",
        status="affected",
        status_label="Affected",
        stub="+312 downstream",
    )
    drawing = draw(Picture(cards=(said,)))
    (group,) = with_class(drawing, "card")
    assert words(group) == [
        "FEATURE SET",
        "AFFECTED",
        "card_velocity",
        "",
        "3",
        "7 features",
        "+312 downstream",
    ]
    assert group.get("class") == "card k-feature_set is-affected"
    assert drawing.engine == engine.name


def test_it_gives_scripts_keys_to_find_cards_and_links_by(engine: Engine) -> None:
    link = Link(upstream="a", downstream="b", role="testing", status="evidence", highlighted=True)
    drawing = draw(Picture(cards=(card("a"), card("b")), links=(link,)))
    (group,) = with_class(drawing, "link")
    assert group.get("class") == "link is-evidence is-highlighted role-testing"
    assert (group.get("data-upstream"), group.get("data-downstream")) == ("a", "b")
    assert [part.get("data-key") for part in with_class(drawing, "card")] == ["a", "b"]


def test_it_says_a_link_in_words(engine: Engine) -> None:
    cards = (card("a", version="v14"), card("b", kind="model", title="fraud-xgb", version="7"))
    link = Link(upstream="a", downstream="b", role="training")
    (group,) = with_class(draw(Picture(cards=cards, links=(link,))), "link")
    assert group.findtext(f"{SVG}title") == "fraud-xgb 7 was trained on train v14"


def test_it_dashes_links_of_evidence_only(engine: Engine) -> None:
    cards = (card("a"), card("b"))
    links = tuple(Link(upstream="a", downstream="b", role=role) for role in ("training", "testing"))
    drawing = draw(Picture(cards=cards, links=links))
    dashes = [
        part.find(f"{SVG}path").get("stroke-dasharray")  # type: ignore[union-attr]
        for part in with_class(drawing, "link")
    ]
    assert dashes[0] is None
    assert dashes[1] is not None


def test_it_draws_the_origin_with_the_widest_border(engine: Engine) -> None:
    cards = (card("a", is_origin=True), card("b", status="flagged"), card("c"))
    drawing = draw(Picture(cards=cards))
    widths = [
        float(part.find(f"{SVG}path").get("stroke-width", "1"))  # type: ignore[union-attr]
        for part in with_class(drawing, "card")
    ]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 3


def test_it_draws_a_card_of_several_as_a_stack(engine: Engine) -> None:
    drawing = draw(Picture(cards=(card("a", count=42), card("b"))))
    assert len(with_class(drawing, "stack")) == 2
    assert [part.get("data-key") for part in with_class(drawing, "is-folded")] == ["a"]


def test_it_runs_left_to_right_or_top_to_bottom(engine: Engine) -> None:
    across = draw(chain(4))
    down = draw(replace(chain(4), direction="TB"))
    assert across.width > across.height
    assert down.height > down.width


def test_it_returns_its_size_in_numbers(engine: Engine) -> None:
    drawing = draw(chain(2))
    root = parsed(drawing)
    assert root.get("viewBox") == f"0 0 {drawing.width:g} {drawing.height:g}"
    assert root.get("width") == f"{drawing.width:g}"


def test_it_is_an_image_unless_there_are_links_to_focus(engine: Engine) -> None:
    plain = draw(Picture(cards=(card(),), label="Lineage of train"))
    linked = draw(Picture(cards=(card(url="/artifacts/1"),), label="Lineage of train"))
    assert (parsed(plain).get("role"), parsed(linked).get("role")) == ("img", "group")
    assert parsed(plain).get("aria-label") == "Lineage of train"


def test_it_draws_a_picture_of_nothing(engine: Engine) -> None:
    assert with_class(draw(Picture(cards=())), "card") == []


def test_it_writes_the_same_dot_for_the_same_picture() -> None:
    assert dot_text(chain(5)) == dot_text(chain(5))
    assert dot_text(chain(5)) != dot_text(chain(6))


def test_it_draws_unknown_kinds_and_roles_plainly(engine: Engine) -> None:
    cards = (card("a", kind='Prompt "x" template'), card("b"))
    drawing = draw(
        Picture(cards=cards, links=(Link(upstream="a", downstream="b", role="brew ing"),))
    )
    first = with_class(drawing, "card")[0]
    assert first.get("class") == "card k-prompt-x-template"
    assert first.find(f".//{SVG}text").get("fill") == sentinel("--ink2")  # type: ignore[union-attr]
    assert len(with_class(drawing, "role-brew-ing")) == 1


def test_it_puts_a_long_version_on_its_own_line(engine: Engine) -> None:
    drawing = draw(Picture(cards=(card(title="t" * 25, version="v" * 18),)))
    lines = {text.get("y") for text in parsed(drawing).iter(f"{SVG}text")}
    assert len(lines) == 3
