"""How the product writes kinds, names, times and numbers.

Everything shown came from outside: text goes through `format_html` or the template's own
escaping, and names stand in <bdi> so that right-to-left text cannot reorder what is around it.
"""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.catalog.models import Artifact, Revision
from apps.graph import vocabulary
from apps.graph.vocabulary import Kind, kind_label, role_named

register = template.Library()

# The word, the tone of its tag, and what it means.
STATUSES = {
    "flagged": ("Flagged", "bad", "A person said that this artifact is bad."),
    "affected": ("Affected", "bad", "Something it was made from is flagged."),
    "evidence": ("Evidence in doubt", "warn", "Something it was tested on is flagged."),
    "placeholder": ("Placeholder", "dashed", "Only ever named by others; no source described it."),
    "tombstone": ("Tombstone", "dashed", "Its content was deleted; identity and edges are kept."),
}
CONFLICTS = {"cycle": "Cycle refused", "digest": "Two contents", "identity": "Kept as two"}
SCHEMES = {"git_commit": "commit", "oci_image": "image", "sha256": "content, SHA-256"}
UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")
AGES = (
    (60, 1, "second"),
    (3600, 60, "minute"),
    (86_400, 3600, "hour"),
    (86_400 * 60, 86_400, "day"),
    (86_400 * 730, 86_400 * 30, "month"),
)
YEAR = 86_400 * 365
KINDS = frozenset(kind.value for kind in Kind)
NAME_LENGTH = 72
VERSION_LENGTH = 24


@register.filter
def number(value: object) -> object:
    """`18221` as `18,221`; anything that is not a number as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


@register.filter
def size(value: object) -> object:
    """Bytes in decimal units: `48.2 MB`."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    if abs(value) < 1000:  # noqa: PLR2004
        return "1 byte" if value == 1 else f"{value} bytes"
    steps = ((value / 1000**power, unit) for power, unit in enumerate(UNITS, start=1))
    # From 999.95 on it would be written as 1000.0.
    amount, unit = next((one for one in steps if abs(one[0]) < 999.95), (value / 1e18, "EB"))  # noqa: PLR2004
    return f"{amount:,.1f} {unit}"


@register.filter
def middle(value: object, length: int = NAME_LENGTH) -> str:
    """The text with its middle left out: names differ at the end as often as at the start."""
    text = str(value)
    if len(text) <= length:
        return text
    head = (length - 1) * 3 // 5
    return f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"


@register.simple_tag
def count(amount: int, one: str, many: str) -> str:
    """`1 artifact`, `3,021 artifacts`, `no artifacts`."""
    if not amount:
        return f"no {many}"
    return f"{amount:,} {one if amount == 1 else many}"


@register.simple_tag
def kind(value: str) -> SafeString:
    """The kind's word in the kind's colour, if it has one."""
    known = f" k-{value}" if value in KINDS else ""
    return format_html('<span class="kind{}">{}</span>', known, middle(kind_label(value), 32))


@register.simple_tag
def name(value: object, length: int = NAME_LENGTH) -> SafeString:
    """A name from outside, isolated and shortened; whole in the title when shortened."""
    value = str(value)
    short = middle(value, length)
    if short == value:
        return format_html("<bdi>{}</bdi>", value)
    return format_html('<bdi title="{}">{}</bdi>', value, short)


@register.simple_tag
def version(value: str, length: int = VERSION_LENGTH) -> SafeString | str:
    """The version in the fixed face, or nothing."""
    if not value:
        return ""
    short = middle(value, length)
    title = format_html(' title="{}"', value) if short != value else ""
    return format_html('<span class="version"{}><bdi>{}</bdi></span>', title, short)


@register.simple_tag
def artifact_link(artifact: Artifact, length: int = NAME_LENGTH) -> SafeString:
    """The artifact's name as a link to its page, its version after it."""
    return format_html(
        '<a class="name" href="{}">{}</a> {}',
        reverse("web:artifact", args=[artifact.pk]),
        name(artifact.name, length),
        version(artifact.version),
    )


