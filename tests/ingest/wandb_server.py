"""A server of Weights & Biases on loopback, as the public API has it.

It answers with the fields that are asked for, page by page. The unmodified client, `wandb` 0.31,
reads it as well.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from tests.ingest.graphql_selection import chosen, selected

KEY = "k" * 40


class GraphqlError(Exception):
    """What GraphQL answers, with a status of 200."""


@dataclass
class WandbServer:
    """`most` is the largest page it gives; `plan` the statuses it answers with first."""

    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    artifacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    used: dict[str, list[str]] = field(default_factory=dict)
    logged: dict[str, list[str]] = field(default_factory=dict)
    entity: str = "orchard"
    project: str = "apples"
    most: int = 2
    plan: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)
    knows_changes: bool = True
    base: str = ""

    def answer(self, operation: str, query: str, variables: dict[str, Any]) -> Any:
        # The client leaves the name out where the document has one operation.
        operation = operation or re.findall(r"query\s+(\w+)", query)[0]
        self.asked.append((operation, variables))
        if operation in self.failing or variables.get("name") in self.failing:
            raise GraphqlError("permission denied")
        found = getattr(self, f"_{operation}", None)
        if found is None:
            raise GraphqlError(f'Cannot query "{operation}"')
        try:
            return chosen(found(variables), selected(query))
        except KeyError as error:
            raise GraphqlError(f"Cannot query field {error}") from error

    def _GetViewer(self, _: dict[str, Any]) -> Any:  # noqa: N802 - the operation's own name
        about = {"id": "1", "username": "pip", "email": "", "entity": self.entity, "flags": "{}"}
        return {"viewer": about | {"teams": {"edges": [{"node": {"name": self.entity}}]}}}

    _Viewer = _GetDefaultEntity = _GetViewer

    def _TypeFields(self, _: dict[str, Any]) -> Any:  # noqa: N802
        names = ["name", "heartbeatAt", *(["updatedAt"] if self.knows_changes else [])]
        return {"__type": {"fields": [{"name": one} for one in names]}}

    def _GetProjects(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        names = [self.project] if asked["entity"] == self.entity else []
        about: dict[str, Any] = {
            "__typename": "Project",
            "id": "7",
            "entityName": self.entity,
            "user": None,
        }
        about |= {"createdAt": "2026-11-24T02:00:00", "isBenchmark": False}
        return {"models": self._page([about | {"name": one} for one in names], asked)}

    def _Runs(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        nodes = sorted(self.runs.values(), key=lambda one: (one["createdAt"], one["name"]))
        runs = self._page(nodes, asked)
        return self._in_project(
            asked, internalId="7", runCount=len(nodes), readOnly=False, runs=runs
        )

    def _Run(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return self._in_project(asked, run=self.runs.get(asked["name"]))

    def _RunFiles(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        edges = []
        for name in asked["fileNames"]:
            path = f"/files/{asked['name']}/{name}"
            if (content := self.files.get(path)) is not None:
                about = {"id": path, "name": name, "sizeBytes": len(content), "mimetype": ""}
                about |= {"url": self.base + path, "directUrl": self.base + path, "md5": ""}
                edges.append({"node": about | {"updatedAt": None}, "cursor": ""})
        files = {"edges": edges, "pageInfo": {"hasNextPage": False, "endCursor": None}}
        return self._in_project(
            asked, internalId="7", run={"fileCount": len(edges), "files": files}
        )

    def _RunInputArtifacts(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return self._of_run(self.used, asked)

    def _RunOutputArtifacts(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        return self._of_run(self.logged, asked)

    def _of_run(self, lists: dict[str, list[str]], asked: dict[str, Any]) -> Any:
        nodes = [self.artifacts[one] for one in lists.get(asked["run"], ())]
        field = "inputArtifacts" if lists is self.used else "outputArtifacts"
        return self._in_project(asked, run={field: self._page(nodes, asked)})

    def _FetchArtifactManifest(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        url = f"{self.base}/manifests/{asked['id']}?signature=a%2Fb"
        url = self.elsewhere.get(asked["id"], url)
        return {"artifact": {"currentManifest": {"file": {"directUrl": url}}}}

    def _in_project(self, asked: dict[str, Any], **fields: Any) -> Any:
        here = (asked["entity"], asked["project"]) == (self.entity, self.project)
        return {"project": fields if here else None}

    def _page(self, nodes: list[Any], asked: dict[str, Any]) -> Any:
        """A page, as the cursor says; what is no cursor of this server is an error."""
        start = 0
        if cursor := asked.get("cursor"):
            try:
                start = int(base64.b64decode(cursor).decode().removeprefix("after:"))
            except ValueError as error:
                raise GraphqlError("invalid cursor") from error
        end = start + min(asked.get("perPage") or 50, self.most)
        cursors = [base64.b64encode(f"after:{one + 1}".encode()).decode() for one in range(end)]
        more = end < len(nodes)
        return {
            "totalCount": len(nodes),
            "edges": [
                {"node": one, "cursor": cursor}
                for one, cursor in zip(nodes[start:end], cursors[start:], strict=False)
            ],
            "pageInfo": {"__typename": "PageInfo", "hasNextPage": more, "endCursor": cursors[-1]},
        }


@contextmanager
def serving(server: WandbServer) -> Iterator[str]:
    """Its address, for as long as the block runs."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.base = f"http://127.0.0.1:{http.server_port}"
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.base
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def _handler(server: WandbServer) -> Callable[..., BaseHTTPRequestHandler]:
    right = "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        # Headers and body in one go: else each answer waits for an acknowledgement, 40 ms.
        wbufsize = -1

        def log_message(self, *_: object) -> None:
            """Nothing: tests are quiet."""

        def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            signed = "manifests" not in parts.path or parts.query == "signature=a%2Fb"
            body = server.files.get(parts.path) if signed else None
            self.send(200 if body is not None else 403, body or b"", {})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if server.plan:
                self.send(*_planned(server.plan.pop(0)))
            elif self.headers.get("Authorization") != right or self.path != "/graphql":
                self.send(401, b'{"errors": [{"message": "user is not logged in"}]}', {})
            else:
                try:
                    data = server.answer(
                        asked.get("operationName", ""), asked["query"], asked.get("variables") or {}
                    )
                    answer = {"data": data}
                except GraphqlError as error:
                    answer = {"data": None, "errors": [{"message": str(error)}]}
                self.send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    return Handler


def _planned(one: tuple[int, dict[str, str], bytes]) -> tuple[int, bytes, dict[str, str]]:
    return one[0], one[2], one[1]
