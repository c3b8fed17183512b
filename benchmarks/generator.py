"""A made-up lineage graph of a stated size, the same for the same seed.

The graph is a set of teams. In each, everything descends from the team's first dataset, so the
size of a team is the size of that dataset's blast radius.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, LineageBatch

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
# Parts of the whole; the rest is made of teams of a hundred.
LARGE_SHARES = (0.3, 0.1, 0.01)
SMALL_TEAM = 100
EDGES_EACH = 3
# How far back, in places, an artifact looks for what it was made from.
WINDOW = 60
RECORDS_A_BATCH = 10_000

KINDS = (
    ("dataset", 24),
    ("feature_set", 8),
    ("run", 34),
    ("model", 18),
    ("evaluation", 6),
    ("deployment", 7),
    ("application", 3),
)
ROLES = {
    "dataset": ("training", "training", "training", "testing"),
    "feature_set": ("features",),
    "run": ("output",),
    "model": ("quantization", "deployment", "evaluation"),
    "deployment": ("serving",),
}
ENVIRONMENTS = ("production", "staging", "development")


@dataclass(frozen=True, slots=True)
class Team:
    """Consecutive numbers, of which the first is upstream of all the others."""

    name: str
    size: int

    def key(self, number: int, kind: str) -> ArtifactKey:
        return ArtifactKey(f"bench/{self.name}", kind, f"{kind}-{number // 4}", str(number % 4 + 1))


def teams(artifacts: int) -> list[Team]:
    """Three large teams, then hundreds."""
    sizes = [max(SMALL_TEAM, int(artifacts * share)) for share in LARGE_SHARES]
    sizes += [SMALL_TEAM] * ((artifacts - sum(sizes)) // SMALL_TEAM)
    return [Team(f"team-{number:05}", size) for number, size in enumerate(sizes)]


def batches(artifacts: int, *, seed: int = 1) -> Iterator[LineageBatch]:
    """The whole graph in batches of at most 10,000 records."""
    chance = random.Random(seed)
    held: list[ArtifactRecord] = []
    edges: list[EdgeRecord] = []
    for team in teams(artifacts):
        for record, made_from in _members(team, chance):
            held.append(record)
            edges.extend(made_from)
            if len(held) + len(edges) > RECORDS_A_BATCH - EDGES_EACH - 1:
                yield _batch(held, edges)
                held, edges = [], []
    yield _batch(held, edges)


def _members(
    team: Team, chance: random.Random
) -> Iterator[tuple[ArtifactRecord, list[EdgeRecord]]]:
    names, weights = zip(*KINDS, strict=True)
    kinds = ["dataset", *chance.choices(names, weights, k=team.size - 1)]
    for number, kind in enumerate(kinds):
        key = team.key(number, kind)
        earlier = range(max(0, number - WINDOW), number)
        chosen = chance.sample(earlier, min(len(earlier), EDGES_EACH))
        edges = [
            EdgeRecord(team.key(up, kinds[up]), key, _role(kinds[up], chance)) for up in chosen
        ]
        yield _record(key, number, chance), edges


def _role(kind: str, chance: random.Random) -> str:
    return chance.choice(ROLES.get(kind, ("derived",)))


def _record(key: ArtifactKey, number: int, chance: random.Random) -> ArtifactRecord:
    facets: dict[str, object] = {}
    if key.kind == "run":
        facets["run"] = {"state": "completed", "seed": number, "metrics": {"auc": chance.random()}}
    elif key.kind == "deployment":
        facets["deployment"] = {"environment": chance.choice(ENVIRONMENTS), "replicas": 2}
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        owner=f"owner-{number % 40}",
        digest=f"sha256:{chance.getrandbits(256):064x}",
        facets=facets,
    )


def _batch(held: list[ArtifactRecord], edges: list[EdgeRecord]) -> LineageBatch:
    return LineageBatch(producer="benchmark", artifacts=tuple(held), edges=tuple(edges))
