"""What a Kubeflow Pipelines server tells of a run of `jam`.

The shapes are those of `backend/api/v2beta1/*.proto` in kubeflow/pipelines as the gateway writes
them. The client `kfp-server-api` 2.17.3 reads those of a server with ML Metadata; what a server
that keeps artifacts itself adds (`tasks`, `artifact_tasks`) is newer than any such client.
"""

import zlib
from pathlib import Path
from typing import Any

import yaml

SPEC = yaml.safe_load(
    (Path(__file__).parent / "payloads" / "kubeflow" / "jam.yaml").read_text(encoding="utf-8")
)
EXPERIMENT = "0c1f8a52-3c4b-4f0e-9f0b-5a5b9d3c7e11"
PIPELINE = "7b0a64f6-55a1-4f3e-8a39-6c1e3d1f2a22"
VERSION = "c2d4e9a0-1b7f-4f6d-9a55-2e8b7c9d3f33"
RECURRING = "e3f5a1b2-2c8a-4a7e-8b66-3f9c8d0e4a44"
RUN = "5ce1b0c4-7a53-4a43-9d5f-1f7f0a3d2b11"
LATER = "6df2c1d5-8b64-4b54-8e60-2a8a1b4e3c22"
NEVER = "0001-01-01T00:00:00Z"

Json = dict[str, Any]


def clock(minute: int, second: int = 0) -> str:
    return f"2026-10-01T02:{minute:02}:{second:02}Z"


def run(identity: str = RUN, *, minute: int = 0, state: str = "SUCCEEDED", **more: Any) -> Json:
    """A run of `jam` that began at that minute and took five."""
    ended = clock(minute + 5) if state in {"SUCCEEDED", "FAILED", "CANCELED"} else NEVER
    return {
        "experiment_id": EXPERIMENT,
        "run_id": identity,
        "display_name": f"jam at {minute}",
        "storage_state": "AVAILABLE",
        "pipeline_version_reference": {
            "pipeline_id": PIPELINE,
            "pipeline_version_id": VERSION,
        },
        "runtime_config": {"parameters": {"depth": 3, "seed": 7}, "pipeline_root": "s3://jam/v2"},
        "service_account": "pipeline-runner",
        "created_at": clock(minute),
        "scheduled_at": clock(minute),
        "finished_at": ended,
        "state": state,
        "recurring_run_id": RECURRING,
        "state_history": [
            {"update_time": clock(minute), "state": "PENDING"},
            {"update_time": clock(minute, 9), "state": "RUNNING"},
            *([{"update_time": ended, "state": state}] if ended != NEVER else []),
        ],
        **more,
    }


def step(name: str, state: str = "SUCCEEDED", **more: Any) -> Json:
    """A step of the workflow engine, as servers up to 2.14 tell it."""
    return {
        "run_id": RUN,
        "task_id": f"8f0e6a1b-0000-4000-8000-{zlib.crc32(name.encode()):012}",
        "display_name": name,
        "create_time": clock(0),
        "start_time": clock(1),
        "end_time": NEVER if state in {"RUNNING", "PENDING"} else clock(2),
        "state": state,
        "state_history": [{"update_time": clock(2), "state": state}],
        "child_tasks": [],
        **more,
    }


def steps(**states: str) -> Json:
    """The details of a run of `jam` all of whose tasks ran; `states` are of those that differ."""
    names = ("importer", "boil", "cook", "fit", "trim", "taste")
    found = [step("root-driver"), step("root", child_tasks=[{"pod_name": "jam-x7k-1"}])]
    for name in names:
        found += [step(f"{name}-driver"), step(name, states.get(name, "SUCCEEDED"))]
        if name not in {"importer", "cook"}:
            found.append(step("executor", states.get(f"{name}_executor", "SUCCEEDED")))
    return {"run_details": {"task_details": found}}


def artifact(identity: str, sort: str, **more: Any) -> Json:
    return {
        "artifact_id": identity,
        "name": more.pop("name", identity),
        "type": sort,
        "created_at": clock(2),
        "namespace": "orchard",
        **more,
    }


def passed(key: str, *artifacts: Json, sort: str = "TASK_OUTPUT_INPUT") -> Json:
    return {"artifact_key": key, "type": sort, "artifacts": list(artifacts)}


def task(
    identity: str, name: str, sort: str = "RUNTIME", above: str = "t-root", **more: Any
) -> Json:
    """A task as a server tells it that keeps artifacts itself."""
    inputs, outputs = more.pop("reads", []), more.pop("writes", [])
    parameters = more.pop("parameters", {})
    return {
        "name": name,
        "display_name": name,
        "task_id": identity,
        "run_id": RUN,
        "pods": [{"name": f"{name}-pod", "uid": "u", "type": "EXECUTOR"}],
        "create_time": clock(1),
        "end_time": clock(2),
        "state": "SUCCEEDED",
        "type": sort,
        "parent_task_id": above,
        "inputs": {
            "artifacts": inputs,
            "parameters": [
                {"parameter_key": key, "type": "RUNTIME_VALUE_INPUT", "value": value}
                for key, value in parameters.items()
            ],
        },
        "outputs": {"artifacts": outputs},
        "scope_path": f"root.{name}",
        **more,
    }


RAW = artifact(
    "a-raw",
    "Dataset",
    uri="s3://garden/berries.csv",
    metadata={"md5": "9e107d9d372bb6826bd81d3542a419d6"},
)
TRAIN = artifact("a-train", "Dataset", uri="s3://jam/v2/train", metadata={"rows": 40})
TEST = artifact("a-test", "Dataset", uri="s3://jam/v2/test")
FITTED = artifact("a-fitted", "Model", uri="s3://jam/v2/fitted", metadata={"framework": "sklearn"})
TRIMMED = artifact("a-trimmed", "Model", uri="s3://jam/v2/trimmed", metadata={"relation": "pruned"})
SCORE = artifact("a-score", "Metric", name="auc", number_value=0.5)


def native_tasks() -> list[Json]:
    """The tasks of `jam`, each with what it read and wrote."""
    return [
        task("t-root", "root", "ROOT", ""),
        task("t-import", "importer", "IMPORTER", writes=[passed("artifact", RAW, sort="OUTPUT")]),
        task(
            "t-boil",
            "boil",
            reads=[passed("fruit", RAW)],
            writes=[passed("train", TRAIN, sort="OUTPUT"), passed("test", TEST, sort="OUTPUT")],
        ),
        # What goes in and out of a scope is not read and written by it.
        task(
            "t-cook",
            "cook",
            "DAG",
            reads=[passed("pot", TRAIN)],
            writes=[passed("Output", TRIMMED, sort="OUTPUT")],
        ),
        task(
            "t-fit",
            "fit",
            above="t-cook",
            reads=[passed("train", TRAIN)],
            writes=[passed("model", FITTED, sort="OUTPUT")],
            parameters={"depth": 3, "seed": 7},
        ),
        task(
            "t-trim",
            "trim",
            above="t-cook",
            reads=[passed("base", FITTED)],
            writes=[passed("model", TRIMMED, sort="OUTPUT")],
        ),
        task(
            "t-taste",
            "taste",
            reads=[passed("model", TRIMMED), passed("test", TEST)],
            writes=[passed("score", SCORE, sort="OUTPUT")],
        ),
    ]
