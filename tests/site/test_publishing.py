"""A request that publishes is not held up by a broker, and a worker outlives its broker."""

import socket
import time
from pathlib import Path

import pytest
from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError

from lineage_site.celery import app
from tests.processes import BrokerProcess, broker_process, environment, running_worker, until

LONGEST_SECONDS = 2.5


def publish(url: str) -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with Connection(url, connect_timeout=1, transport_options=options) as connection:
        app.send_task("celery.backend_cleanup", connection=connection)


def test_it_gives_up_at_once_where_no_broker_listens() -> None:
    began = time.monotonic()
    with pytest.raises(OperationalError):
        publish("redis://127.0.0.1:1/0")
    assert time.monotonic() - began < LONGEST_SECONDS


def test_it_gives_up_soon_on_a_broker_that_hangs() -> None:
    with socket.socket() as hanging:
        hanging.bind(("127.0.0.1", 0))
        hanging.listen()
        began = time.monotonic()
        with pytest.raises(OperationalError):
            publish(f"redis://127.0.0.1:{hanging.getsockname()[1]}/0")
    assert time.monotonic() - began < LONGEST_SECONDS


@pytest.mark.processes
def test_it_takes_tasks_again_after_its_broker_was_killed(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with broker_process(tmp_path) as broker:
        variables = environment(tmp_path, CELERY_BROKER_URL=broker.url)
        with running_worker(variables, log=log) as worker:
            _do_one_task(broker, log, done_before=0)
            broker.kill()
            until(
                lambda: "Connection refused" in log.read_text() or "lost" in log.read_text(),
                seconds=20,
                what="the worker has noticed",
            )
            broker.start()
            _do_one_task(broker, log, done_before=1)
            assert worker.poll() is None


def _do_one_task(broker: BrokerProcess, log: Path, *, done_before: int) -> None:
    publish(broker.url)
    until(
        lambda: log.read_text(encoding="utf-8").count("succeeded") > done_before,
        seconds=30,
        what="the task is done",
    )
