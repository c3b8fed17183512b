"""Facets as rows for a page."""

from apps.web.facts import LONGEST_JSON, Fact, facts_of


def test_it_writes_known_facets_field_by_field() -> None:
    facts = facts_of(
        {
            "code": {"commit": "a91f", "dirty": False, "branch": "main"},
            "run": {
                "seed": 7,
                "started_at": "2026-10-01T03:00:00Z",
                "ended_at": "2026-10-01T03:04:12Z",
                "metrics": {"auc": 0.9, "acc": None},
            },
        }
    )
    assert Fact("Commit", "a91f", "copy") in facts.rows
    assert Fact("Working tree", "Clean") in facts.rows
    assert Fact("Seed", 7) in facts.rows
    assert Fact("Took", "4 min 12 s") in facts.rows
    assert facts.tables[0].rows == [("acc", "null"), ("auc", 0.9)]
    assert facts.documents == []


def test_it_shows_what_it_does_not_know_as_it_is() -> None:
    facts = facts_of({"lab": {"b": 1, "a": "é"}, "dataset": {"rows": 3, "shelf": 7}})
    assert facts.documents == [
        ("dataset, further fields", '{\n  "shelf": 7\n}'),
        ("lab", '{\n  "a": "é",\n  "b": 1\n}'),
    ]


def test_it_survives_a_known_facet_of_a_wrong_shape() -> None:
    assert facts_of({"run": ["not", "a", "run"]}).documents[0][0] == "run"


def test_it_names_features_however_they_are_given() -> None:
    given = {"feature_set": {"features": ["a", {"name": "b", "type": "int"}, {"type": "int"}]}}
    assert facts_of(given).features == ["a", "b", "{'type': 'int'}"]


def test_it_cuts_a_document_that_nobody_could_read() -> None:
    text = facts_of({"lab": "x" * 90_000}).documents[0][1]
    assert len(text) < LONGEST_JSON + 100
    assert "more characters; ask the API" in text
