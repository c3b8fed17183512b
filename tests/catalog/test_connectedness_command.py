"""Connectedness in the terminal, and as a gate in CI."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.catalog.lineage import record, state

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("connectedness", *arguments, stdout=output)
    return output.getvalue()


def test_it_counts_and_says_what_to_mend_first() -> None:
    record("orders > run:fit@1 [training]", "run:fit@1 > model:fraud@1 [output]")
    lines = run().splitlines()
    assert lines[0] == "1 model"
    assert lines[1].split() == ["data", *["1", "connected", "0", "missing", "0", "unknown"]]
    assert "  model fraud@1: Its run fit@1 names no code." in lines
    assert lines[-1] == "as of revision 1, complete"


def test_it_answers_as_json() -> None:
    record("orders > model:fraud@1", "model:fraud@1 > deployment:api@1")
    answer = json.loads(run("--json", "--kind", "model"))
    assert answer["totals"]["model"]["run"] == {"connected": 0, "missing": 1, "unknown": 0}
    assert (answer["counts"], answer["revision"], answer["failed"]) == ({"model": 1}, 1, [])


def test_it_fails_under_a_share_and_not_at_it() -> None:
    record("orders > model:fraud@1")
    state("model:alone@1")
    assert "complete" in run("--fail-under", "data=50", "--fail-under", "code=0")
    with pytest.raises(CommandError, match=r"data: 1 of 2 connected, below 50.1 %\.") as error:
        run("--fail-under", "data=50.1")
    assert error.value.returncode == 1


def test_it_does_not_pass_where_there_is_nothing_to_measure() -> None:
    with pytest.raises(CommandError, match="nothing to measure"):
        run("--fail-under", "deployment=10")
    assert "no model and no deployment" in run()


@pytest.mark.parametrize("wrong", ["data", "heart=3", "data=much", "data=101", "data=nan"])
def test_it_refuses_a_share_that_makes_no_sense(wrong: str) -> None:
    with pytest.raises(CommandError, match=r"ASPECT=PERCENT|between 0 and 100"):
        run("--fail-under", wrong)


def test_it_answers_as_of_a_revision_that_there_is() -> None:
    record("orders > model:fraud@1")
    record("run:fit@1 > model:fraud@1")
    assert json.loads(run("--json", "--as-of", "1"))["totals"]["model"]["run"]["connected"] == 0
    with pytest.raises(CommandError, match="at revision 2"):
        run("--as-of", "3")