@register.simple_tag
def status_tag(status: str) -> SafeString | str:
    """`flagged`, `affected`, `evidence`, `placeholder` or `tombstone` in words; else nothing."""
    if status not in STATUSES:
        return ""
    word, tone, meaning = STATUSES[status]
    return format_html('<span class="tag {}" title="{}">{}</span>', tone, meaning, word)


@register.filter
def role_phrase(role: str) -> str:
    """`training` as `was trained on`: reads from downstream to upstream."""
    return role_named(role).phrase


@register.filter
def kind_words(value: str, amount: int) -> str:
    """`models`, or for one `model`; kinds of others too."""
    return vocabulary.kind_words(value, amount)


@register.filter
def at(by_id: dict[int, Any], pk: int) -> Any:
    """What a table of values by id holds for one."""
    return by_id.get(pk, ())


@register.filter
def total(amounts: dict[str, int]) -> int:
    """The sum of a tally."""
    return sum(amounts.values())


@register.filter
def pairs(record: object) -> list[tuple[str, object]]:
    """What a record of unknown shape says, by name; empty values left out."""
    if not isinstance(record, dict):
        return [("", record)]
    return [(kind_label(str(label)), value) for label, value in record.items() if value]


@register.filter
def whole_record(place: str) -> str:
    """Where a note points, without the `$` that only says: the record as a whole."""
    return str(place).removesuffix(" $")


@register.filter
def conflict_word(code: str) -> str:
    """What two statements contradict each other about."""
    return CONFLICTS.get(code, kind_label(code))


@register.filter
def scheme_word(scheme: str) -> str:
    """What two artifacts share that bear the same identifier."""
    return SCHEMES.get(scheme, f"content, {scheme}")


@register.filter
def change_words(revision: Revision) -> str:
    """`12 artifacts and 31 edges added, 2 edges retracted`."""
    parts = [
        (revision.artifacts_added, "artifact", "added"),
        (revision.artifacts_changed, "artifact", "changed"),
        (revision.edges_added, "edge", "added"),
        (revision.edges_retracted, "edge", "retracted"),
        (revision.artifacts_merged, "artifact", "merged into another"),
    ]
    said = [
        f"{amount:,} {one}{'' if amount == 1 else 's'} {done}"
        for amount, one, done in parts
        if amount
    ]
    return ", ".join(said) or "identifiers only"


@register.filter
def moment(when: datetime | None) -> SafeString | str:
    """`2026-10-01 02:00 UTC`."""
    if when is None:
        return ""
    written = utc_words(when)
    return format_html('<time datetime="{}">{}</time>', when.astimezone(UTC).isoformat(), written)


@register.filter
def ago(when: datetime | None) -> SafeString | str:
    """`14 minutes ago`, the exact time in the title."""
    if when is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        when.astimezone(UTC).isoformat(),
        utc_words(when),
        age_words(when, timezone.now()),
    )


def utc_words(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def age_words(when: datetime, now: datetime) -> str:
    """How long ago, or how far ahead, in the largest unit that is not vague."""
    seconds = (now - when).total_seconds()
    distance = abs(seconds)
    if distance < 10:  # noqa: PLR2004
        return "just now"
    fitting = ((unit, word) for below, unit, word in AGES if distance < below)
    unit, word = next(fitting, (YEAR, "year"))
    amount = max(1, int(distance // unit))
    written = f"{amount} {word}{'' if amount == 1 else 's'}"
    return f"{written} ago" if seconds > 0 else f"in {written}"


@register.inclusion_tag("parts/sort_header.html", takes_context=True)
def sort_header(
    context: dict[str, Any], field: str, label: str, *, numeric: bool = False
) -> dict[str, Any]:
    """A table's heading that sorts by `field`: up, then down, in the `ordering` parameter."""
    current = context["request"].GET.get("ordering", "")
    state = {field: "ascending", f"-{field}": "descending"}.get(current, "")
    return {
        "request": context["request"],
        "label": label,
        "state": state,
        "next": f"-{field}" if state == "ascending" else field,
        "numeric": numeric,
    }
