"""The shape of a document that is drawn from the graph: sections of rows, each with its proof.

To add a section, write a function from `Provenance` to rows and name it in
`apps.cards.model_sections` or `apps.cards.deployment_sections`; page and Markdown follow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from apps.cards.selectors.provenance import Provenance
from apps.catalog.models import Artifact


@dataclass(frozen=True, slots=True)
class Row:
    """One statement. `artifact` is its proof, if the statement is of or from an artifact.

    `form` says how `value` is written: text, number, size (bytes), moment or code.
    """

    label: str
    value: object = ""
    artifact: Artifact | None = None
    note: str = ""
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Section:
    """`empty` says what it means that there are no rows: unknown is not the same as none.

    In a `grouped` section the rows of one artifact follow one another and stand under its name.
    """

    title: str
    rows: Sequence[Row]
    empty: str
    grouped: bool = False

    def groups(self) -> list[tuple[Artifact | None, list[Row]]]:
        """The rows under the artifact that each run of them shares."""
        return [(one, list(rows)) for one, rows in groupby(self.rows, attrgetter("artifact"))]


@dataclass(frozen=True, slots=True)
class SectionKind:
    """A section before it is drawn."""

    title: str
    empty: str
    rows: Callable[[Provenance], list[Row]]
    grouped: bool = False

    def drawn(self, provenance: Provenance) -> Section:
        return Section(self.title, self.rows(provenance), self.empty, self.grouped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A model card or a deployment record, as of a revision of the graph."""

    title: str
    artifact: Artifact
    provenance: Provenance
    sections: Sequence[Section]
    revision: int
