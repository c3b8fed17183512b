"""Record what a running MLflow server answers, and what it keeps, for tests to serve again.

    python record.py http://127.0.0.1:5555 path/of/mlflow.db path/of/mlruns

The answers are MLflow's own (3.17.2, filled by a script that trains, registers, copies, deletes);
of the tables only the rows that are read are kept, of the folder all but the weights.
"""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

HERE = Path(__file__).parent
TABLES = (
    *("alembic_version", "experiments", "runs", "params", "tags", "metrics", "latest_metrics"),
    *("datasets", "inputs", "input_tags", "logged_models", "logged_model_tags"),
    *("logged_model_params", "logged_model_metrics", "registered_models", "model_versions"),
    *("registered_model_tags", "model_version_tags", "registered_model_aliases"),
)
WEIGHTS = (".pkl", ".onnx")
TEXTS = ("MLmodel", "conda.yaml", "requirements.txt", "python_env.yaml")


def asked(base: str, call: str, body: dict[str, Any] | None = None, **query: str) -> Any:
    address = f"{base}/api/2.0/mlflow/{call}" + (f"?{urlencode(query)}" if query else "")
    data = None if body is None else json.dumps(body).encode()
    request = Request(address, data, {"Content-Type": "application/json"})
    return json.loads(urlopen(request).read())


def answers(base: str) -> dict[str, Any]:
    everything = {"max_results": 1000}
    experiments = asked(base, "experiments/search", {**everything, "view_type": "ALL"})
    ids = {"experiment_ids": [one["experiment_id"] for one in experiments["experiments"]]}
    listed = asked(base, "runs/search", {**everything, **ids, "run_view_type": "ALL"})
    models = asked(base, "logged-models/search", ids)
    told: dict[str, Any] = {
        "version": urlopen(f"{base}/version").read().decode(),
        "experiments": experiments["experiments"],
        "listed": listed["runs"],
        "models": models["models"],
        "registered": asked(base, "registered-models/search")["registered_models"],
        "versions": asked(base, "model-versions/search")["model_versions"],
        "runs": {},
        "history": {},
        "files": {},
        "texts": {},
    }
    for run in told["listed"]:
        identity = run["info"]["run_id"]
        told["runs"][identity] = asked(base, "runs/get", run_id=identity)["run"]
        for metric in run["data"].get("metrics", ()):
            found = asked(base, "metrics/get-history", run_id=identity, metric_key=metric["key"])
            told["history"].setdefault(identity, {})[metric["key"]] = found["metrics"]
    for model in told["models"]:
        identity = model["info"]["model_id"]
        found = asked(base, f"logged-models/{identity}/artifacts/directories")
        told["files"][identity] = found["files"]
        read = f"{base}/ajax-api/2.0/mlflow/logged-models/{identity}/artifacts/files?"
        for file in found["files"]:
            if file["path"] in TEXTS:
                address = read + urlencode({"artifact_file_path": file["path"]})
                text = urlopen(address).read().decode()
                told["texts"].setdefault(identity, {})[file["path"]] = text
    for version in told["versions"]:
        if version["source"].startswith("runs:/"):
            run_id, _, path = version["source"].removeprefix("runs:/").partition("/")
            found = asked(base, "artifacts/list", run_id=run_id, path=path)
            told["files"][f"{run_id}/{path}"] = found["files"]
            for file in found["files"]:
                if file["path"].rpartition("/")[2] in TEXTS:
                    query = urlencode({"run_id": run_id, "path": file["path"]})
                    text = urlopen(f"{base}/get-artifact?{query}").read().decode()
                    told["texts"].setdefault(run_id, {})[file["path"]] = text
    return told


def tables(path: str) -> str:
    """The statements that make the tables and rows that are read."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    lines = []
    for table in TABLES:
        (made,) = connection.execute(
            "select sql from sqlite_master where name = ?", (table,)
        ).fetchone()
        lines.append(f"{made};")
        cursor = connection.execute(f"select * from {table}")
        quoted = ", ".join(f'quote("{column[0]}")' for column in cursor.description)
        for row in connection.execute(f"select {quoted} from {table}"):
            lines.append(f"insert into {table} values ({', '.join(row)});")
    return "\n".join(lines) + "\n"


def folder(path: str) -> dict[str, str]:
    root = Path(path)
    return {
        file.relative_to(root).as_posix(): file.read_text()
        for file in sorted(root.rglob("*"))
        if file.is_file() and not file.name.endswith(WEIGHTS)
    }


def main(base: str, database: str, runs: str) -> None:
    def dumped(value: object) -> str:
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"

    (HERE / "server.json").write_text(dumped(answers(base)))
    (HERE / "store.sql").write_text(tables(database))
    (HERE / "mlruns.json").write_text(dumped(folder(runs)))


if __name__ == "__main__":
    main(*sys.argv[1:])
