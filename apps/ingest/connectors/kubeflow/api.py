"""The API of a Kubeflow Pipelines server, `/apis/v2beta1`, page by page.

Fields are those of `backend/api/v2beta1/*.proto` in kubeflow/pipelines, which its gateway writes in
snake_case, numbers of 64 bits as texts, and leaves out where they are empty. Up to 2.14 a run has
`run_details.task_details`: the steps of the workflow engine, without what they read and wrote,
which is in ML Metadata. Servers that keep artifacts themselves give a run `tasks` with both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from apps.ingest.connectors import gathering
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.service import NothingThereError, Service

ROOT = "/apis/v2beta1"
PAGE_SIZE = 50
MAX_PAGES = 100_000
MAX_TASKS = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server, and which of its namespaces (Kubernetes') are read; none are named on a server of
    one user. With `tasks` False the runs are read without what their tasks did."""

    base: str
    namespaces: tuple[str, ...]
    tasks: bool

    @classmethod
    def of(cls, where: str) -> "Address":
        """Of `https://host/path?namespace=team-a&lineage=mlmd`. ConnectorError names the fault."""
        try:
            parts = urlsplit(where)
            given = parse_qsl(parts.query, keep_blank_values=True)
        except ValueError as error:
            raise ConnectorError(f"{where[:200]} is not an address: {error}.") from error
        others = [name for name, _ in given if name not in {"namespace", "lineage"}]
        lineage = [value for name, value in given if name == "lineage"]
        if others or lineage not in ([], ["mlmd"]):
            raise ConnectorError(
                "After the address may stand ?namespace=NAME, several times, and lineage=mlmd if "
                "an ML Metadata source tells what the tasks did; nothing else."
            )
        return cls(
            base=urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "")),
            namespaces=tuple(dict.fromkeys(value for name, value in given if name == "namespace")),
            tasks=not lineage,
        )

    def namespace(self, of: str = "") -> str:
        """The namespace of what is read, in ours: `kubeflow://host/team-a`."""
        parts = urlsplit(self.base)
        host = (parts.hostname or "").lower()
        host = f"[{host}]" if ":" in host else host
        try:
            port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
        except ValueError as error:
            raise ConnectorError(f"{self.base[:200]} is not an address: {error}.") from error
        return "/".join(filter(None, (f"kubeflow://{host}{port}", of)))


class Api:
    """What is asked of a server."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def address(self, *path: str) -> str:
        return f"{self._service.base}{_path(*path)}"

    def health(self) -> Mapping[str, Any]:
        return mapping(self._service.get(_path("healthz")))

    def count(self, kind: str, namespace: str) -> int | None:
        """How many there are, if the server says so."""
        params = {"page_size": 1, "namespace": namespace or None}
        total = mapping(self._service.get(_path(kind), params)).get("total_size", 0)
        return total if type(total) is int else None

    def experiments(self, namespace: str) -> Iterator[Mapping[str, Any]]:
        return self._pages(("experiments",), "experiments", namespace=namespace or None)

    def pipelines(self, namespace: str) -> Iterator[Mapping[str, Any]]:
        return self._pages(("pipelines",), "pipelines", namespace=namespace or None)

    def versions(self, pipeline: str) -> Iterator[Mapping[str, Any]]:
        return self._pages(("pipelines", pipeline, "versions"), "pipeline_versions")

    def version(self, pipeline: str, version: str) -> Mapping[str, Any] | None:
        return self._one("pipelines", pipeline, "versions", version)

    def runs(self, namespace: str) -> Iterator[Mapping[str, Any]]:
        """Every run, archived ones too, the newest first."""
        return self._pages(
            ("runs",), "runs", namespace=namespace or None, sort_by="created_at desc"
        )

    def run(self, run: str) -> Mapping[str, Any] | None:
        """A run with its tasks; none if there is none of that id."""
        found = self._one("runs", run)
        if found is None or not found.get("task_count") or found.get("tasks"):
            return found
        tasks: list[Mapping[str, Any]] = []
        for task in self._pages(("tasks",), "tasks", run_id=run):
            tasks.append(task)
            if len(tasks) > MAX_TASKS:
                raise ConnectorError(f"Run {run} has more than {MAX_TASKS:,} tasks.")
        return {**found, "tasks": tasks}

    def recurring_run(self, run: str) -> Mapping[str, Any] | None:
        return self._one("recurringruns", run)

    def links(self, artifact: str) -> Iterator[Mapping[str, Any]]:
        """Which tasks read and wrote an artifact."""
        return self._pages(("artifact_tasks",), "artifact_tasks", artifact_ids=artifact)

    def _one(self, *path: str) -> Mapping[str, Any] | None:
        try:
            return mapping(self._service.get(_path(*path)))
        except NothingThereError:
            return None

    def _pages(
        self, path: tuple[str, ...], field: str, **params: str | None
    ) -> Iterator[Mapping[str, Any]]:
        token: str | None = None
        for _ in range(MAX_PAGES):
            sent = {**params, "page_size": PAGE_SIZE, "page_token": token}
            answer = self._service.get(_path(*path), sent)
            if not isinstance(answer, Mapping):
                raise ConnectorError(f"{self.address(*path)} did not answer with a page.")
            yield from (one for one in listed(answer.get(field)) if isinstance(one, Mapping))
            following = answer.get("next_page_token")
            if not isinstance(following, str) or not following:
                return
            if following == token:
                raise ConnectorError(
                    f"{self.address(*path)} answers with one page again and again."
                )
            token = following
        raise ConnectorError(f"{self.address(*path)} has more than {MAX_PAGES:,} pages.")


def _path(*parts: str) -> str:
    return "/".join((ROOT, *(quote(part, safe="") for part in parts)))


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in listed(value) if isinstance(one, Mapping)]


def moment(value: Any) -> datetime | None:
    """A time; none for what is not over yet, which servers write as 1970 or as the year 1."""
    found = gathering.moment(value)
    return found if found is not None and found > _EPOCH else None
