"""How kinds, statuses and links look, in colours that stand for the theme's CSS variables.

dot writes sentinel colours (`#000010`) that nobody is meant to see. static/css/graph.css maps each
to its variable, so one drawing serves light, dark and print; `LIGHT` resolves them where no style
sheet reaches. To add a kind: one line in INKS, one in KINDS, one in graph.css.
"""

from dataclasses import dataclass

from apps.drawing.picture import Link
from apps.graph.vocabulary import Consequence, role_named


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour: what dot writes, the CSS variable it stands for, its value in the light theme."""

    sentinel: str
    variable: str
    light: str


INKS: tuple[Ink, ...] = (
    Ink("#000002", "--ink", "#1c1917"),
    Ink("#000003", "--ink2", "#53504c"),
    Ink("#000004", "--ink3", "#6b6762"),
    Ink("#000005", "--accent", "#4338ca"),
    Ink("#000006", "--bad", "#b91c1c"),
    Ink("#000007", "--bad-soft", "#fef2f2"),
    Ink("#000009", "--warn", "#8a3d0c"),
    Ink("#00000a", "--warn-soft", "#fffaeb"),
    Ink("#000010", "--surface", "#ffffff"),
    Ink("#000011", "--line-strong", "#d3d0cc"),
    Ink("#000020", "--k-dataset", "#1d4ed8"),
    Ink("#000021", "--k-feature_set", "#0f766e"),
    Ink("#000022", "--k-code", "#44403c"),
    Ink("#000023", "--k-environment", "#5f6410"),
    Ink("#000024", "--k-run", "#a34a07"),
    Ink("#000025", "--k-model", "#6d28d9"),
    Ink("#000026", "--k-evaluation", "#9d174d"),
    Ink("#000027", "--k-deployment", "#15703a"),
    Ink("#000028", "--k-application", "#0e6690"),
)
LIGHT: dict[str, str] = {ink.sentinel: ink.light for ink in INKS}
_SENTINELS: dict[str, str] = {ink.variable: ink.sentinel for ink in INKS}


def sentinel(variable: str) -> str:
    """The colour dot writes for a CSS variable.

    >>> sentinel("--ink")
    '#000002'
    """
    return _SENTINELS[variable]


@dataclass(frozen=True, slots=True)
class KindStyle:
    """A kind's card: the variable of its label, its least width and its name's size in points."""

    label: str
    width: int = 156
    name_size: int = 13


KINDS: dict[str, KindStyle] = {
    "dataset": KindStyle("--k-dataset"),
    "feature_set": KindStyle("--k-feature_set"),
    "code": KindStyle("--k-code"),
    "environment": KindStyle("--k-environment"),
    "run": KindStyle("--k-run", width=124, name_size=12),
    "model": KindStyle("--k-model"),
    "evaluation": KindStyle("--k-evaluation", width=124, name_size=12),
    "deployment": KindStyle("--k-deployment"),
    "application": KindStyle("--k-application"),
}
OTHER_KIND = KindStyle("--ink2")


@dataclass(frozen=True, slots=True)
class StatusStyle:
    """A status' card: variables of its fill, border and words; border width in points; dashes."""

    fill: str = "--surface"
    border: str = "--line-strong"
    words: str = "--ink2"
    name: str = "--ink"
    border_width: float = 1.2
    border_style: str = ""


STATUS_STYLES: dict[str, StatusStyle] = {
    "": StatusStyle(),
    "flagged": StatusStyle("--bad-soft", "--bad", "--bad", border_width=2),
    "affected": StatusStyle("--bad-soft", "--bad", "--bad"),
    "evidence": StatusStyle("--warn-soft", "--warn", "--warn"),
    "placeholder": StatusStyle(border="--ink3", border_style="dashed"),
    "tombstone": StatusStyle(border="--ink3", name="--ink2", border_style="dotted"),
}
ORIGIN_BORDER_WIDTH = 3.0


@dataclass(frozen=True, slots=True)
class LinkStyle:
    """A link's line: the variable of its colour, its width in points, its dashes."""

    colour: str
    width: float
    dashed: bool


def link_style(link: Link) -> LinkStyle:
    """Colour by what crosses the link, dashes by role: evidence never reaches the weights."""
    colour, width = {
        "affected": ("--bad", 1.5),
        "evidence": ("--warn", 1.2),
    }.get(link.status, ("--ink3", 1.1))
    dashed = role_named(link.role).carries is Consequence.EVIDENCE
    return LinkStyle(colour, 2.6 if link.highlighted else width, dashed)
