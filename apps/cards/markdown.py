"""Documents as Markdown, with the front matter that Hugging Face's hub reads.

The keys are those of https://huggingface.co/docs/hub/model-cards; what the graph does not know is
left out.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import yaml

from apps.cards.document import Document, Row, Section
from apps.cards.model_sections import facet_of
from apps.catalog.models import Artifact
from apps.graph.vocabulary import POST_TRAINING_ROLES, Kind

# The hub's words for how a model came from its base; it has none for the others.
BASE_RELATIONS = {
    "quantization": "quantized",
    "fine_tuning": "finetune",
    "adapter": "adapter",
    "merge": "merge",
}
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")


def to_markdown(document: Document, *, flags: Sequence[str] = ()) -> str:
    """The whole document. `flags` are sentences on open flags that concern it, shown first."""
    lines = [f"# {text(document.artifact.name)} {text(document.artifact.version)}".rstrip(), ""]
    lines += [f"> **Flagged:** {text(flag)}\n" for flag in flags]
    if document.artifact.description:
        lines += [text(document.artifact.description), ""]
    for section in document.sections:
        lines += [f"## {section.title}", "", *_section(section), ""]
    lines.append(f"{document.title} drawn from the lineage graph at revision {document.revision}.")
    body = "\n".join(lines) + "\n"
    is_model = document.artifact.kind == Kind.MODEL
    return front_matter(document) + body if is_model else body


def front_matter(document: Document) -> str:
    """The YAML block between two lines of dashes."""
    model = document.artifact
    facet = facet_of(model, "model")
    metadata: dict[str, Any] = {
        "license": _license(facet.get("license")),
        "library_name": facet.get("framework"),
        "pipeline_tag": str(facet.get("task") or "").replace(" ", "-") or None,
        "tags": list(model.tags),
        "datasets": _names(use.upstream for use in document.provenance.used_as("training")),
        "metrics": sorted({str(name) for name in facet.get("metrics") or {}}),
        **_base(document),
        **_results(document),
    }
    kept = {name: value for name, value in metadata.items() if value}
    block = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)
    return f"---\n{block}---\n\n"


def text(value: object) -> str:
    """Outside text as Markdown that shows it and does nothing else.

    >>> text("<b>[x](javascript:alert(1))")
    '\\\\<b\\\\>\\\\[x\\\\]\\\\(javascript:alert\\\\(1\\\\)\\\\)'
    """
    return _MARKUP.sub(r"\\\1", " ".join(str(value).split()))


def _section(section: Section) -> list[str]:
    if not section.rows:
        return [section.empty]
    if not section.grouped:
        return [f"- {_row(row)}" for row in section.rows]
    return [
        f"- **{text(one)}**: {', '.join(f'{text(row.label)} {_value(row)}' for row in rows)}"
        for one, rows in section.groups()
    ]


def _row(row: Row) -> str:
    parts = [f"{text(row.label)}:" if row.value not in ("", None) else text(row.label)]
    if row.value not in ("", None):
        parts.append(_value(row))
    if row.artifact is not None:
        named = f"**{text(row.artifact)}**"
        parts.append(named if row.value in ("", None) else f"({named})")
    if row.note:
        parts.append(f"— {text(row.note)}")
    return " ".join(parts)


def _value(row: Row) -> str:
    match row.value:
        case datetime():
            return f"{row.value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case int() if row.form == "size":
            return f"{row.value:,} bytes"
        case str() if row.form == "code" and "`" not in row.value:
            return f"`{' '.join(row.value.split())}`"
        case _:
            return text(row.value)


def _license(given: object) -> str | None:
    """The hub knows licences in lower case; one of a house's own is `other`."""
    if not isinstance(given, str) or not given:
        return None
    word = given.lower()
    return "other" if word in {"proprietary", "internal"} else word


def _base(document: Document) -> dict[str, Any]:
    bases = [use for use in document.provenance.uses if use.role in POST_TRAINING_ROLES]
    nearest = bases[:1]
    return {
        "base_model": _names(use.upstream for use in nearest),
        "base_model_relation": BASE_RELATIONS.get(nearest[0].role) if nearest else None,
    }


def _results(document: Document) -> dict[str, Any]:
    """`model-index`: each evaluation with the data it was made on and its numbers."""
    results = [
        {
            "task": {"type": str(facet_of(document.artifact, "model").get("task") or "other")},
            "dataset": {"name": str(one), "type": one.name},
            "metrics": [
                {"type": str(name), "value": value}
                for name, value in sorted(_metrics(evaluated.evaluation).items())
            ],
        }
        for evaluated in document.provenance.evaluations
        if _metrics(evaluated.evaluation)
        for one in evaluated.data[:1]
    ]
    return (
        {"model-index": [{"name": str(document.artifact), "results": results}]} if results else {}
    )


def _metrics(evaluation: Artifact) -> dict[str, Any]:
    return dict(facet_of(evaluation, "evaluation").get("metrics") or {})


def _names(artifacts: Iterable[Artifact]) -> list[str]:
    return sorted({str(one) for one in artifacts})
