"""Which processes make up the embedded site, and when one of them is well."""

import http.client
import json
import os
import socket
import time
from dataclasses import dataclass
from typing import Any

from lineage_site.embedded.broker import Broker
from lineage_site.embedded.children import Child
from lineage_site.embedded.place import Place, say
from lineage_site.embedded.supervisor import StartError, Supervisor, inherited, python_module

WATCH_EVERY_SECONDS = 30.0
# A worker can lose its broker without noticing. What waits longer than this, while no message was
# lost and the broker answers, is taken as that; a report already begun is not counted.
LONGEST_PENDING_SECONDS = 600.0
ANY_HOST = {"0.0.0.0", "::"}  # noqa: S104 (compared with, not listened on)


@dataclass(frozen=True)
class Listen:
    host: str
    port: int

    @property
    def bind(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def near(self) -> str:
        """The name under which this machine itself reaches it."""
        return "127.0.0.1" if self.host in ANY_HOST else self.host

    @property
    def url(self) -> str:
        name = f"[{self.near}]" if ":" in self.near else self.near
        return f"http://{name}:{self.port}/"


class Site:
    """The broker, the web server, the worker and the scheduler of one place."""

    def __init__(self, place: Place, listen: Listen, supervisor: Supervisor) -> None:
        self.place = place
        self.listen = listen
        self.supervisor = supervisor
        # A broker somebody has set up is used; then none is started here.
        configured = os.environ.get("CELERY_BROKER_URL", "")
        self.broker = None if configured else Broker(place)
        self.environment = inherited(
            DJANGO_SETTINGS_MODULE="lineage_site.settings",
            VAR_DIR=str(place.root),
            SECRET_KEY=os.environ.get("SECRET_KEY") or place.secret("secret-key"),
            # What else runs on this machine is what one tries first.
            SOURCE_NETWORKS=os.environ.get("SOURCE_NETWORKS", "127.0.0.0/8,::1/128"),
            ALLOWED_HOSTS=os.environ.get("ALLOWED_HOSTS") or self._hosts(),
            CELERY_BROKER_URL=self.broker.url if self.broker else configured,
            PYTHONUNBUFFERED="1",
        )
        self.web = self._child(
            "web server",
            *("gunicorn", "lineage_site.wsgi", "--bind", listen.bind, "--workers", "2"),
            *("--worker-class", "gthread", "--threads", "4", "--timeout", "120"),
            *("--graceful-timeout", "5", "--no-control-socket"),
        )
        celery = ("celery", "-A", "lineage_site")
        self.worker = self._child(
            "worker",
            *(*celery, "worker", "--loglevel", "INFO", "--concurrency", "2"),
            *("--without-gossip", "--without-mingle"),
        )
        # Without a pid file: the supervisor's lock already makes sure there is one scheduler.
        self.beat = self._child("scheduler", *celery, "beat", "--pidfile", "")
        self._next_look = time.monotonic() + WATCH_EVERY_SECONDS

    def _hosts(self) -> str:
        names = ["localhost", "127.0.0.1", "[::1]"]
        if self.listen.host in ANY_HOST:
            names += [socket.gethostname().lower(), socket.getfqdn().lower()]
        else:
            names.append(f"[{self.listen.host}]" if ":" in self.listen.host else self.listen.host)
        return ",".join(dict.fromkeys(names))

    def _child(self, name: str, module: str, *arguments: str) -> Child:
        log = self.place.log(name.replace(" ", "-"))
        return Child(name, python_module(module, *arguments), self.environment, log)

    def start(self) -> None:
        """Raises `StartError` or `BrokerError` when something does not come up."""
        if self.broker is not None:
            self._start_broker(self.broker)
        command = python_module("lineage_site.embedded.prepare")
        prepare = Child("preparation", command, self.environment)
        self.supervisor.run_to_end(prepare)
        for child in (self.web, self.worker, self.beat):
            say(f"Starting the {child.name} …")
            self.supervisor.start(child)
        self.supervisor.wait_until(
            lambda: self._get("/healthz") is not None, child=self.web, seconds=60
        )
        say(f"\nModel Lineage runs at {self.listen.url}")
        say(f"Logs: {self.place.logs}   Stop: Ctrl-C\n")

    def _start_broker(self, broker: Broker) -> None:
        say(f"Starting the broker ({broker.server.family} {broker.server.major}) …")
        child = Child("broker", broker.prepare, self.environment, self.place.log("broker"))
        self.supervisor.start(child)
        try:
            self.supervisor.wait_until(broker.answers, child=child, seconds=20)
        except StartError:
            child.finish(at_once=lambda: True)
            aside = broker.set_data_aside()
            say(f"The broker could not read its file, now in {aside}. No work is lost by that.")
            self.supervisor.start(child)
            self.supervisor.wait_until(broker.answers, child=child, seconds=20)

    def watch(self) -> None:
        """Called a few times a second; looks every half minute whether the worker still works."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + WATCH_EVERY_SECONDS
        seen = self._get("/readyz") or {}
        waits = seen.get("oldest_pending_report_seconds")
        if waits is None or waits < LONGEST_PENDING_SECONDS or seen.get("broker") != "reachable":
            return
        self._next_look += LONGEST_PENDING_SECONDS
        self.supervisor.restart(
            self.worker, why=f"a report has waited for {waits:.0f} s and it does not take it."
        )

    def _get(self, path: str) -> dict[str, Any] | None:
        connection = http.client.HTTPConnection(self.listen.near, self.listen.port, timeout=5)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            read = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()
        return read if response.status == http.HTTPStatus.OK and isinstance(read, dict) else None
