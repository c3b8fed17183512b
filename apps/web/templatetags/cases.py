"""How flags, findings and obligations are written."""

import re
from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from apps.graph.vocabulary import Consequence, role_named
from apps.impact.models import Flag, FlagState, Obligation, ObligationState
from apps.web.facts import duration_words
from apps.web.templatetags.lineage import name, version

register = template.Library()

_TONES = {FlagState.OPEN: "bad", FlagState.CONFIRMED: "bad"}
# What a headline is read for: how many of what, and where.
_WEIGHTY = re.compile(
    r"\d[\d,]* (?:more )?(?:models?|applications?|deployments?(?: in production)?)(?=\W|$)"
)


@register.simple_tag
def flag_tag(flag: Flag) -> SafeString:
    """`Open · high`, in red while it holds."""
    words = f"{flag.get_state_display()} · {flag.get_severity_display().lower()}"
    return format_html('<span class="tag {}">{}</span>', _TONES.get(flag.state, ""), words)  # type: ignore[call-overload]


@register.simple_tag
def consequence_tag(consequence: str) -> SafeString:
    tone = "bad" if consequence == Consequence.CONTAMINATES else "warn"
    return format_html('<span class="tag {}">{}</span>', tone, Consequence(consequence).label)


@register.simple_tag
def obligation_tag(state: str) -> SafeString | str:
    if state not in ObligationState.values:
        return ""
    tone = {"open": "warn", "resolved": "ok"}.get(state, "")
    return format_html('<span class="tag {}">{}</span>', tone, ObligationState(state).label)


@register.simple_tag
def due_tag(obligation: Obligation) -> SafeString | str:
    """`Due in 3 d`, `Overdue by 2 h`; nothing once it is settled."""
    if obligation.state != ObligationState.OPEN:
        return ""
    seconds = (obligation.due_at - timezone.now()).total_seconds()
    words = f"Due in {_span(seconds)}" if seconds >= 0 else f"Overdue by {_span(-seconds)}"
    return format_html('<span class="due{}">{}</span>', " late" if seconds < 0 else "", words)


def _span(seconds: float) -> str:
    """
    >>> _span(259_000), _span(90_000), _span(59)
    ('3 d', '25 h', '1 min')
    """
    for size, unit, least in ((86_400, "d", 2), (3600, "h", 1)):
        if seconds >= size * least:
            return f"{seconds / size:,.0f} {unit}"
    return f"{max(1, seconds // 60):.0f} min"


@register.filter
def weighty(text: str) -> SafeString:
    """The sentence with its numbers of models, deployments and applications in bold."""
    escaped = str(conditional_escape(text))
    return mark_safe(_WEIGHTY.sub(r"<b>\g<0></b>", escaped))  # noqa: S308 - escaped above


@register.filter
def way_back(path: list[dict[str, Any]]) -> list[tuple[str, str, int | None]]:
    """A finding's path from the artifact back to what is flagged: (words between, name, id)."""
    steps: list[tuple[str, str, int | None]] = []
    between = ""
    for step in reversed(path):
        if omitted := step.get("omitted"):
            steps.append(("", f"… {omitted:,} more steps …", None))
            between = ""
            continue
        named = f"{step['name']} {step['version']}".strip()
        steps.append((between, named, step.get("id")))
        between = role_named(step["role"]).phrase if step.get("role") else ""
    return steps


@register.filter
def duration(seconds: float) -> str:
    """`252` as `4 min 12 s`."""
    return duration_words(seconds)


@register.filter
def parsed(moment: str) -> datetime | None:
    """A time that stands in a report as text."""
    return parse_datetime(moment)


@register.simple_tag
def artifact_name(said: dict[str, Any]) -> SafeString:
    """An artifact as a report names it, as a link to its page."""
    return format_html(
        '<a class="name" href="{}">{}</a> {}',
        reverse("web:artifact", args=[said["id"]]),
        name(said["name"], 40),
        version(said["version"]),
    )
