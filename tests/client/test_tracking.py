"""The same from inside a program."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import model_lineage
from model_lineage import DirtyTreeError
from tests.client.conftest import Project


def facet(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = project.artifact("run")["facets"]["run"]
    return found


def joined(project: Project, script: str, *arguments: str) -> tuple[int, str]:
    return project.lineage(
        *("run", "--name", "outer", "--to", "out.jsonl", *arguments, "--"),
        *(sys.executable, "-c", f"import model_lineage\n{script}"),
    )


def test_a_block_is_a_run(project: Project) -> None:
    project.write("data/train.csv")
    inputs = [{"path": "data/train.csv", "role": "training"}]
    with model_lineage.run("train", inputs=inputs, params={"lr": 0.1}, to="out.jsonl") as run:
        run.log_params({"depth": 3, "where": Path("x")})
        run.log_metric("auc", 0.9)
        run.log_metrics({"test": {"f1": float("nan")}})
        run.seed(7)
        run.output(project.write("churn.onnx"), name="churn", version="2.0")
    assert project.roles() == {
        ("churn", "code", "train"),
        ("python", "environment", "train"),
        ("data/train.csv", "training", "train"),
        ("train", "output", "churn"),
    }
    told = facet(project)
    assert told["parameters"] == {"lr": 0.1, "depth": 3, "where": "x"}
    assert told["metrics"] == {"auc": 0.9, "test.f1": "NaN"}
    assert (told["seed"], told["state"]) == (7, "completed")
    assert project.artifact("run")["facets"]["process"]["python_measured_in"] == "the program"


def test_each_call_of_a_function_is_a_run(project: Project) -> None:
    @model_lineage.run("score", to="out.jsonl")
    def score(factor: int, *, shift: int) -> int:
        model_lineage.log_param("factor", factor)
        return 2 * factor + shift

    assert [score(1, shift=1), score(2, shift=0)] == [3, 4]
    runs = [one["artifacts"][0] for one in project.recorded()]
    assert [one["facets"]["run"]["parameters"] for one in runs] == [{"factor": 1}, {"factor": 2}]
    assert runs[0]["version"] != runs[1]["version"]
    assert score.__name__ == "score"


def test_calls_may_overlap(project: Project) -> None:
    @model_lineage.run("score", to="out.jsonl")
    async def score(number: int) -> None:
        model_lineage.log_param("number", number)
        await asyncio.sleep(0.01)
        model_lineage.log_metric("number", number)

    async def both() -> None:
        await asyncio.gather(score(1), score(2))

    asyncio.run(both())
    runs = [one["artifacts"][0]["facets"]["run"] for one in project.recorded()]
    assert all(one["parameters"] == one["metrics"] for one in runs)
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ValueError("no"), "failed"),
        (KeyboardInterrupt(), "aborted"),
        (SystemExit(0), "completed"),
        (SystemExit("bad"), "failed"),
    ],
)
def test_an_exception_goes_on_and_is_recorded(
    project: Project, error: BaseException, state: str
) -> None:
    with (
        pytest.raises(type(error)),
        model_lineage.run("train", to="out.jsonl"),
    ):
        raise error
    assert facet(project)["state"] == state


def test_a_dirty_tree_stops_it_before_it_begins(project: Project) -> None:
    project.write("train.py", "changed")
    began = False
    with pytest.raises(DirtyTreeError, match=r"train\.py"), model_lineage.run("x", to="out.jsonl"):
        began = True
    assert not began
    with model_lineage.run("x", to="out.jsonl", allow_dirty=True):
        pass
    assert len(project.artifacts("code")) == 2


def test_a_run_inside_lineage_run_joins_it(project: Project) -> None:
    project.write("more.csv")
    status, _ = joined(
        project,
        "with model_lineage.run('x', params={'lr': 0.2}, inputs=['training=more.csv']) as run:\n"
        "    run.log_metric('auc', 0.8)\n"
        "    open('churn.onnx', 'w').write('weights ' * 20)\n"
        "    run.output('churn.onnx', name='churn', version='3')\n"
        "model_lineage.seed(5)\n",
        *("--param", "lr=0.1", "--allow-dirty"),
    )
    assert status == 0
    assert len(project.recorded()) == 1
    assert facet(project)["parameters"] == {"lr": 0.2}
    assert facet(project)["metrics"] == {"auc": 0.8}
    assert facet(project)["seed"] == 5
    assert {("more.csv", "training", "outer"), ("outer", "output", "churn")} < project.roles()


def test_what_a_killed_program_told_is_kept(project: Project) -> None:
    status, _ = joined(
        project, "import os\nmodel_lineage.log_metric('auc', 0.7)\nos.kill(os.getpid(), 9)"
    )
    assert status == 137
    assert facet(project)["metrics"] == {"auc": 0.7}


def test_many_processes_tell_one_run(project: Project) -> None:
    status, _ = joined(
        project,
        "from multiprocessing import get_context\n"
        "with get_context('fork').Pool(4) as pool:\n"
        "    pool.starmap(model_lineage.log_param, [(f'p{i}', 'x' * i) for i in range(200)])\n",
    )
    assert status == 0
    assert len(facet(project)["parameters"]) == 200


def test_garbage_in_the_file_spoils_nothing_else(project: Project) -> None:
    told = '{"seed": 1}\\n[]\\n{"input": 3}\\n{"metrics": 1, "x": 2}\\n{"se'
    status, said = joined(
        project, f"import os\nopen(os.environ['LINEAGE_RUN_FILE'], 'a').write('{told}')\n"
    )
    assert (status, facet(project)["seed"]) == (0, 1)
    assert said.count("is not understood and left out") == 2


def test_a_script_that_tells_runs_alone_as_well(project: Project) -> None:
    model_lineage.log_metric("auc", 0.9)
    model_lineage.current().log_params({"lr": 1})
    assert project.recorded() == []


def test_a_run_inside_a_run_is_part_of_it(project: Project) -> None:
    with model_lineage.run("outer", to="out.jsonl"), model_lineage.run("inner", params={"a": 1}):
        model_lineage.log_param("b", 2)
    assert len(project.recorded()) == 1
    assert facet(project)["parameters"] == {"a": 1, "b": 2}


def test_what_cannot_be_sent_is_kept_and_said(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_lineage.run("train", url="http://127.0.0.1:9"):
        pass
    assert "does not answer" in project.capsys.readouterr().err
    (kept,) = (project.folder / ".lineage").glob("*.json")
    assert json.loads(kept.read_text())["artifacts"][0]["name"] == "train"
    assert project.git("status", "--porcelain") == ""


def test_it_knows_what_it_does_not_know() -> None:
    with pytest.raises(TypeError, match="tokn"):
        model_lineage.run("x", tokn="y")
