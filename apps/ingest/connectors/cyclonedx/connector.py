"""CycloneDX bills of materials (JSON, 1.2 to 1.7) with their models, data and formulation.

One reading a bill. Components keep their package address, group or maker as their namespace; what
has none belongs to the bill, by its serial number.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Access, Reading, Remark
from apps.ingest.connectors.cyclonedx.component import Bom, state_component
from apps.ingest.connectors.cyclonedx.formulation import data_role, state_workflow
from apps.ingest.connectors.formats.documents import json_values
from apps.ingest.connectors.gathering import Gathering, moment, text
from apps.ingest.connectors.units import all_told

PRODUCER = "cyclonedx"
LISTS = frozenset({"components", "services", "dependencies", "formulation"})
READ = frozenset(
    {"$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "signature"}
)


def read(access: Access) -> Iterator[Reading]:
    """Every bill in a file, or in the JSON files of a folder."""
    yield from all_told(_read(access.path))


def _read(path: Path) -> Iterator[Reading]:
    for found in json_values(path.resolve()):
        if isinstance(found, Remark):
            yield Reading(refused=(found,))
            continue
        place, value = found
        if not isinstance(value, dict) or value.get("bomFormat") != "CycloneDX":
            remark = Remark(place, "not_a_bill", "Its bomFormat is not CycloneDX.")
            yield Reading(refused=(remark,), unit=place)
        else:
            yield _reading(place, value)


def _reading(place: str, value: dict[str, Any]) -> Reading:
    metadata = _mapping(value.get("metadata"))
    bom = Bom(
        gathering=Gathering(PRODUCER, evidence=place),
        place=place,
        serial=text(value.get("serialNumber")),
        stated_at=moment(metadata.get("timestamp")),
    )
    _look_over(bom, value)
    every = list(_every_component(value, place))
    stated = [(where, one, state_component(bom, one, where)) for where, one in every]
    for index, service in enumerate(_list(value.get("services"))):
        _service(bom, service, f"{place} > services[{index}]")
    for where, one, key in stated:
        if key is not None:
            _made_from(bom, one, key, where)
    for first, formula in enumerate(_list(value.get("formulation"))):
        for second, workflow in enumerate(_list(_mapping(formula).get("workflows"))):
            state_workflow(bom, workflow, f"{place} > formulation[{first}] > workflows[{second}]")
    _dependencies(bom, value, place)
    if "dependencies" not in value and metadata.get("component") and stated[0][2]:
        for where, _, key in stated[1:]:
            if key is not None and key != stated[0][2]:
                _depend(bom, key, stated[0][2], where)
    subject = stated[0][2] if metadata.get("component") else None
    return bom.gathering.reading(bom.serial or place, *([subject] if subject else []))


def _look_over(bom: Bom, value: dict[str, Any]) -> None:
    """Remarks on what of the bill is not read, or not a list where there should be one."""
    for name in LISTS:
        if name in value and not isinstance(value[name], list):
            message = f"Is a {type(value[name]).__name__}, not a list."
            bom.gathering.refuse(f"{bom.place} > {name}", "no_list", message)
    if left := sorted(value.keys() - READ - LISTS):
        message = f"Of the bill these are not read: {', '.join(left)[:500]}."
        bom.gathering.adapt(bom.place, "parts_left_out", message)


def _every_component(value: dict[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    """What the bill is about first, then what it lists, then what made it."""
    if subject := _mapping(value.get("metadata")).get("component"):
        yield f"{place} > metadata > component", subject
    for index, one in enumerate(_list(value.get("components"))):
        yield f"{place} > components[{index}]", one
    for first, formula in enumerate(_list(value.get("formulation"))):
        for second, one in enumerate(_list(_mapping(formula).get("components"))):
            yield f"{place} > formulation[{first}] > components[{second}]", one


def _made_from(bom: Bom, component: dict[str, Any], key: ArtifactKey, place: str) -> None:
    """Pedigree, data and measurements of a component and of those within it."""
    _pedigree(bom, _mapping(component.get("pedigree")), key, f"{place} > pedigree")
    if card := _mapping(component.get("modelCard")):
        data = _data(bom, _mapping(card.get("modelParameters")), key, f"{place} > modelCard")
        _measured(bom, _mapping(card.get("quantitativeAnalysis")), key, data, place)
    for index, inner in enumerate(_list(component.get("components"))):
        ref = text(_mapping(inner).get("bom-ref"))
        if ref in bom.keys:
            _made_from(bom, inner, bom.keys[ref], f"{place} > components[{index}]")


def _pedigree(bom: Bom, pedigree: dict[str, Any], key: ArtifactKey, place: str) -> None:
    for index, one in enumerate(_list(pedigree.get("ancestors"))):
        where = f"{place} > ancestors[{index}]"
        if upstream := state_component(bom, one, where):
            bom.gathering.join(upstream, key, "derived", where)
            _made_from(bom, one, upstream, where)
    for index, one in enumerate(_list(pedigree.get("descendants"))):
        where = f"{place} > descendants[{index}]"
        if downstream := state_component(bom, one, where):
            bom.gathering.join(key, downstream, "derived", where)
    for index, one in enumerate(_list(pedigree.get("commits"))):
        _commit(bom, _mapping(one), key, f"{place} > commits[{index}]")


def _commit(bom: Bom, commit: dict[str, Any], key: ArtifactKey, place: str) -> None:
    uid, url = text(commit.get("uid")).lower(), text(commit.get("url"))
    if not uid:
        bom.gathering.refuse(place, "no_commit", "Has no uid.")
        return
    try:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path.partition("/commit/")[0].strip("/")
    except ValueError:
        host, path = "", ""
    path = path.removesuffix(".git").removesuffix("/-")
    namespace = f"git://{host}/{path}" if host and path else bom.serial or bom.place
    code = ArtifactKey(namespace, Kind.CODE, path.rpartition("/")[2] or key.name, uid)
    if bom.gathering.join(code, key, "code", place):
        bom.gathering.identify(code, "git_commit", uid, place)


def _data(
    bom: Bom, parameters: dict[str, Any], key: ArtifactKey, place: str
) -> list[tuple[ArtifactKey, str]]:
    """The data a model was trained and evaluated with; which of the two only names tell."""
    found = []
    for index, one in enumerate(_list(parameters.get("datasets"))):
        where, given = f"{place} > datasets[{index}]", _mapping(one)
        if "ref" in given:
            upstream = bom.key_of(given["ref"], where)
        else:
            fallback = text(_mapping(given.get("contents")).get("url"))
            inline: dict[str, Any] = {
                "type": "data",
                "data": [given],
                "name": text(given.get("name")) or fallback,
            }
            inline["description"] = given.get("description")
            if ref := text(given.get("bom-ref")):
                inline["bom-ref"] = ref
            upstream = state_component(bom, inline, where)
        if upstream is None:
            continue
        role = data_role(upstream.name)
        if bom.gathering.join(upstream, key, role, where):
            found.append((upstream, role))
    return found


def _measured(
    bom: Bom,
    analysis: dict[str, Any],
    key: ArtifactKey,
    data: list[tuple[ArtifactKey, str]],
    place: str,
) -> None:
    """One evaluation of the model, from all its metrics; a slice is part of a metric's name."""
    where = f"{place} > performanceMetrics"
    if "graphics" in analysis:
        bom.gathering.adapt(f"{place} > graphics", "pictures_left_out", "Pictures are not kept.")
    metrics: dict[str, Any] = {}
    for one in _list(analysis.get("performanceMetrics")):
        given = _mapping(one)
        part = text(given.get("slice"))
        name = text(given.get("type")) + (f" [{part}]" if part else "")
        value = given.get("value")
        if not name or not isinstance(value, str | int | float) or name in metrics:
            message = f"{name[:80]!r} has no type, no plain value, or stands twice."
            bom.gathering.refuse(where, "no_metric", message)
        else:
            metrics[name] = value
    if not metrics:
        return
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=Kind.EVALUATION,
        name=f"{key.name}: performance metrics",
        version=key.version,
        stated_at=bom.stated_at,
        facets={"evaluation": {"metrics": bom.gathering.kept(metrics, where)}},
    )
    if bom.gathering.state(record, where):
        bom.gathering.join(key, record.key, "evaluation", where)
        for upstream, role in data:
            if role in ("testing", "validation"):
                bom.gathering.join(upstream, record.key, role, where)


