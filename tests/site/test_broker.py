"""The embedded broker: where it listens and what it keeps."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
import redis

from lineage_site.embedded import broker as module
from lineage_site.embedded.broker import Address, Broker, BrokerError, choose_address, find_server
from lineage_site.embedded.place import Place
from tests.processes import BrokerProcess, broker_process, running_broker

pytestmark = pytest.mark.processes


def test_it_listens_on_a_socket_beside_its_files(tmp_path: Path) -> None:
    # The directory of a test may itself be too long for a socket.
    root = Path(os.path.relpath(tmp_path))
    place = Place(root)
    assert choose_address(place).socket_path == root / "broker.sock"


def test_it_listens_in_a_short_directory_when_its_own_is_too_long(tmp_path: Path) -> None:
    place = Place(tmp_path / ("a" * 120))
    with broker_process(place.root) as broker:
        path = broker.broker.address.socket_path
        assert path is not None
        assert not path.is_relative_to(place.root)
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_it_finds_the_same_short_directory_again(tmp_path: Path) -> None:
    place = Place(tmp_path / ("a" * 120))
    assert choose_address(place) == choose_address(place)


def test_it_does_not_trust_a_short_directory_that_is_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tmp_path / "short"
    short.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    place = Place(tmp_path / ("a" * 120))
    honest = module._short_directory(place)
    honest.rmdir()
    (tmp_path / "theirs").mkdir()
    honest.symlink_to(tmp_path / "theirs")
    assert module._short_directory(place) != honest


def test_it_escapes_no_path_into_its_url(tmp_path: Path) -> None:
    address = choose_address(Place(tmp_path / "a directory ? of #1"))
    assert address.socket_path is not None
    assert " " not in address.url
    assert "?" not in address.url


def test_it_listens_on_a_port_with_a_password_where_sockets_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_can_listen", lambda _path: False)
    with broker_process(tmp_path) as running:
        address = running.broker.address
        assert address.url.startswith("redis://:")
        assert running.broker.answers()
        stranger = Address(None, address.port, "a guess")
        with stranger.client() as client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_it_keeps_its_messages_over_a_kill(tmp_path: Path) -> None:
    with broker_process(tmp_path) as running:
        with running.broker.address.client() as client:
            client.rpush("queue", "a message")
        running.kill()
        running.start()
        with running.broker.address.client() as client:
            assert client.lrange("queue", 0, -1) == [b"a message"]


def test_it_takes_over_from_one_that_a_killed_run_left(tmp_path: Path) -> None:
    first = BrokerProcess(tmp_path)
    first.start()
    with broker_process(tmp_path) as second:
        assert first.process is not None
        assert first.process.wait(timeout=10) == 0
        assert second.broker.answers()


def test_it_starts_over_when_its_file_is_damaged(tmp_path: Path) -> None:
    running = BrokerProcess(tmp_path)
    running.start()
    running.stop()
    (manifest,) = running.broker.data.glob("appendonlydir/*.manifest")
    manifest.write_text("no manifest at all\n", encoding="utf-8")
    done = subprocess.run(running.broker.prepare(), capture_output=True, timeout=20, check=False)
    assert done.returncode != 0
    running.broker.set_data_aside()
    running.start()
    running.kill()


def test_it_runs_the_server_that_comes_with_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert find_server().family == "valkey"
    with running_broker(tmp_path) as url:
        assert url.startswith("redis+socket://")


def test_it_says_what_to_install_where_no_server_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_tried", lambda _binary: None)
    with pytest.raises(BrokerError, match="CELERY_BROKER_URL"):
        find_server()


def test_it_passes_over_a_server_that_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "valkey-server"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _name: str(broken))
    assert find_server().binary != broken


def test_it_shows_its_password_to_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_can_listen", lambda _path: False)
    broker = Broker(Place(tmp_path))
    command = broker.prepare()
    assert broker.address.password not in " ".join(command)
    assert Path(command[1]).stat().st_mode & 0o077 == 0


def test_it_clears_away_a_socket_nobody_listens_on(tmp_path: Path) -> None:
    broker = BrokerProcess(tmp_path)
    path = broker.broker.address.socket_path
    assert path is not None
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    broker.start()
    broker.kill()
