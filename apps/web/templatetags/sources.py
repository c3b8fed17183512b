"""Words about sources and their imports."""

from django import template

from apps.graph.vocabulary import kind_label
from apps.impact.wording import many
from apps.ingest.connectors import KINDS

register = template.Library()

UNITS = ((60 * 24 * 7, "week"), (60 * 24, "day"), (60, "hour"))


@register.filter
def import_words(code: str) -> str:
    """The tool that is read, as it writes its own name; others by their code."""
    known = KINDS.get(code)
    return known.title if known else kind_label(code)


@register.filter
def interval(minutes: int) -> str:
    """`hour`, `6 hours`, `90 minutes`: what stands after "every".

    >>> interval(60), interval(360), interval(90), interval(1440)
    ('hour', '6 hours', '90 minutes', 'day')
    """
    for size, word in UNITS:
        if minutes % size == 0:
            count = minutes // size
            return word if count == 1 else many(count, word)
    return "minute" if minutes == 1 else many(minutes, "minute")
