"""Hostile names on every surface at once: page, drawing, CSV, Markdown, API and admin.

What is recorded must come out as text and nothing else, wherever it comes out.
"""

import csv
import io
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from markdown_it import MarkdownIt

from apps.accounts.models import User
from apps.catalog.models import Artifact
from apps.catalog.services import record_batch
from apps.graph.errors import BatchRefusedError
from apps.graph.records import ArtifactRecord, EdgeRecord, LineageBatch
from apps.impact.jobs import compute_report
from apps.impact.models import Flag, Report
from apps.impact.services import flag_artifact

pytestmark = pytest.mark.django_db

NAMES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</title></svg><script>alert(1)</script>",
    "<<TABLE HREF='javascript:alert(1)'>>",
    r"\N\G\l\"\\",
    "s3://bucket:9000/a:b@c",
    "=HYPERLINK(1)",
    "{{ request }} {% debug %} ${x}",
    "\u202egnp.exe \u2066\u200f",
    "a" * 2000,
    "😀 数据集 e\u0301",
]
KINDS = ("dataset", "run", "model", "deployment", "application")
REFUSED = ["nul\x00", "bell\x07", "line\nbreak", "lone\ud800", "x" * 1_000_000, "   ", ""]
# Pages that are about one artifact or one flag, or about nothing in particular.
# Attributes in which a browser follows or runs an address.
FOLLOWED = {"href", "src", "action", "formaction", "hx-get", "hx-post", "data-href", "srcdoc"}
OURS = ("/static/", "/admin/jsi18n/")
SKIPPED = {"web:sign_out", "web:theme"}


class Markup(HTMLParser):
    """Collects what a browser would run or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or (name in FOLLOWED and address.startswith("javascript:")):
                self.active.append(f"{tag} {name}={value}")
            if tag == "script" and name == "src" and not address.startswith(OURS):
                self.active.append(f"script from {value}")
            if tag == "img" and name == "src" and not address.startswith(OURS):
                self.active.append(f"image from {value}")

    def handle_data(self, data: str) -> None:
        if self.get_starttag_text() == "<script>" and "alert" in data:
            self.active.append(data)


@pytest.fixture
def recorded(db: None) -> None:
    """Each name as a dataset, a run, a model, a deployment and an application in a row."""
    for number, name in enumerate(NAMES):
        chain = [
            ArtifactRecord(
                namespace=name,
                kind=kind,
                name=name,
                version=f"{number}{name}"[:120],
                owner=name[:40],
                description=name,
                uri=name,
                tags=(name[:40],),
                facets={kind: {}, name: {name: name}, "deployment": {"endpoint": name}},
            )
            for kind in KINDS
        ]
        steps = pairwise(chain)
        edges = tuple(EdgeRecord(up.key, down.key, "derived") for up, down in steps)
        record_batch(
            batch=LineageBatch(producer=name, evidence=name, artifacts=tuple(chain), edges=edges)
        )


@pytest.fixture
def flag(recorded: None, contributor: User) -> Flag:
    raised = flag_artifact(
        artifact=Artifact.objects.filter(kind="dataset").order_by("pk")[0],
        scope="version",
        reason="other",
        severity="high",
        detail=" ".join(name for name in NAMES if len(name) < 100),
        since=None,
        actor=contributor,
    )
    compute_report(report_id=Report.objects.get(flag=raised).pk)
    return raised


@pytest.fixture
def desk(administrator: User, client_for: Callable[[User], Client]) -> Client:
    return client_for(administrator)


def addresses(flag: Flag) -> Iterator[str]:
    """Every page and file that can be read, for each artifact where it is about one."""
    routes = get_resolver().namespace_dict["web"][1].reverse_dict
    for name in sorted(one for one in routes if isinstance(one, str)):
        if f"web:{name}" in SKIPPED or not name.isidentifier():
            continue
        try:
            yield reverse(f"web:{name}")
        except NoReverseMatch:
            about = [flag.pk] if name.startswith(("case", "report", "flag_")) else ids()
            yield from (reverse(f"web:{name}", args=[pk]) for pk in about)


def ids() -> list[int]:
    return list(Artifact.objects.order_by("pk").values_list("pk", flat=True))


def test_it_runs_nothing_on_any_page(desk: Client, flag: Flag) -> None:
    read = 0
    for address in addresses(flag):
        answer = desk.get(address)
        assert answer.status_code in {200, 302, 404, 405}, address
        if answer.status_code != 200:
            continue
        read += 1
        check(
            address,
            answer["Content-Type"],
            b"".join(answer) if answer.streaming else answer.content,
        )
    assert read > 300


def check(address: str, kind: str, content: bytes) -> None:
    text = content.decode()
    if kind.startswith("text/html"):
        markup = Markup()
        markup.feed(text)
        assert not markup.active, (address, markup.active)
        assert "<script>alert" not in text, address
    elif kind.startswith("image/svg"):
        root = ET.fromstring(text)  # noqa: S314 - our own drawing
        assert not {one.tag.rpartition("}")[2] for one in root.iter()} & {"script", "image"}
        assert "javascript:" not in "".join(one.get("href", "") for one in root.iter()), address
    elif kind.startswith("text/csv"):
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "@", "\t"))], address
    elif kind.startswith("text/markdown"):
        body = text.split("---\n", 2)[2] if text.startswith("---\n") else text
        check(address, "text/html", MarkdownIt("commonmark").render(body).encode())


@pytest.mark.parametrize("model", ["artifact", "edge", "identifier", "revision"])
def test_it_runs_nothing_in_the_admin(desk: Client, recorded: None, model: str) -> None:
    address = reverse(f"admin:catalog_{model}_changelist")
    check(address, "text/html", desk.get(address).content)


@pytest.mark.parametrize("model", ["flag", "report", "finding", "obligation"])
def test_it_runs_nothing_on_the_governance_desk(desk: Client, flag: Flag, model: str) -> None:
    address = reverse(f"admin:impact_{model}_changelist")
    check(address, "text/html", desk.get(address).content)


def test_it_gives_the_exact_text_back_over_the_api(desk: Client, recorded: None) -> None:
    rows = desk.get("/api/v1/artifacts?kind=model&limit=100").json()["results"]
    assert {row["name"] for row in rows} == {*NAMES[:-1], "😀 数据集 é"}


@pytest.mark.parametrize("name", REFUSED, ids=range(len(REFUSED)))
def test_it_refuses_what_no_database_could_keep(name: str) -> None:
    told = ArtifactRecord(namespace="n", kind="dataset", name=name)
    with pytest.raises(BatchRefusedError, match=r"\$\.artifacts\[0\]\.name"):
        record_batch(batch=LineageBatch(producer="test", artifacts=(told,)))
    assert not Artifact.objects.exists()