def _service(bom: Bom, service: object, place: str) -> None:
    """A service is where something runs."""
    given = _mapping(service)
    name = text(given.get("name"))
    if not name:
        bom.gathering.refuse(place, "not_a_service", "Has no name.")
        return
    namespace = text(given.get("group")) or text(_mapping(given.get("provider")).get("name"))
    endpoints = [one for one in map(text, _list(given.get("endpoints"))) if one]
    record = ArtifactRecord(
        namespace=namespace or bom.serial or bom.place,
        kind=Kind.DEPLOYMENT,
        name=name,
        version=text(given.get("version")),
        description=text(given.get("description")),
        stated_at=bom.stated_at,
        facets={
            "deployment": {"endpoint": endpoints[0]} if endpoints else {},
            "cyclonedx": bom.gathering.kept(given, place),
        },
    )
    if bom.gathering.state(record, place) and (ref := text(given.get("bom-ref"))):
        bom.keys[ref] = record.key


def _dependencies(bom: Bom, value: dict[str, Any], place: str) -> None:
    for index, one in enumerate(_list(value.get("dependencies"))):
        where, given = f"{place} > dependencies[{index}]", _mapping(one)
        needed = _list(given.get("dependsOn"))
        downstream = bom.key_of(given.get("ref"), where) if needed else None
        for ref in needed if downstream else []:
            upstream = bom.key_of(ref, where)
            if upstream is not None and downstream is not None:
                _depend(bom, upstream, downstream, where)


def _depend(bom: Bom, upstream: ArtifactKey, downstream: ArtifactKey, place: str) -> None:
    """Unless the bill says more exactly what the one was to the other."""
    if (upstream, downstream) in bom.gathering.joined:
        return
    role = {
        (Kind.MODEL.value, Kind.DEPLOYMENT.value): "deployment",
        (Kind.DEPLOYMENT.value, Kind.APPLICATION.value): "serving",
    }.get((upstream.kind, downstream.kind), "dependency")
    bom.gathering.join(upstream, downstream, role, place)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
