"""The server's REST interface for scripts: one method a question, one dataclass an answer."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Optional, TypeVar, Union

from model_lineage import answers
from model_lineage.answers import Artifact
from model_lineage.errors import ConfigError, NotFoundError, UnreachableError
from model_lineage.reading import read
from model_lineage.records import Batch
from model_lineage.transport import Transport

T = TypeVar("T")
API = "/api/v1"
PAGE = 1000

# An artifact, or its id.
Which = Union[int, Artifact]


class Client:
    """Speaks to one server with one token; by default those of LINEAGE_URL and LINEAGE_TOKEN.

    ApiError when the server says no, UnreachableError when it does not answer within `seconds`.
    What may be sent twice is tried up to `tries` times while the server is busy or away. An
    artifact that proved to be another one is followed to that. Iterators read page after page.
    """

    def __init__(
        self, url: str = "", token: str = "", *, seconds: float = 30.0, tries: int = 3
    ) -> None:
        url = url or os.environ.get("LINEAGE_URL", "")
        if not url:
            raise ConfigError("No address is given; pass one or set LINEAGE_URL.")
        token = token or os.environ.get("LINEAGE_TOKEN", "")
        self._transport = Transport(url, token, seconds=seconds, tries=max(1, tries))

    def me(self) -> answers.Me:
        """Who this token is, and what it may do."""
        return self._one(answers.Me, "/me")

    # Recording: scope record

    def record(
        self, batch: Union[Batch, Mapping[str, Any]], *, atomic: bool = True
    ) -> answers.Outcome:
        """Send a batch: all or nothing, or with `atomic=False` all that is not refused."""
        body = batch.to_json() if isinstance(batch, Batch) else dict(batch)
        query = {"atomic": "true" if atomic else "false"}
        return read(answers.Outcome, self._ask("POST", "/batches", query=query, body=body))

    def openlineage(self, events: Union[Mapping[str, Any], Iterable[Mapping[str, Any]]]) -> None:
        """Send OpenLineage events; all are taken in or none."""
        body: Any = dict(events) if isinstance(events, Mapping) else list(events)
        self._ask("POST", "/lineage", body=body)

    def describe(
        self,
        artifact: Which,
        *,
        owner: Optional[str] = None,
        description: Optional[str] = None,
        tags: Optional[list[str]] = None,
    ) -> answers.ArtifactDetail:
        """Say who owns an artifact and what it is."""
        said = {"owner": owner, "description": description, "tags": tags}
        body = {name: value for name, value in said.items() if value is not None}
        told = self._ask("PATCH", _of(artifact), body=body)
        return read(answers.ArtifactDetail, told)

    # Asking: scope read

    def artifact(self, artifact: Which) -> answers.ArtifactDetail:
        """All that is known of one artifact."""
        return self._one(answers.ArtifactDetail, _of(artifact))

    def find(self, identifier: str) -> list[Artifact]:
        """What bears a digest, commit, image, URI, endpoint or run id; empty if nothing does."""
        return self._lookup({"identifier": identifier})

    def named(self, namespace: str, kind: str, name: str, version: str = "") -> Optional[Artifact]:
        """The artifact of this identity, or of what it proved to be; None if none is known."""
        asked = {"namespace": namespace, "kind": kind, "name": name, "version": version}
        return next(iter(self._lookup(asked)), None)

    def artifacts(self, **filters: Any) -> Iterator[Artifact]:
        """All that match: `q`, `kind`, `namespace`, `name`, `version`, `owner`, `status`,
        `environment`, `live_at`, `ordering`.
        """
        return self._all(Artifact, "/artifacts", filters)

    def versions(self, artifact: Which) -> Iterator[Artifact]:
        """Every version of the same name, newest first."""
        return self._all(Artifact, f"{_of(artifact)}/versions", {})

    def ancestors(self, artifact: Which, **walk: Any) -> answers.Reach:
        """What it was made from: `depth`, `kinds`, `as_of`, `as_of_time`, `limit`, `offset`."""
        return self._one(answers.Reach, f"{_of(artifact)}/ancestors", walk)

    def descendants(self, artifact: Which, **walk: Any) -> answers.Reach:
        """What was made from it: `depth`, `kinds`, `as_of`, `as_of_time`, `limit`, `offset`."""
        return self._one(answers.Reach, f"{_of(artifact)}/descendants", walk)

    def all_ancestors(self, artifact: Which, **walk: Any) -> Iterator[answers.Reached]:
        """The whole of it, page after page, all of one revision."""
        return self._walked("ancestors", artifact, walk)

    def all_descendants(self, artifact: Which, **walk: Any) -> Iterator[answers.Reached]:
        """The whole of it, page after page, all of one revision."""
        return self._walked("descendants", artifact, walk)

    def graph(self, artifact: Which, **walk: Any) -> answers.Graph:
        """What lies around it: `direction`, `depth`, `limit`, `as_of`, `as_of_time`."""
        return self._one(answers.Graph, f"{_of(artifact)}/graph", walk)

    def paths(self, upstream: Which, downstream: Which, **walk: Any) -> answers.Paths:
        """Every shortest path from the one down to the other."""
        query = {**walk, "to": _id(downstream)}
        return self._one(answers.Paths, f"{_of(upstream)}/paths", query)

    def edges(self, **filters: Any) -> Iterator[answers.Edge]:
        """Live ones: `artifact`, `upstream`, `downstream`, `role`, `producer`, `state`, `as_of`."""
        return self._all(answers.Edge, "/edges", filters)

    def identifiers(self, **filters: Any) -> Iterator[answers.Identifier]:
        """`scheme`, `value`, `artifact`."""
        return self._all(answers.Identifier, "/identifiers", filters)

    def revisions(self, **filters: Any) -> Iterator[answers.Revision]:
        """Changes of the graph, newest first: `producer`, `committed_after`, `committed_before`."""
        return self._all(answers.Revision, "/revisions", filters)

    # Flags and what they reach: scope flag to raise one, read to follow it

    def blast_radius(self, artifact: Which, *, scope: str = "version") -> answers.Preview:
        """What a flag would reach. Writes nothing."""
        return self._one(answers.Preview, f"{_of(artifact)}/blast-radius", {"scope": scope})

    def flag(
        self,
        artifact: Which,
        *,
        reason: str,
        severity: str,
        scope: str = "version",
        detail: str = "",
        since: Optional[datetime] = None,
    ) -> answers.Flag:
        """Say that it is bad. Sent once only: twice would be two flags."""
        said = {"artifact": _id(artifact), "reason": reason, "severity": severity, "scope": scope}
        body = {**said, "detail": detail, "since": since.isoformat() if since else None}
        return read(answers.Flag, self._ask("POST", "/flags", body=body, again=False))

    def withdraw(self, flag: Union[int, answers.Flag], *, reason: str) -> answers.Flag:
        """Take a flag back."""
        place = f"/flags/{_id(flag)}/withdraw"
        return read(answers.Flag, self._ask("POST", place, body={"reason": reason}, again=False))

    def flags(self, **filters: Any) -> Iterator[answers.Flag]:
        """Newest first: `state`, `severity`, `scope`, `reason`, `kind`, `q`."""
        return self._all(answers.Flag, "/flags", filters)

    def report(self, report: Union[int, answers.Report]) -> answers.Report:
        return self._one(answers.Report, f"/reports/{_id(report)}")

    def reports(self, **filters: Any) -> Iterator[answers.Report]:
        """Newest first: `flag`, `state`."""
        return self._all(answers.Report, "/reports", filters)

    def findings(
        self, report: Union[int, answers.Report], **filters: Any
    ) -> Iterator[answers.Finding]:
        """What a complete report found, nearest first."""
        return self._all(answers.Finding, f"/reports/{_id(report)}/findings", filters)

    def wait_for_report(
        self, flag: Union[int, answers.Flag], *, seconds: float = 60.0, pause: float = 0.5
    ) -> answers.Report:
        """The flag's newest report once it is complete or failed; UnreachableError if it takes
        longer than `seconds`.
        """
        until = time.monotonic() + seconds
        while True:
            newest = next(self.reports(flag=_id(flag)), None)
            if newest is not None and newest.state in {"complete", "failed"}:
                return newest
            if time.monotonic() > until:
                raise UnreachableError(
                    f"The report of flag {_id(flag)} was not complete within {seconds:g} seconds. "
                    "Is a worker running?"
                )
            time.sleep(pause)

    def obligations(self, **filters: Any) -> Iterator[answers.Obligation]:
        """The most urgent first: `flag`, `state`, `owner`, `q` …"""
        return self._all(answers.Obligation, "/obligations", filters)

    # How it is asked

    def _lookup(self, query: dict[str, Any]) -> list[Artifact]:
        try:
            told = self._ask("GET", "/artifacts/lookup", query=query)
        except NotFoundError:
            return []
        return [read(Artifact, one) for one in told["results"]]

    def _walked(
        self, direction: str, artifact: Which, walk: dict[str, Any]
    ) -> Iterator[answers.Reached]:
        query = {"limit": PAGE, **walk, "offset": 0}
        while True:
            page = self._one(answers.Reach, f"{_of(artifact)}/{direction}", query)
            yield from page.results
            query["offset"] += page.limit
            if query["offset"] >= page.count or not page.results:
                return
            # What is committed meanwhile would shift the pages.
            query.pop("as_of_time", None)
            query["as_of"] = page.revision if page.as_of is None else page.as_of

    def _all(self, shape: type[T], path: str, filters: Mapping[str, Any]) -> Iterator[T]:
        query = {"limit": PAGE, **filters, "offset": 0}
        while True:
            told = self._ask("GET", path, query=query)
            for one in told["results"]:
                yield read(shape, one)
            if not told.get("next"):
                return
            query["offset"] += told["limit"]

    def _one(self, shape: type[T], path: str, query: Optional[Mapping[str, Any]] = None) -> T:
        return read(shape, self._ask("GET", path, query=dict(query or {})))

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        if "query" in more:
            more["query"] = {name: _plain(value) for name, value in more["query"].items()}
        told = self._transport.ask(method, API + path, **more)
        if told is not None and not isinstance(told, dict):
            raise UnreachableError("What answers there is no Model Lineage server.")
        return told


def _plain(value: Any) -> Any:
    """A value as it stands in an address."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Artifact):
        return value.id
    return ",".join(value) if isinstance(value, (list, tuple, set)) else value


def _id(which: Any) -> int:
    return int(getattr(which, "id", which))


def _of(artifact: Which) -> str:
    return f"/artifacts/{_id(artifact)}"
