"""A tracking server on loopback that answers as MLflow 3.17.2 did when it was recorded.

What it holds may be changed between two readings: `server.runs[…]["info"]["lifecycle_stage"]`.
"""

import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PAYLOADS = Path(__file__).parent / "payloads" / "mlflow"
API = "/api/2.0/mlflow/"
NOT_FOUND = (404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such thing."})
# What each list is called in an answer, and among what was recorded.
LISTS = {
    "experiments/search": ("experiments", "experiments"),
    "logged-models/search": ("models", "models"),
    "registered-models/search": ("registered_models", "registered"),
    "model-versions/search": ("model_versions", "versions"),
}
Answer = tuple[int, Any]


def recorded() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((PAYLOADS / "server.json").read_text())
    return told


@dataclass
class FakeMlflow:
    """`first` are answers given before any other; `asked` counts what was asked for by path."""

    told: dict[str, Any] = field(default_factory=recorded)
    page: int = 3
    secret: str = ""
    first: list[Answer | bytes] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""

    @property
    def runs(self) -> dict[str, Any]:
        """What `runs/get` shows; `runs/search` shows the same without the models that were read."""
        found: dict[str, Any] = self.told["runs"]
        return found

    def run_named(self, name: str) -> str:
        return next(key for key, run in self.runs.items() if run["info"]["run_name"] == name)

    def add_run(self, identity: str, like: str, **info: Any) -> None:
        run = copy.deepcopy(self.runs[self.run_named(like)])
        run["info"] |= {"run_id": identity, "run_uuid": identity, **info}
        run["inputs"] = {}
        run["outputs"] = {}
        self.runs[identity] = run

    def count(self, call: str) -> int:
        return sum(path.removeprefix(API) == call for path, _ in self.asked)

    def answer(self, path: str, given: dict[str, Any], authorization: str) -> Answer | bytes:
        self.asked.append((path, given))
        if self.first:
            return self.first.pop(0)
        if self.secret and authorization != self.secret:
            return 401, {"error_code": "UNAUTHENTICATED", "message": "Who are you?"}
        call = path.removeprefix(API)
        if call in self.missing:
            return NOT_FOUND
        return self._call(call, given) if path.startswith(API) else self._beside(path, given)

    def _beside(self, path: str, given: dict[str, Any]) -> Answer | bytes:
        if path == "/version":
            return str(self.told["version"]).encode()
        if path == "/get-artifact":
            return self._text(given["run_id"], given["path"])
        return self._text(path.split("/")[5], given["artifact_file_path"])

    def _call(self, call: str, given: dict[str, Any]) -> Answer:
        if call == "runs/get":
            run = self.runs.get(given["run_id"])
            return (200, {"run": run}) if run else NOT_FOUND
        if call == "metrics/get-history":
            every = self.told["history"].get(given["run_id"], {}).get(given["metric_key"], [])
            return 200, self._paged("metrics", every, given)
        if call == "artifacts/list":
            return 200, {"files": self.told["files"].get(f"{given['run_id']}/{given['path']}", [])}
        if call == "runs/search":
            inside = [one for one in map(_as_listed, self.runs.values()) if _of(one, given)]
            return 200, self._paged("runs", inside, given)
        if call in LISTS:
            name, kept = LISTS[call]
            return 200, self._paged(name, self.told[kept], given)
        return self._model(call.split("/"))

    def _model(self, parts: list[str]) -> Answer:
        if parts[-1] == "directories":
            return 200, {"files": self.told["files"].get(parts[1], [])}
        found = [one for one in self.told["models"] if one["info"]["model_id"] == parts[1]]
        return (200, {"model": found[0]}) if found else NOT_FOUND

    def _text(self, owner: str, path: str) -> Answer | bytes:
        text = self.told["texts"].get(owner, {}).get(path)
        return NOT_FOUND if text is None else text.encode()

    def _paged(self, name: str, every: list[Any], given: dict[str, Any]) -> dict[str, Any]:
        start = int(given.get("page_token") or 0)
        told: dict[str, Any] = {name: every[start : start + self.page]}
        if start + self.page < len(every):
            told["next_page_token"] = str(start + self.page)
        return told


def _as_listed(run: dict[str, Any]) -> dict[str, Any]:
    inputs = run.get("inputs")
    if isinstance(inputs, dict):
        inputs = {key: one for key, one in inputs.items() if key != "model_inputs"}
    return {**run, "inputs": inputs}


def _of(run: dict[str, Any], given: dict[str, Any]) -> bool:
    assert given["run_view_type"] == "ALL"
    return run["info"]["experiment_id"] in given["experiment_ids"]


@contextmanager
def serving(fake: FakeMlflow) -> Iterator[FakeMlflow]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: in two, the second waits for the first to be acknowledged.
        wbufsize = 65536

        def do_GET(self) -> None:
            self._give(dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self._give(json.loads(self.rfile.read(length)))

        def _give(self, given: dict[str, Any]) -> None:
            path = urlsplit(self.path).path
            found = fake.answer(path, given, self.headers.get("Authorization", ""))
            status, body = (200, found) if isinstance(found, bytes) else found
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://169.254.169.254/latest/")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
