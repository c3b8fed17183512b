"""The lineage graph of an artifact: drawn in the page, as a table, and as files."""

import re

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.catalog.models import Artifact
from apps.drawing import export_dot, export_svg
from apps.web.catalogue import kinds_in_order
from apps.web.downloads import csv_download
from apps.web.graph_answers import GraphAnswer, graph_answer
from apps.web.graph_drawings import GROUP_WORDS, Drawn, drawn
from apps.web.graph_panels import panel_of
from apps.web.graph_questions import DEPTHS, DIRECTIONS, GraphQuestion, graph_question
from apps.web.graph_rows import CSV_COLUMNS, csv_rows, graph_rows
from apps.web.paging import page_of
from apps.web.survivors import artifact_at

NOT_DRAWN = Drawn()


@require_safe
def graph(request: HttpRequest, pk: int) -> HttpResponse:
    """Every state has its own address; without a script each control is a plain link."""
    answer = _answer(request, pk)
    question = answer.question
    picture = drawn(answer) if question.view == "graph" else NOT_DRAWN
    context = {
        "answer": answer,
        "question": question,
        "artifact": answer.origin,
        "drawn": picture,
        "controls": _controls(answer, picture),
        "status": answer.statuses.get(answer.origin.pk, ""),
    }
    if picture.drawing is None:
        context["page"] = page_of(request, graph_rows(answer), size=50)
    if question.view == "graph":
        selected = _selected(question, answer.origin)
        context["panel"] = panel_of(artifact=selected, question=question, request=request)
    return render(request, "web/graph.html", context)


@require_safe
def graph_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel of one artifact, for a graph that is on the page already."""
    question = graph_question(pk=pk, given=request.GET)
    origin = artifact_at(pk, as_of=question.as_of)
    panel = panel_of(artifact=_selected(question, origin), question=question, request=request)
    return render(request, "web/graph_panel.html", {"panel": panel})


@require_safe
def graph_svg(request: HttpRequest, pk: int) -> HttpResponse:
    answer = _answer(request, pk)
    picture = drawn(answer)
    if picture.drawing is None:
        return _not_drawn(picture)
    svg = export_svg(picture.drawing, caption=_caption(answer))
    return _file(svg, "image/svg+xml", answer.origin, "svg")


@require_safe
def graph_dot(request: HttpRequest, pk: int) -> HttpResponse:
    answer = _answer(request, pk)
    picture = drawn(answer)
    if picture.drawing is None:
        return _not_drawn(picture)
    return _file(export_dot(picture.drawing), "text/vnd.graphviz", answer.origin, "dot")


@require_safe
def graph_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    answer = _answer(request, pk)
    return csv_download(
        filename=_filename(answer.origin, "csv"),
        header=CSV_COLUMNS,
        rows=csv_rows(graph_rows(answer)),
    )


def _answer(request: HttpRequest, pk: int) -> GraphAnswer:
    question = graph_question(pk=pk, given=request.GET)
    return graph_answer(question=question, origin=artifact_at(pk, as_of=question.as_of))


def _selected(question: GraphQuestion, origin: Artifact) -> Artifact:
    if question.selected in (None, origin.pk):
        return origin
    rows = Artifact.objects.select_related("deployment")
    return rows.filter(pk=question.selected).first() or origin


def _controls(answer: GraphAnswer, picture: Drawn) -> dict[str, object]:
    """(label, address, whether it is what is shown) of every choice on the page."""
    question = answer.question
    grouped = picture.group if question.view == "graph" else question.group
    words = {"none": "Nothing", **{name: said.capitalize() for name, said in GROUP_WORDS.items()}}
    kinds = answer.kinds.keys() | question.hidden
    return {
        "directions": [
            (way.capitalize(), question.url(direction=way), way == question.direction)
            for way in DIRECTIONS
        ],
        "depths": [
            (
                "All" if depth is None else str(depth),
                question.url(depth=depth),
                depth == question.depth,
            )
            for depth in DEPTHS
        ],
        "other_depth": None if question.depth in DEPTHS else question.depth,
        "kinds": [
            (
                kind,
                answer.kinds[kind],
                question.url(hidden=question.hidden ^ {kind}),
                kind not in question.hidden,
            )
            for kind in kinds_in_order(kinds)
        ],
        "all_kinds": question.url(hidden=frozenset()),
        "groups": [
            (said, question.url(group=name), name == grouped) for name, said in words.items()
        ],
        "grouped": grouped,
        "production": question.url(production_only=not question.production_only),
        "graph": question.url(view="graph", text=""),
        "table": question.url(view="table"),
        "now": question.url(as_of=None),
        "no_path": question.url(path_to=None),
        "no_text": question.url(text=""),
        "svg": question.url("web:graph_svg", view="graph", selected=None),
        "dot": question.url("web:graph_dot", view="graph", selected=None),
        "csv": question.url("web:graph_csv", view="graph", selected=None),
        "panel": question.url("web:graph_panel", selected=None),
        "kept": _kept(question),
    }


def _kept(question: GraphQuestion) -> list[tuple[str, str]]:
    """What a form on the page carries along in hidden fields."""
    kept: list[tuple[str, str]] = []
    for name, value in question.parameters().items():
        values = value if isinstance(value, list) else [value]
        kept.extend((name, one) for one in values if name not in ("as_of", "q"))
    return kept


def _caption(answer: GraphAnswer) -> str:
    origin = answer.origin
    revision = answer.revision if answer.as_of is None else min(answer.as_of, answer.revision)
    return (
        f"Lineage of {origin.name} {origin.version}, revision {revision:,}"
        f"{', cut short' if answer.truncated else ''}"
    )


def _file(text: str, content_type: str, origin: Artifact, ending: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    name = _filename(origin, ending)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _filename(origin: Artifact, ending: str) -> str:
    """Of the name only what no system's file names choke on."""
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{origin.name}-{origin.version}").strip("-.")[:80]
    return f"lineage-{words or origin.pk}.{ending}"


def _not_drawn(picture: Drawn) -> HttpResponse:
    return HttpResponse(
        f"{picture.trouble}\n", status=422, content_type="text/plain; charset=utf-8"
    )
