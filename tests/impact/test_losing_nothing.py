"""With real brokers and workers, killed: each flag ends in exactly one complete report.

REPORT_ROUNDS says how often each is tried (default 5).
"""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.databases import fresh_database
from tests.impact.site import Site

pytestmark = pytest.mark.processes

ROUNDS = int(os.environ.get("REPORT_ROUNDS", "5"))
# Enough for a job of some seconds, so that a kill lands in the midst of it.
MODELS = 8000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("site")
    with fresh_database(directory) as database:
        site = Site(directory, database)
        try:
            site.start_broker()
            assert site.tell("build", MODELS) == MODELS
            yield site
        finally:
            site.close()


def test_it_loses_no_flag_raised_while_the_broker_is_down(site: Site) -> None:
    site.kill_broker()
    try:
        reports = [site.flag() for _ in range(ROUNDS)]
        assert {site.state(report) for report in reports} == {"pending"}
    finally:
        site.start_broker()
    with site.worker("after-outage"):
        for report in reports:
            site.finish(report)
            site.attempts(report, findings=MODELS)


def test_it_loses_no_flag_whose_message_the_broker_lost(site: Site) -> None:
    report = site.flag()
    site.kill_broker()
    site.broker.set_data_aside()
    site.start_broker()
    with site.worker("after-loss"):
        time.sleep(1)
        assert site.state(report) == "pending"
        site.finish(report)
    site.attempts(report, findings=MODELS)


def test_it_ends_in_one_report_when_workers_are_killed_at_work(site: Site) -> None:
    at_work = 0
    for number in range(ROUNDS):
        report = site.flag()
        with site.worker(f"killed-{number}") as worker:
            site.tell("sweep")
            site.until_running(report)
            # Another moment each time: while reading, while judging, while writing.
            time.sleep(0.3 * (number % 6))
            worker.kill()
            worker.wait()
            was_running = site.state(report) == "running"
        with site.worker(f"successor-{number}"):
            site.finish(report)
        attempts = site.attempts(report, findings=MODELS)
        # A commit that the worker had sent already is finished by PostgreSQL without it, a moment
        # after the kill: then it was running when we looked, and done at the first attempt.
        assert attempts in ({1, 2} if was_running else {1})
        at_work += attempts - 1
    assert at_work, "no kill landed while a job was under way"


def test_it_ends_in_one_report_when_the_same_message_comes_twice(site: Site) -> None:
    with site.worker("first"), site.worker("second"):
        for _ in range(ROUNDS):
            report = site.flag()
            for _ in range(3):
                assert site.tell("publish", report)
            site.finish(report)
            site.attempts(report, findings=MODELS)


def test_it_takes_nothing_from_a_worker_that_slept_past_its_lease(site: Site) -> None:
    report = site.flag()
    with site.worker("sleeper") as sleeper:
        site.tell("sweep")
        site.until_running(report)
        sleeper.send_signal(signal.SIGSTOP)
        with site.worker("rescuer"):
            site.finish(report)
        first = site.attempts(report, findings=MODELS)
        sleeper.send_signal(signal.SIGCONT)
        time.sleep(3)
        assert site.attempts(report, findings=MODELS) == first
