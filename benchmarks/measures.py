"""What is timed. Each measure returns seconds, best and median of a few rounds."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import descendants, shortest_paths_between, walk
from apps.catalog.services import record_batch
from apps.graph.hashing import key_hash
from apps.impact.jobs import compute_report
from apps.impact.models import Report
from apps.impact.services import flag_artifact
from benchmarks.generator import Team, batches, teams

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """`note` says what was reached; `best` and `median` are milliseconds."""

    name: str
    note: str
    best: float
    median: float


def timed(name: str, note: Callable[[object], str], work: Callable[[], object]) -> Timing:
    seconds: list[float] = []
    result: object = None
    for _ in range(ROUNDS):
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return Timing(name, note(result), min(seconds) * 1000, statistics.median(seconds) * 1000)


def fill(artifacts: int) -> Timing:
    """Record the whole graph through the one door there is."""
    started = time.perf_counter()
    records = 0
    for batch in batches(artifacts):
        record_batch(batch=batch)
        records += len(batch)
    seconds = time.perf_counter() - started
    analyse()
    note = f"{records:,} records, {records / seconds:,.0f} records/s"
    return Timing("ingest", note, seconds * 1000, seconds * 1000)


def analyse() -> None:
    """What autovacuum would have done by the time people come."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def first_of(team: Team) -> Artifact:
    """The dataset that everything in the team descends from."""
    return Artifact.objects.get(key_hash=key_hash(team.key(0, "dataset")))


def walks(artifacts: int) -> list[Timing]:
    """Closures of each size, a path, a neighbourhood."""
    found: list[Timing] = []
    for team in [*teams(artifacts)[:3], teams(artifacts)[-1]]:
        origin = first_of(team)
        found.append(
            timed(
                f"closure of {team.size:,}",
                lambda one: f"{len(one.distance):,} reached, {len(one.links):,} links",  # type: ignore[attr-defined]
                lambda pk=origin.pk: walk(origins=[pk], direction="downstream"),  # type: ignore[misc]
            )
        )
    origin = first_of(teams(artifacts)[0])
    last = Artifact.objects.filter(namespace=origin.namespace).latest("pk")
    found.append(
        timed(
            "deployments reached",
            lambda one: f"{len(one.artifacts):,} of {sum(one.counts.values()):,}",  # type: ignore[attr-defined]
            lambda: descendants(artifact=origin, kinds=["deployment"]),
        )
    )
    found.append(
        timed(
            "shortest paths across",
            lambda one: f"{len(one.paths[0]) - 1} steps" if one.paths else "none",  # type: ignore[attr-defined]
            lambda: shortest_paths_between(upstream=origin, downstream=last),
        )
    )
    return found


def pages(artifacts: int) -> list[Timing]:
    """Whole pages, from request to bytes, in one process without the network."""
    client = Client()
    client.force_login(_person())
    model = Artifact.objects.filter(
        namespace=f"bench/{teams(artifacts)[0].name}", kind="model"
    ).order_by("pk")[teams(artifacts)[0].size // 12]
    addresses = {
        "artifact page": reverse("web:artifact", args=[model.pk]),
        "graph page, depth 2": reverse("web:graph", args=[model.pk]) + "?depth=2",
        "catalogue page": reverse("web:catalogue") + "?kind=model",
        "home page": reverse("web:home"),
    }
    return [
        timed(name, _status, lambda at=address: client.get(at))  # type: ignore[misc]
        for name, address in addresses.items()
    ]


def _status(response: object) -> str:
    size = len(getattr(response, "content", b""))
    return f"HTTP {getattr(response, 'status_code', '?')}, {size / 1000:,.0f} kB"


def report(artifacts: int) -> Timing:
    """Flag the largest team's first dataset and compute its report, once."""
    flag = flag_artifact(
        artifact=first_of(teams(artifacts)[0]),
        scope="version",
        reason="label_error",
        severity="high",
        detail="Benchmark",
        since=None,
        actor=_person(),
    )
    pending = Report.objects.get(flag=flag)
    started = time.perf_counter()
    compute_report(report_id=pending.pk)
    seconds = time.perf_counter() - started
    pending.refresh_from_db()
    note = f"{pending.state}, {pending.findings.count():,} findings"
    return Timing("report", note, seconds * 1000, seconds * 1000)


def sizes() -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{Artifact.objects.count():,} artifacts, {Edge.objects.count():,} edges, "
        f"{connection.vendor}; peak memory {memory:,.0f} MB"
    )


def _person() -> User:
    person, _ = User.objects.get_or_create(username="bench", defaults={"role": Role.ADMIN})
    return person
