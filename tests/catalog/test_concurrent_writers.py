"""Writers in processes of their own, on a real database: none is lost, no cycle is closed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import Popen

import pytest

from tests.databases import fresh_database, run_python, start_python

pytestmark = pytest.mark.processes

PAIRS = 40
STATE = """
from apps.catalog.models import Artifact, Conflict, Edge, Revision
numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
print(Artifact.objects.count(), Edge.objects.count(), Conflict.objects.count(),
      len(numbers), numbers == list(range(1, len(numbers) + 1)))
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    with fresh_database(tmp_path) as url:
        yield url


def write_together(url: str, *writers: Sequence[str]) -> list[int]:
    """Start the writers, let them loose at once; how many edges each was refused."""
    started = [
        start_python(url, "-m", "tests.catalog.writer", f"writer-{number}", *pairs)
        for number, pairs in enumerate(writers)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return [finish(process) for process in started]


def finish(process: Popen[str]) -> int:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return int(output)


def state(url: str) -> list[str]:
    return run_python(url, "manage.py", "shell", "--no-imports", "-c", STATE).split()


def test_it_never_lets_two_writers_close_a_cycle_together(database: str) -> None:
    there = [f"a{i} > b{i}" for i in range(PAIRS)]
    back = [f"b{i} > a{i}" for i in range(PAIRS)]
    refused = write_together(database, there, back)
    assert sum(refused) == PAIRS
    assert state(database)[1:3] == [str(PAIRS), str(PAIRS)]


def test_it_loses_no_write_to_a_locked_database(database: str) -> None:
    writers = [[f"w{n}-{i} > hub" for i in range(PAIRS)] for n in range(4)]
    assert write_together(database, *writers) == [0, 0, 0, 0]
    edges = str(4 * PAIRS)
    assert state(database) == [str(4 * PAIRS + 1), edges, "0", edges, "True"]
