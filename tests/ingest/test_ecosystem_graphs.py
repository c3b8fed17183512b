"""The public catalogue of foundation models, with all that is odd in it."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from apps.catalog.models import Artifact, Conflict, Edge
from apps.catalog.selectors import descendants
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.ecosystem_graphs import connector
from apps.ingest.services import import_path
from tests.ingest.shared import SHARED, of_path

read = of_path(connector.read)

ASSETS = Path(__file__).parent / "payloads" / "ecosystem-graphs" / "assets"
WHOLE = SHARED / "ecosystem-graphs"
whole_catalogue = pytest.mark.skipif(
    not WHOLE.is_dir(), reason="the Ecosystem Graphs have no licence to lie in this repository"
)


def reading(folder: Path) -> Reading:
    (one,) = read(folder.resolve())
    return one


def folder_with(tmp_path: Path, text: str) -> Path:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def edges(found: Reading) -> set[tuple[str, str]]:
    assert found.batch is not None
    return {
        (f"{one.upstream.namespace}/{one.upstream.name}", one.downstream.name)
        for one in found.batch.edges
    }


def test_it_keeps_one_artifact_a_file_under_a_repeated_name() -> None:
    found = reading(ASSETS)
    assert found.batch is not None
    keys = [(one.namespace, one.name) for one in found.batch.artifacts]
    assert len(set(keys)) == len(keys) == 9
    assert {"Oak (ash,_inc..yaml)", "Oak (elm.yaml)"} == {ns for ns, name in keys if name == "Twin"}
    assert {"Oak", "Ash"} == {namespace for namespace, name in keys if name == "Dragon"}


def test_it_means_the_one_in_the_same_file_else_every_one_of_that_name() -> None:
    found = edges(reading(ASSETS))
    assert {upstream for upstream, name in found if name == "Nest"} == {"Oak/Dragon"}
    assert {upstream for upstream, name in found if name == "Harbour"} == {
        "Oak/Dragon",
        "Ash/Dragon",
        "Oak (elm.yaml)/Twin",
    }


def test_it_makes_a_placeholder_of_a_name_without_a_card() -> None:
    assert ("ecosystem-graphs/Worldwide Web", "Jay") in edges(reading(ASSETS))


def test_it_says_what_it_adapted_and_what_it_refused() -> None:
    found = reading(ASSETS)
    assert {one.code for one in found.adapted} == {
        "read_as_date",
        "no_full_date",
        "list_in_a_mapping",
    }
    assert [(one.place, one.code) for one in found.refused] == [
        ("elm.yaml [2].type", "not_a_card"),
        ("elm.yaml [3]", "not_a_card"),
    ]


def test_it_keeps_the_card_and_reads_what_it_can() -> None:
    found = reading(ASSETS)
    assert found.batch is not None
    (card,) = [one for one in found.batch.artifacts if one.name == "Acorns"]
    assert (card.owner, card.description, card.uri) == (
        "Oak",
        "Seeds, counted.",
        "https://oak.example/acorns",
    )
    assert card.occurred_at is not None
    assert card.occurred_at.isoformat() == "2021-01-01T00:00:00+00:00"
    assert card.facets["dataset"] == {"license": "MIT"}
    assert card.facets["ecosystem_card"]["size"] == "825 GB"
    assert "sample" not in card.facets["ecosystem_card"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x [1]\nb: *x\n", "not_yaml"),
        ("- !!python/object/apply:os.system [true]\n", "not_yaml"),
        ("[" * 5000, "not_yaml"),
        ("- name: 2024-99-99\n  created_date: 2024-13-45\n", "not_yaml"),
        ("name: alone\n", "not_cards"),
        ("", "not_cards"),
        ("- type: model\n", "not_a_card"),
        ("- {name: '  ', type: model}\n", "not_a_card"),
        ("- {name: [a], type: model}\n", "not_a_card"),
        ("- {name: a, type: model, dependencies: 5}\n", "no_list"),
        ("- {name: a, type: model, dependencies: [5, {a: b}]}\n", "no_name"),
    ],
)
def test_it_refuses_what_it_cannot_read_and_says_why(tmp_path: Path, text: str, code: str) -> None:
    assert {one.code for one in reading(folder_with(tmp_path, text)).refused} == {code}


def test_it_does_not_follow_links_out_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("- {name: a, type: model}\n")
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(outside)
    assert [one.code for one in reading(folder).refused] == ["outside"]


def test_it_takes_long_and_formula_like_text_as_it_stands(tmp_path: Path) -> None:
    text = "=1+1 " + "x" * 17_000
    found = reading(folder_with(tmp_path, f"- {{name: a, type: model, analysis: '{text}'}}\n"))
    assert found.batch is not None
    assert found.batch.artifacts[0].facets["ecosystem_card"]["analysis"] == text


@whole_catalogue
@pytest.mark.django_db
def test_it_reaches_exactly_what_the_known_probes_reach() -> None:
    expected = json.loads((WHOLE / "expected_probes.json").read_text(encoding="utf-8"))
    run = import_path(kind="ecosystem-graphs", path=WHOLE / "assets")
    stats = expected["stats"]
    kinds = {kind: Artifact.objects.filter(kind=kind).count() for kind in stats["nodes_by_kind"]}
    assert kinds == stats["nodes_by_kind"]
    assert Artifact.objects.filter(is_placeholder=True).count() == 240
    assert Edge.objects.count() + Conflict.objects.filter(code="cycle").count() == 816
    assert run.refused == {"cycle": 2}
    for probe in expected["probes"]:
        assert affected(probe) == probe["affected"]


def affected(probe: dict[str, Any]) -> dict[str, list[str]]:
    origin = Artifact.objects.get(kind=probe["kind"], name=probe["probe"])
    found = descendants(artifact=origin)
    assert max(one.distance for one in found.artifacts) == probe["max_distance"]
    names: defaultdict[str, list[str]] = defaultdict(list)
    for one in found.artifacts:
        names[one.artifact.kind].append(one.artifact.name)
    return {kind: sorted(every) for kind, every in sorted(names.items())}
