"""One run, from what is known before it to the batch that says all of it."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, Optional

from model_lineage.declared import POST_TRAINING, Thing, thing_from
from model_lineage.environment import Image, environment_record
from model_lineage.errors import ConfigError
from model_lineage.git import Tree
from model_lineage.records import ArtifactRecord, Batch, EdgeRecord, Key
from model_lineage.values import MAX_VERSION_BYTES, clean, flat, line, seed_value

PRODUCER = "model-lineage-client"
# Of the 2,000,000 bytes that the server keeps of an artifact's facets.
MAX_SAID_BYTES = 1_500_000


def new_run_id() -> str:
    """Sorts by time and is unique: `20261001T020000Z-9f86d081884c`."""
    return f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(6)}"


@dataclass
class Recording:
    """What is known of a run so far."""

    key: Key
    producer: str = PRODUCER
    owner: str = ""
    state: str = "running"
    started_at: str = ""
    ended_at: str = ""
    seed: Any = None
    parameters: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    inputs: list[Thing] = field(default_factory=list)
    outputs: list[Thing] = field(default_factory=list)
    tree: Optional[Tree] = None
    python: dict[str, Any] = field(default_factory=dict)
    locks: dict[str, str] = field(default_factory=dict)
    image: Optional[Image] = None
    process: dict[str, Any] = field(default_factory=dict)
    started_by: Optional[Key] = None
    # (name, version) under which the run's one model is known.
    model_version: Optional[tuple[str, str]] = None

    def take(self, said: Mapping[str, Any]) -> None:
        """One statement of the program: a parameter, a metric, the seed, an input, an output …"""
        for name, value in said.items():
            if name == "parameters":
                self.parameters.update(clean(value))
            elif name == "metrics":
                self.metrics.update(flat(value))
            elif name == "seed":
                self.seed = seed_value(value)
            elif name == "input":
                self.inputs.append(thing_from(value))
            elif name == "output":
                self.outputs.append(thing_from(value))
            elif name == "python":
                self.measured(value)

    def measured(self, python: Mapping[str, Any]) -> None:
        """Which Python it was; `measured_in` says how that is known, and is none of the Python."""
        self.python = {name: value for name, value in python.items() if name != "measured_in"}
        self.process["python_measured_in"] = python.get("measured_in", "")

    def problems(self) -> list[str]:
        """What will be left out of the batch, and why."""
        read = {one.key(self.key.namespace) for one in self.inputs}
        return [
            f"{one.name} holds after the run what was read from it before; it is recorded as an "
            "input only."
            for one in self.outputs
            if one.key(self.key.namespace) in read
        ]

    def batch(self) -> Batch:
        """The same batch each time, so sending it twice changes nothing."""
        namespace = self.key.namespace
        artifacts: dict[Key, ArtifactRecord] = {self.key: self._run_record()}
        edges: dict[EdgeRecord, None] = {}

        def add(record: ArtifactRecord) -> Key:
            artifacts.setdefault(record.key, replace(record, stated_at=self.ended_at))
            return record.key

        if self.tree is not None:
            records, derived = self.tree.records()
            for record in records:
                add(record)
            edges.update(dict.fromkeys(derived))
            edges[EdgeRecord(self.tree.key, self.key, "code")] = None
        for environment in self._environments():
            edges[EdgeRecord(add(environment), self.key, "environment")] = None
        read = [(one, add(one.record(namespace))) for one in self.inputs]
        for one, key in read:
            role = "input" if one.role in POST_TRAINING else one.role or "input"
            edges[EdgeRecord(key, self.key, role)] = None
        written = {
            add(one.record(namespace)): None
            for one in self._outputs()
            if one.key(namespace) not in {key for _, key in read}
        }
        for key in written:
            edges[EdgeRecord(self.key, key, "output")] = None
        for one, base in read:
            if one.role in POST_TRAINING:
                made = [key for key in written if key.kind == "model"]
                edges.update({EdgeRecord(base, key, one.role): None for key in made})
        if self.started_by is not None:
            edges[EdgeRecord(self.started_by, self.key, "orchestration")] = None
        return Batch(
            producer=self.producer,
            evidence=f"run {self.key.version}",
            artifacts=tuple(artifacts.values()),
            edges=tuple(edges),
        )

    def _environments(self) -> list[ArtifactRecord]:
        found = []
        if self.python:
            found.append(environment_record(self.key.namespace, self.python, self.locks))
        if self.image is not None:
            found.append(self.image.record())
        return found

    def _outputs(self) -> list[Thing]:
        """The outputs, the one model among them under the name that was asked for."""
        if self.model_version is None:
            return self.outputs
        name, version = self.model_version
        model = self.model()
        return [
            replace(one, namespace="", name=line(name), version=line(version, MAX_VERSION_BYTES))
            if one is model
            else one
            for one in self.outputs
        ]

    def model(self) -> Optional[Thing]:
        """The one model that the run wrote; nothing if there are none or several."""
        models = [one for one in self.outputs if one.kind == "model"]
        return models[0] if len({(one.name, one.version) for one in models}) == 1 else None

    def _run_record(self) -> ArtifactRecord:
        run = {
            "state": self.state,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "seed": self.seed,
            "parameters": self.parameters,
            "metrics": self.metrics,
        }
        run = {name: value for name, value in run.items() if value not in ("", None, {})}
        size = len(json.dumps(run, ensure_ascii=False).encode())
        if size > MAX_SAID_BYTES:
            kept = {"state", "started_at", "ended_at", "seed"}
            run = {name: value for name, value in run.items() if name in kept}
            run["left_out"] = (
                f"parameters and metrics of {size:,} bytes; at most 1,500,000 are kept"
            )
        return ArtifactRecord(
            self.key,
            owner=self.owner,
            occurred_at=self.started_at,
            stated_at=self.ended_at,
            facets={"run": run, "process": clean(self.process)},
        )


def named_version(text: str) -> tuple[str, str]:
    """
    >>> named_version("churn@2.0")
    ('churn', '2.0')
    """
    name, at, version = text.rpartition("@")
    if not at or not name.strip() or not version.strip():
        raise ConfigError(f"{text!r} is not of the form NAME@VERSION, such as churn@2.0.")
    return name.strip(), version.strip()


def run_name(command: Sequence[str]) -> str:
    """What a run is called if nobody says: the script or module that runs.

    >>> run_name(["python", "-u", "src/train.py", "--lr", "1"]), run_name(["python", "-m", "a.b"])
    ('src/train.py', 'a.b')
    >>> run_name(["/usr/bin/make", "train"])
    'make'
    """
    first = command[0].replace("\\", "/").rpartition("/")[2]
    if first.lower().startswith("python"):
        for place, one in enumerate(command[1:], start=1):
            if one == "-m" and place + 1 < len(command):
                return command[place + 1]
            if one.endswith(".py") and not one.startswith("-"):
                return one[2:] if one.startswith("./") else one
            if one == "-c":
                break
    return first
