"""How pages write what an artifact is connected to. Each answer is a word and a shape."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.catalog.selectors import Break, Connected
from apps.graph.advice import LABELS, summary
from apps.graph.connectedness import Answer, Aspect
from apps.web.templatetags.lineage import artifact_link

register = template.Library()

WORDS = {Answer.CONNECTED: "yes", Answer.MISSING: "no", Answer.UNKNOWN: "unknown"}


@register.simple_tag
def answer(one: Connected, aspect: Aspect) -> SafeString:
    """`yes`, `no` or `unknown` with its shape, the gap in the title."""
    found = next((each for each in one.verdicts if each.aspect is aspect), None)
    if found is None:
        return format_html('<span class="quiet">{}</span>', "itself")
    title = LABELS[found.gap] if found.gap else "Connected"
    return format_html(
        '<span class="way is-{}" title="{}">{}</span>',
        found.answer.value,
        title,
        WORDS[found.answer],
    )


@register.simple_tag
def break_sentence(one: Break) -> SafeString | str:
    """The break in words, with a link to the artifact at which the way breaks."""
    if not one.is_elsewhere or one.place is None:
        return one.sentence
    before, after = one.around
    # Without a version the link ends in a space, which must not stand before a comma.
    link = SafeString(artifact_link(one.place, 48).rstrip())
    return format_html("{}{}{}", before, link, after)


@register.filter
def code_words(text: str) -> SafeString:
    """What stands between backticks, as code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", one) if odd % 2 else one,) for odd, one in parts)
    )


@register.filter
def ways_summary(one: Connected) -> str:
    """`Connected to data, run; no code, environment`."""
    return summary(one.verdicts)
