"""The graph as files: SVG that stands alone, DOT, and the table as CSV."""

import csv
import io
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from apps.catalog.services import record_batch
from apps.graph.records import ArtifactRecord, LineageBatch
from tests.impact.story import artifact, recorded

pytestmark = pytest.mark.usefixtures("story")


def test_it_exports_an_svg_that_says_what_it_shows(browser: Client) -> None:
    answer = browser.get(f"/artifacts/{artifact('model:fraud@7').pk}/graph.svg?depth=1")
    assert answer["Content-Type"].startswith("image/svg+xml")
    assert answer["Content-Disposition"] == 'attachment; filename="lineage-fraud-7.svg"'
    root = ET.fromstring(answer.text)  # noqa: S314 - of our own making
    assert "Lineage of fraud 7, revision 1" in "".join(root.itertext())


def test_it_exports_dot(browser: Client) -> None:
    answer = browser.get(f"/artifacts/{artifact('model:fraud@7').pk}/graph.dot?depth=1")
    assert answer.text.startswith("digraph")
    assert "fraud" in answer.text


def test_it_exports_all_rows_whatever_the_page(browser: Client) -> None:
    recorded(*(f"model:fraud@7 > run:many@{number} input" for number in range(70)))
    answer = browser.get(
        f"/artifacts/{artifact('model:fraud@7').pk}/graph.csv?direction=downstream"
    )
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert len(rows) == 72
    assert {row["direction"] for row in rows} == {"downstream"}
    api = next(row for row in rows if row["name"] == "api")
    assert (api["steps"], api["in_its_making"], api["kind"]) == ("1", "deploys", "Deployment")


@pytest.mark.parametrize("name", ['=1+1";\r\nX', "../../etc/passwd", "\u202eexe", "🦊" * 40])
def test_it_names_files_harmlessly(name: str, browser: Client) -> None:
    said = ArtifactRecord(namespace="shop", kind="model", name=name.replace("\r\n", " "))
    record_batch(batch=LineageBatch(producer="story", artifacts=(said,)))
    newest = browser.get("/artifacts.csv").getvalue().decode().splitlines()[1].split(",")[0]
    for ending in ("svg", "dot", "csv"):
        answer = browser.get(f"/artifacts/{newest}/graph.{ending}")
        assert answer.status_code == 200
        shown = answer["Content-Disposition"].removeprefix('attachment; filename="lineage-')
        assert shown.removesuffix(f'.{ending}"').replace("-", "").replace(".", "").isalnum()
