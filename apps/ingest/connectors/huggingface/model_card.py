"""A model card of the Hugging Face Hub: YAML between `---` lines, then text.

The fields are those of https://huggingface.co/docs/hub/model-cards; they are claims of the author.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.formats.yaml_cards import MAX_YAML_BYTES, parse_yaml
from apps.ingest.connectors.gathering import plain, text, texts

MAX_DESCRIPTION = 2000
_FRONT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.S | re.M)
_NO_PROSE = ("#", "<", "|", "!", "[", "-", "*", ">", "`", "{", "~")
_MENTION = re.compile(r"https://huggingface\.co/([\w.-]{1,96}/[\w.-]{1,96})", re.ASCII)
_NO_MODEL = ("datasets/", "spaces/", "docs/", "blog/", "papers/", "collections/")
RELATIONS = {
    "finetune": "fine_tuning",
    "adapter": "adapter",
    "merge": "merge",
    "quantized": "quantization",
}
SPLITS = {"validation": "validation", "valid": "validation", "dev": "validation"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The fields of the front matter and the text below it."""

    fields: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    fault: tuple[str, str] | None = None

    @property
    def license(self) -> str:
        names = ", ".join(texts(self.fields.get("license")))
        own = text(self.fields.get("license_name"))
        return f"{names} ({own})" if own and names else names or own

    @property
    def description(self) -> str:
        """The first paragraph of prose."""
        for part in re.split(r"\n\s*\n", self.body.replace("\r\n", "\n")):
            prose = [one for one in part.strip().splitlines() if one.strip()]
            while prose and prose[0].startswith("#"):
                prose = prose[1:]
            if prose and not prose[0].lstrip().startswith(_NO_PROSE):
                return " ".join(" ".join(prose).split())[:MAX_DESCRIPTION]
        return ""

    @property
    def mentions(self) -> list[str]:
        """Models of the Hub that the text links to."""
        found = (one.rstrip(".") for one in _MENTION.findall(self.body[:200_000]))
        return [name for name in dict.fromkeys(found) if not name.startswith(_NO_MODEL)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Metrics on one dataset, of one entry or several of `model-index`."""

    task: str
    dataset: str
    title: str
    revision: str
    config: str
    split: str
    metrics: dict[str, Any] = field(default_factory=dict)
    results: list[Any] = field(default_factory=list)

    @property
    def name(self) -> str:
        inside = ", ".join(part for part in (self.config, self.split) if part)
        at = f"@{self.revision}" if self.revision else ""
        where = f"{self.dataset or self.title}{at}{f' ({inside})' if inside else ''}"
        return f"{self.task or 'evaluation'} on {where}" if where else self.task

    @property
    def role(self) -> str:
        return SPLITS.get(self.split.lower(), "testing")


def read_card(file: Path) -> Card:
    """The card; its fault says why there are no fields."""
    try:
        with file.open("rb") as content:
            whole = content.read(MAX_YAML_BYTES + 1)
    except OSError as error:
        return Card(fault=("unreadable", f"Cannot be read: {error.strerror}."))
    if len(whole) > MAX_YAML_BYTES:
        return Card(fault=("too_large", f"Is larger than {MAX_YAML_BYTES:,} bytes."))
    found = _FRONT.match(whole)
    if not found:
        begun = whole.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"---")
        message = "Its front matter does not end." if begun else "Has no front matter."
        return Card(body=_decoded(whole), fault=("no_front_matter", message))
    body = _decoded(whole[found.end() :])
    try:
        fields = parse_yaml(found[1])
    except ConnectorError as error:
        return Card(body=body, fault=("not_yaml", str(error)))
    if not isinstance(fields, dict):
        message = f"Its front matter is a {type(fields).__name__}, not a mapping."
        return Card(body=body, fault=("no_mapping", message))
    return Card(fields={str(name): value for name, value in fields.items()}, body=body)


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def evaluations(card: Card) -> tuple[list[Evaluation], list[tuple[str, str]]]:
    """What was measured, entries on one dataset taken together, and what could not be read."""
    found: dict[str, Evaluation] = {}
    faults: list[tuple[str, str]] = []
    for place, result in _results(card.fields.get("model-index"), faults):
        task, dataset = _mapping(result.get("task")), _mapping(result.get("dataset"))
        evaluation = Evaluation(
            task=text(task.get("type")) or text(task.get("name")),
            dataset=text(dataset.get("type")),
            title=text(dataset.get("name")),
            revision=text(dataset.get("revision")),
            config=text(dataset.get("config")),
            split=text(dataset.get("split")),
        )
        if not evaluation.name:
            faults.append((place, "Names neither a task nor a dataset."))
            continue
        evaluation = found.setdefault(evaluation.name, evaluation)
        evaluation.results.append(result)
        given = result.get("metrics")
        for index, metric in enumerate(given if isinstance(given, list) else []):
            _add_metric(evaluation, metric, f"{place} > metrics[{index}]", faults)
    return list(found.values()), faults


def _results(index: object, faults: list[tuple[str, str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    if index is None:
        return
    if not isinstance(index, list):
        faults.append(("model-index", f"Is a {type(index).__name__}, not a list."))
        return
    for first, model in enumerate(index):
        results = model.get("results") if isinstance(model, dict) else None
        place = f"model-index[{first}]"
        if not isinstance(results, list):
            faults.append((place, "Has no list of results."))
            continue
        for second, result in enumerate(results):
            if isinstance(result, dict):
                yield f"{place} > results[{second}]", result
            else:
                faults.append((f"{place} > results[{second}]", "Is not a mapping."))


def _add_metric(
    evaluation: Evaluation, metric: object, place: str, faults: list[tuple[str, str]]
) -> None:
    """By its type; a second of that type also by its name."""
    if not isinstance(metric, dict):
        faults.append((place, "Is not a mapping."))
        return
    kind, own = text(metric.get("type")), text(metric.get("name"))
    value = plain(metric.get("value"))
    name = kind or own
    if not name or value is None:
        faults.append((place, "Has no type or no value."))
        return
    if name in evaluation.metrics and evaluation.metrics[name] != value:
        name = f"{name} ({own})" if own and own != name else name
    if evaluation.metrics.get(name, value) != value:
        faults.append((place, f"{name!r} has a second value; the first is kept."))
        return
    evaluation.metrics[name] = value


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
