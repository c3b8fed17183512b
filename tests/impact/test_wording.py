"""The sentences above a report."""

import pytest

from apps.impact.tally import Affliction, tally
from apps.impact.wording import completeness_sentences, headline


@pytest.mark.parametrize(
    ("affected", "kind", "sentence"),
    [
        ([], "dataset", "Nothing is recorded downstream of it."),
        (
            [Affliction("model", "contaminates")] * 2
            + [Affliction("deployment", "contaminates", "production", True, "a")]
            + [Affliction("deployment", "contaminates", "staging", True, "b")],
            "dataset",
            (
                "2 models were trained on it and 2 deployments (1 of them in production) serve "
                "them with 2 owners."
            ),
        ),
        (
            [Affliction("deployment", "contaminates", "edge", True)],
            "model",
            "1 deployment (none in production) serves it.",
        ),
        (
            [Affliction("deployment", "contaminates", "production", False)],
            "model",
            "1 deployment came of it; no deployment is live now.",
        ),
        (
            [
                Affliction("model", "contaminates", owner="a"),
                Affliction("model", "contaminates", owner="b"),
                Affliction("deployment", "contaminates", "production", False, "a"),
                Affliction("application", "contaminates", owner="c"),
            ],
            "dataset",
            (
                "2 models were trained on it and 1 application depends on them, with 3 owners. "
                "No deployment of it is live now."
            ),
        ),
        (
            [Affliction("application", "contaminates")] * 2,
            "deployment",
            "2 applications depend on it.",
        ),
        (
            [Affliction("model", "evidence")] * 3,
            "dataset",
            (
                "3 models used it only for testing or validation: their metrics are in doubt, "
                "their weights are not."
            ),
        ),
        (
            [
                Affliction("model", "evidence"),
                Affliction("deployment", "evidence", "prod", True),
                Affliction("deployment", "evidence", "staging", True),
            ],
            "code",
            (
                "1 model depends on it only for testing or validation: its metrics are in doubt, "
                "its weights are not. 1 deployment in production rests on such evidence."
            ),
        ),
        (
            [Affliction("evaluation", "evidence")],
            "code",
            "The evidence of 1 further artifact is in doubt.",
        ),
        (
            [Affliction("dataset", "contaminates")] * 1200 + [Affliction("run", "contaminates")],
            "dataset",
            (
                "1,200 datasets and 1 run came of it; no model, deployment or application is "
                "recorded below."
            ),
        ),
    ],
)
def test_it_says_what_was_touched(affected: list[Affliction], kind: str, sentence: str) -> None:
    assert headline(counts=tally(affected), kind=kind) == sentence


def test_it_says_that_a_report_was_cut_short() -> None:
    first, *_ = completeness_sentences(
        completeness={"truncated": True, "limit": 1_000_000}, revision=18_221
    )
    assert first == (
        "Not complete: only the nearest 1,000,000 artifacts at revision 18,221 were followed."
    )


def test_it_names_each_gap() -> None:
    gaps = completeness_sentences(
        completeness={
            "truncated": False,
            "models_without_training_data": {"count": 2},
            "conflicts": {"count": 1},
            "placeholders": {"count": 3},
        },
        revision=7,
    )
    assert gaps == [
        "Complete at revision 7.",
        "2 models have no recorded training data: unknown, not clean.",
        "1 edge below it was refused because of a cycle: what lies behind may be missing here.",
        "3 artifacts are known only by name; no source has described them yet.",
    ]
