"""Names from outside stay text in the graph, its table, its panel and its files."""

from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.catalog.models import Artifact
from apps.catalog.services import record_batch
from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, LineageBatch
from apps.impact.services import flag_artifact
from tests.impact.story import reported
from tests.web.markup import Markup

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '<TABLE HREF="javascript:alert(1)"><TR><TD>x</TD></TR></TABLE>',
    "]]><svg onload=alert(1)>",
    "\\N \\G \\l &#106;avascript:alert(1)",
    "s3://bucket:8080/a:b:c",
    "\u202egnp.exe",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "x" * 900,
)


@pytest.fixture(params=HOSTILE)
def flagged(request: pytest.FixtureRequest, contributor: User) -> Artifact:
    """Both ends of an edge bear the text wherever text may stand; the upper one is flagged."""
    text = str(request.param)
    ends = [ArtifactKey(text, kind, text, text[:400]) for kind in ("dataset", "model")]
    said = tuple(
        ArtifactRecord(
            namespace=key.namespace,
            kind=key.kind,
            name=key.name,
            version=key.version,
            owner=text[:190],
            facets={"model": {"format": text, "metrics": {text: 0.5}}, "dataset": {"format": text}},
        )
        for key in ends
    )
    edge = EdgeRecord(ends[0], ends[1], "training")
    record_batch(batch=LineageBatch(producer=text, artifacts=said, edges=(edge,)))
    upper = Artifact.objects.get(kind="dataset")
    flag = flag_artifact(
        artifact=upper, reason="other", severity="high", detail=text, actor=contributor
    )
    reported(flag)
    return upper


@pytest.mark.parametrize(
    "path",
    [
        "/artifacts/{}/graph",
        "/artifacts/{}/graph?view=table",
        "/artifacts/{}/graph?group=name",
        "/artifacts/{}/graph/panel?selected={below}",
        "/flags/{flag}",
        "/flags/{flag}?q=x",
        "/flags/{flag}/obligations",
        "/flags/{flag}/withdraw",
        "/flags",
    ],
)
def test_it_shows_hostile_text_as_text(path: str, flagged: Artifact, browser: Client) -> None:
    below = Artifact.objects.get(kind="model").pk
    flag = flagged.flags.get().pk
    answer = browser.get(path.format(flagged.pk, below=below, flag=flag))
    assert answer.status_code == 200
    assert Markup(answer.text).dangers == []


def test_it_draws_hostile_text_as_text(flagged: Artifact, browser: Client) -> None:
    svg = browser.get(f"/artifacts/{flagged.pk}/graph.svg").text
    root = ET.fromstring(svg)  # noqa: S314 - of our own making
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "g", "title", "rect", "text", "path", "polygon", "polyline", "line"}
    names = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name}
