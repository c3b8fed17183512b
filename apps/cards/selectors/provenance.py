"""How a model was made, step by step back to the first training, and what came of it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import Reached, ancestors, current_revision, descendants
from apps.graph.vocabulary import POST_TRAINING_ROLES, Kind

# A model changed more often than this is a loop of somebody's making.
LONGEST_MAKING = 40
# A card is read by people; the lineage graph shows the rest.
MOST_DOWNSTREAM = 300
DOWNSTREAM_KINDS = (Kind.MODEL, Kind.DEPLOYMENT, Kind.APPLICATION)


@dataclass(frozen=True, slots=True)
class Use:
    """That `upstream` was `role` in the making of `downstream`."""

    upstream: Artifact
    downstream: Artifact
    role: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation of the model and the data it was made with."""

    evaluation: Artifact
    data: list[Artifact]


@dataclass(slots=True, kw_only=True)
class Provenance:
    """What the graph knows of one artifact's making and use.

    `making` holds the runs and base models, nearest first; `uses` every edge into one of them.
    `behind` counts all ancestors by kind; `downstream` is the nearest of `downstream_total`.
    """

    artifact: Artifact
    revision: int
    making: list[Artifact] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    evaluations: list[Evaluated] = field(default_factory=list)
    behind: dict[str, int] = field(default_factory=dict)
    downstream: list[Reached] = field(default_factory=list)
    downstream_total: int = 0
    versions: list[Artifact] = field(default_factory=list)

    def used_as(self, *roles: str) -> list[Use]:
        """The uses in any of these roles, each artifact once."""
        found = {use.upstream.pk: use for use in reversed(self.uses) if use.role in roles}
        return sorted(found.values(), key=lambda use: use.upstream.key)

    def reached(self, kind: str) -> list[Reached]:
        return [one for one in self.downstream if one.artifact.kind == kind]


def provenance_of(*, artifact: Artifact) -> Provenance:
    """Everything a card says of a model, or a record of a deployment, in a few queries."""
    found = Provenance(artifact=artifact, revision=current_revision())
    _trace_making(found)
    found.evaluations = _evaluations([artifact, *found.making])
    found.behind = ancestors(artifact=artifact, limit=0).counts
    below = descendants(artifact=artifact, kinds=DOWNSTREAM_KINDS, limit=MOST_DOWNSTREAM)
    found.downstream, found.downstream_total = below.artifacts, below.total
    family = Artifact.objects.survivors().filter(family_hash=artifact.family_hash)
    newest = family.select_related("deployment").order_by("-occurred_at", "-pk")
    found.versions = list(newest[:LONGEST_MAKING])
    return found


def _trace_making(found: Provenance) -> None:
    """Back along output and post-training edges, a layer of the making a query."""
    seen = {found.artifact.pk}
    layer = deque([found.artifact])
    for _ in range(LONGEST_MAKING):
        edges = Edge.objects.filter(downstream__in=layer, retracted_in=None)
        uses = {
            (edge.upstream_id, edge.downstream_id, edge.role): Use(
                edge.upstream, edge.downstream, edge.role
            )
            for edge in edges.select_related("upstream", "downstream").order_by("pk")
        }
        found.uses.extend(uses.values())
        layer = deque(
            {
                use.upstream.pk: use.upstream
                for use in uses.values()
                if _is_making(use) and use.upstream.pk not in seen
            }.values()
        )
        if not layer:
            return
        seen.update(one.pk for one in layer)
        found.making.extend(layer)


def _is_making(use: Use) -> bool:
    """Whether the upstream is the run that made the model, or the model it was made from."""
    made_by_run = use.role == "output" and use.downstream.kind == Kind.MODEL
    is_base = use.upstream.kind == Kind.MODEL and use.role in POST_TRAINING_ROLES
    is_deployed = use.upstream.kind == Kind.MODEL and use.role in {"deployment", "serving"}
    return made_by_run or is_base or is_deployed


def _evaluations(models: Iterable[Artifact]) -> list[Evaluated]:
    wanted = [one for one in models if one.kind == Kind.MODEL]
    edges = Edge.objects.filter(
        upstream__in=wanted, downstream__kind=Kind.EVALUATION, retracted_in=None
    )
    evaluations = {
        edge.downstream_id: edge.downstream for edge in edges.select_related("downstream")
    }
    data: dict[int, list[Artifact]] = {}
    used = Edge.objects.filter(
        downstream__in=evaluations, upstream__kind=Kind.DATASET, retracted_in=None
    )
    for edge in used.select_related("upstream").order_by("upstream__name", "pk"):
        if edge.upstream not in data.setdefault(edge.downstream_id, []):
            data[edge.downstream_id].append(edge.upstream)
    return [
        Evaluated(one, data.get(pk, []))
        for pk, one in sorted(evaluations.items(), key=lambda item: item[1].key)
    ]
