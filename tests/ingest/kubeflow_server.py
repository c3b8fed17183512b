"""A Kubeflow Pipelines server on this machine, as far as its API is read."""

import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.ingest.kubeflow_answers import (
    EXPERIMENT,
    PIPELINE,
    RECURRING,
    SPEC,
    VERSION,
    Json,
    clock,
)


@dataclass
class Kubeflow:
    """What the server has. `failures` are answered first, `page` is the most it gives at once."""

    runs: list[Json] = field(default_factory=list)
    token: str = ""
    multi_user: bool = False
    page: int = 50
    apart: bool = False
    failures: list[tuple[int, str]] = field(default_factory=list)
    versions: list[Json] = field(
        default_factory=lambda: [
            {
                "pipeline_id": PIPELINE,
                "pipeline_version_id": VERSION,
                "display_name": "v2",
                "name": "v2",
                "created_at": clock(0),
                "pipeline_spec": copy.deepcopy(SPEC),
                "tags": {"team": "orchard"},
            }
        ]
    )
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, query: dict[str, list[str]]) -> Json | None:
        parts = path.removeprefix("/apis/v2beta1/").split("/")
        pipeline = {"pipeline_id": PIPELINE, "display_name": "jam", "created_at": clock(0)}
        experiment = {"experiment_id": EXPERIMENT, "display_name": "growth"}
        found: Json | None = None
        lists = {"experiments": [experiment], "pipelines": [pipeline]}
        match parts:
            case ["healthz"]:
                found = {"multi_user": self.multi_user, "pipeline_store": "database"}
            case [one] if one in lists:
                found = self.paged(one, lists[one], query)
            case ["pipelines", _, "versions"]:
                found = self.paged("pipeline_versions", self.versions, query)
            case ["pipelines", _, "versions", one]:
                found = self.one(self.versions, "pipeline_version_id", one)
            case ["recurringruns", one] if one == RECURRING:
                found = {"recurring_run_id": one, "display_name": "each night"}
            case ["runs"]:
                found = self.paged("runs", self.listed(query), query)
            case ["runs", one]:
                found = self.one(self.runs, "run_id", one)
            case ["tasks"]:
                (of,) = [one for one in self.runs if one["run_id"] == query["run_id"][0]]
                found = self.paged("tasks", of["tasks"], query)
            case ["artifact_tasks"]:
                found = self.paged("artifact_tasks", self.links(query["artifact_ids"][0]), query)
        return found

    def listed(self, query: dict[str, list[str]]) -> list[Json]:
        of = query.get("namespace", [""])[0]
        kept = ("run_details", "tasks")
        return [
            {name: one for name, one in run.items() if name not in kept}
            for run in sorted(self.runs, key=lambda one: str(one.get("created_at")), reverse=True)
            if not of or run.get("namespace") == of
        ]

    def links(self, identity: str) -> list[Json]:
        return [
            {"artifact_id": identity, "run_id": run["run_id"], "task_id": one["task_id"], **io}
            for run in self.runs
            for one in run.get("tasks", [])
            for side in ("inputs", "outputs")
            for io in (
                {"type": passed.get("type", "OUTPUT"), "key": passed.get("artifact_key", "")}
                for passed in one.get(side, {}).get("artifacts", [])
                if identity in {found["artifact_id"] for found in passed["artifacts"]}
            )
        ]

    def one(self, among: list[Json], name: str, value: str) -> Json | None:
        """With `apart`, tasks have to be asked for by themselves."""
        found = next((found for found in among if found.get(name) == value), None)
        if found and self.apart and "tasks" in found:
            return {**found, "tasks": [], "task_count": len(found["tasks"])}
        return found

    def paged(self, field_name: str, among: list[Json], query: dict[str, list[str]]) -> Json:
        size = min(self.page, int(query.get("page_size", ["20"])[0]))
        start = int(query.get("page_token", ["0"])[0])
        answer: Json = {"total_size": len(among)} if among else {}
        if found := among[start : start + size]:
            answer[field_name] = found
        if start + size < len(among):
            answer["next_page_token"] = str(start + size)
        return answer


@contextmanager
def serving(kubeflow: Kubeflow) -> Iterator[Kubeflow]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            kubeflow.asked.append(self.path)
            status, body = self._answer(parts.path, parse_qs(parts.query))
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, str]:
            if kubeflow.failures:
                return kubeflow.failures.pop(0)
            given = self.headers.get("Authorization", "")
            if kubeflow.token and given != f"Bearer {kubeflow.token}":
                return 401, '{"error": "Unauthenticated", "code": 16}'
            answer = kubeflow.answer(path, query)
            if answer is None:
                return 404, '{"error": "not found", "code": 5}'
            return 200, json.dumps(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        kubeflow.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield kubeflow
        finally:
            server.shutdown()
            thread.join()
