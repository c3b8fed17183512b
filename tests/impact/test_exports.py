"""A report as CSV and as JSON."""

import csv
import hashlib
import io
import json
from typing import Any

import msgspec
import pytest

from apps.accounts.models import User
from apps.catalog.services import record_batch
from apps.graph.records import EdgeRecord, LineageBatch
from apps.graph.strict_json import canonical
from apps.impact.selectors import path_in_words, report_as_csv, report_as_json
from tests.impact.story import bad_apple, key, raised, record, reported

pytestmark = pytest.mark.django_db


def test_it_gives_a_line_a_finding(contributor: User) -> None:
    bad_apple()
    report = reported(raised("dataset:raw@1", contributor))
    lines = list(csv.DictReader(io.StringIO("".join(report_as_csv(report=report)))))
    assert len(lines) == 7
    by_name = {line["name"]: line for line in lines}
    assert by_name["churn"]["consequence"] == "Evidence in doubt"
    assert by_name["api"] == {
        "kind": "Deployment",
        "namespace": "shop",
        "name": "api",
        "version": "3",
        "consequence": "Contaminated",
        "distance": "4",
        "environment": "production",
        "is_live": "yes",
        "owner": "payments",
        "obligation": "open",
        "assignee": "payments",
        "path": "api@3 deploys fraud@7 was written by fit was trained on train@1 "
        "was derived from raw@1",
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_it_lets_no_cell_run_as_a_formula(contributor: User, start: str) -> None:
    evil = record("dataset:raw@1", owner=f"{start}cmd")
    hostile = msgspec.structs.replace(evil, name=f'{start}HYPERLINK("http://evil.example")')
    derived = EdgeRecord(key("dataset:raw@1"), hostile.key, "derived")
    record_batch(batch=LineageBatch(artifacts=(hostile,), edges=(derived,)))
    report = reported(raised("dataset:raw@1", contributor))
    text = "".join(report_as_csv(report=report))
    for line in csv.reader(io.StringIO(text)):
        assert not [cell for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert f"'{start}HYPERLINK" in text


def test_it_gives_json_whose_hash_anyone_can_check(contributor: User) -> None:
    bad_apple()
    report = reported(raised("dataset:raw@1", contributor))
    document = json.loads("".join(report_as_json(report=report)))
    lines = [document["content"], *document["findings"]]
    total = hashlib.sha256("".join(canonical(line) + "\n" for line in lines).encode())
    assert document["content_hash"] == total.hexdigest() == report.content_hash
    assert document["headline"].startswith("1 model was trained on it")


def test_it_exports_a_report_that_waits(contributor: User) -> None:
    bad_apple()
    report = raised("dataset:raw@1", contributor).reports.get()
    document = json.loads("".join(report_as_json(report=report)))
    assert (document["state"], document["findings"]) == ("pending", [])


def test_it_says_how_much_of_a_path_is_left_out() -> None:
    steps: list[dict[str, Any]] = [
        {"name": "raw", "version": "1", "role": ""},
        {"name": "", "version": "", "role": "", "omitted": 1200},
        {"name": "m", "version": "2", "role": "training"},
    ]
    assert path_in_words(steps) == "m@2 was trained on … 1,200 more steps … raw@1"
