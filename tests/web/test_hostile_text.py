"""Names from outside are text and nothing else, wherever they are shown."""

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
    "javascript:alert(1)",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "\u202egnp.exe",
    "x" * 600,
    "' onmouseover='alert(1)",
)


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest, contributor: User) -> str:
    """The text as name, version, owner, tag, URI, facet and producer; flagged, too."""
    text = str(request.param)
    ends = [ArtifactKey(text, "dataset", text, text[:200]), ArtifactKey(text, "model", text, "2")]
    said = [
        ArtifactRecord(
            namespace=key.namespace,
            kind=key.kind,
            name=key.name,
            version=key.version,
            owner=text[:190],
            description=text,
            uri=text,
            tags=(text[:190],),
            facets={text: {text: text}, "run": {"parameters": {text: text}}},
        )
        for key in ends
    ]
    batch = LineageBatch(
        producer=text,
        evidence=text,
        artifacts=tuple(said),
        edges=(EdgeRecord(ends[0], ends[1], "training"),),
    )
    record_batch(batch=batch)
    flagged = Artifact.objects.get(kind="dataset")
    reported(
        flag_artifact(
            artifact=flagged, reason="leakage", severity="low", detail=text, actor=contributor
        )
    )
    return text


def test_it_shows_hostile_text_as_text(hostile: str, browser: Client) -> None:
    paths = ["/", "/artifacts", f"/artifacts?q={hostile[:20]}", "/imports", "/deployments"]
    for one in Artifact.objects.all():
        paths += [f"/artifacts/{one.pk}{rest}" for rest in ("", "/downstream", "/versions")]
    for path in paths:
        page = browser.get(path).content.decode()
        assert Markup(page).dangers == [], path


def test_it_isolates_names_from_the_text_around_them(hostile: str, browser: Client) -> None:
    for one in Artifact.objects.all():
        page = browser.get(f"/artifacts/{one.pk}").content.decode()
        assert any(text.startswith(hostile[:20]) for text in Markup(page).isolated)


def test_it_does_not_run_template_code(hostile: str, browser: Client) -> None:
    page = browser.get("/artifacts").content.decode()
    assert ">14" not in page
