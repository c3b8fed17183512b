"""`lineage run`: what it records, and what it leaves as it was."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.client.conftest import Project


def test_it_records_what_a_run_read_ran_and_wrote(project: Project) -> None:
    project.write("data/train.csv", "a,b\n" * 100)
    status, _ = project.run(
        *("--name", "train", "--input", "training=data/train.csv"),
        *("--output", "models/churn.joblib", "--seed", "7"),
        script="mkdir -p models && seq 100 > models/churn.joblib",
    )
    assert status == 0
    assert {
        ("churn", "code", "train"),
        ("python", "environment", "train"),
        ("data/train.csv", "training", "train"),
        ("train", "output", "models/churn.joblib"),
    } == project.roles()
    run = project.artifact("run")["facets"]["run"]
    assert (run["state"], run["seed"]) == ("completed", 7)
    assert run["started_at"].endswith("+00:00")
    assert run["started_at"] <= run["ended_at"]
    data, model = project.artifact("dataset"), project.artifact("model")
    assert data["digest"] == f"sha256:{data['version']}"
    assert data["facets"]["dataset"] == {"format": "csv", "size_bytes": 400}
    assert model["facets"]["model"]["format"] == "joblib"


def test_it_names_the_code_by_commit_and_repository(project: Project) -> None:
    project.run()
    code = project.artifact("code")
    assert code["namespace"] == "git://git.example/acme/churn"
    assert code["version"] == project.git("rev-parse", "HEAD")
    assert code["facets"]["code"]["branch"] == "main"


@pytest.mark.parametrize(
    ("script", "status", "state"),
    [("exit 0", 0, "completed"), ("exit 3", 3, "failed"), ("kill -9 $$", 137, "failed")],
)
def test_it_ends_as_the_program_ends(
    project: Project, script: str, status: int, state: str
) -> None:
    assert project.run(script=script)[0] == status
    recorded = project.artifact("run")["facets"]
    assert recorded["run"]["state"] == state
    assert recorded["process"]["exit_code"] == status


def test_it_says_that_there_is_no_such_program(project: Project) -> None:
    status, said = project.lineage("run", "--to", "out.jsonl", "--", "no-such-program")
    assert (status, said) == (127, "lineage: no-such-program: not found\n")
    project.commit("not-a-program", "text")
    assert project.lineage("run", "--to", "out.jsonl", "--", "./not-a-program")[0] == 126
    assert project.recorded() == []


def test_it_leaves_standard_output_to_the_program(
    project: Project,
) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "model_lineage", "run", "--", "sh", "-c", "echo out; echo err >&2"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "out\n"
    assert told.stderr.startswith("err\nlineage: recorded in ")


def test_it_takes_parameters_from_files_and_flags(project: Project) -> None:
    project.commit("params.json", '{"lr": 0.5, "model": {"depth": 3}}')
    project.run("--params", "params.json", "--param", "lr=0.1", "--param", "loss=log")
    assert project.artifact("run")["facets"]["run"]["parameters"] == {
        "lr": 0.1,
        "model": {"depth": 3},
        "loss": "log",
    }


def test_it_reads_metrics_that_the_run_wrote(project: Project) -> None:
    project.run("--metrics", "m.json", script="""echo '{"test": {"auc": 0.9}}' > m.json""")
    assert project.artifact("run")["facets"]["run"]["metrics"] == {"test.auc": 0.9}
    _, said = project.run("--metrics", "m.json", script="exit 1")
    assert "was not written by this run" in said
    assert "metrics" not in project.artifact("run")["facets"]["run"]


def test_metrics_that_cannot_be_read_cost_nothing_else(project: Project) -> None:
    project.write("deep.json", '{"a": ' * 200 + "1" + "}" * 200)
    flags = ("--metrics", "deep.json", "--metrics", "bad.json")
    status, said = project.run(*flags, script="touch deep.json; echo '{' > bad.json")
    assert status == 0
    assert "nested deeper than 60 levels" in said
    assert "bad.json cannot be read" in said
    assert project.artifact("run")["facets"]["run"]["state"] == "completed"


def test_it_does_not_take_an_old_file_for_an_output(project: Project) -> None:
    project.write("model.onnx")
    _, said = project.run("--output", "model.onnx", script="exit 1")
    assert "the output model.onnx was not written by this run" in said
    assert project.artifacts("model") == []
    assert "is not there" in project.run("--allow-dirty", "--output", "gone.onnx")[1]


def test_it_refuses_an_input_that_is_not_there(project: Project) -> None:
    status, said = project.run("--input", "data/none.csv", script="touch ran")
    assert status == 125
    assert "data/none.csv cannot be read: No such file" in said
    assert not (project.folder / "ran").exists()


def test_it_hashes_inputs_before_the_program_can_change_them(project: Project) -> None:
    project.write("state.csv", "before " * 20)
    project.run("--input", "state.csv", "--output", "state.csv", script="seq 99 > state.csv")
    first, second = project.artifacts("dataset")
    assert first["version"] != second["version"]
    assert ("state.csv", "input", "sh") in project.roles()


def test_it_records_no_output_that_is_its_own_input(project: Project) -> None:
    project.write("same.csv")
    _, said = project.run("--input", "same.csv", "--output", "same.csv", script="touch same.csv")
    assert "recorded as an input only" in said
    assert not {one for one in project.roles() if one[1] == "output"}


def test_it_says_what_a_model_was_made_from(project: Project) -> None:
    project.write("base.safetensors")
    project.run(
        *("--input", "quantization=base.safetensors", "--output", "model=small.bin"),
        *("--model", "churn@2.0-int8"),
        script="seq 50 > small.bin",
    )
    assert ("base.safetensors", "quantization", "churn") in project.roles()
    assert ("base.safetensors", "input", "sh") in project.roles()
    assert {one["version"] for one in project.artifacts("model")} > {"2.0-int8"}


def test_it_asks_the_program_s_python_what_is_installed(
    project: Project, python: Callable[[str], list[str]]
) -> None:
    project.lineage("run", "--to", "out.jsonl", "--", *python("pass"))
    found = project.artifact("environment")["facets"]["environment"]
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert "pytest" in found["packages"]
    assert project.artifact("run")["facets"]["process"]["python_measured_in"] == (
        "the program's Python"
    )


def test_it_is_not_led_astray_by_files_beside_the_program(
    project: Project, python: Callable[[str], list[str]]
) -> None:
    project.commit("json.py", "raise SystemExit('wrong json')")
    project.lineage("run", "--to", "out.jsonl", "--", *python("pass"))
    assert project.artifact("run")["facets"]["process"]["python_measured_in"] == (
        "the program's Python"
    )


def test_it_keeps_lock_files_and_images(project: Project) -> None:
    project.commit("requirements.txt", "numpy==2.0\n")
    image = f"registry.example/churn@sha256:{'ab' * 32}"
    project.run("--image", image)
    packages, container = project.artifacts("environment")
    assert list(packages["facets"]["environment"]["lock_files"]) == ["requirements.txt"]
    assert container["facets"]["environment"] == {"image_digest": image}
    assert container["version"] == f"sha256:{'ab' * 32}"


def test_it_takes_the_image_from_the_environment(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAGE_IMAGE", "registry.example/churn:2.0")
    monkeypatch.setenv("PYTHONHASHSEED", "11")
    project.run()
    assert ("registry.example/churn", "environment", "sh") in project.roles()
    assert project.artifact("run")["facets"]["run"]["seed"] == 11


@pytest.mark.parametrize("wrong", [("--frobnicate",), ("--seed",)])
def test_a_wrong_flag_has_a_status_of_its_own(project: Project, wrong: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        project.lineage("run", *wrong)
    assert ended.value.code == 125


@pytest.mark.parametrize(
    "wrong", [("--param", "lr"), ("--input", "training="), ("--image", "a b"), ("--model", "x")]
)
def test_a_wrong_value_does_so_too(project: Project, wrong: tuple[str, ...]) -> None:
    assert project.run(*wrong, script="exit 2")[0] == 125
    assert project.recorded() == []


def test_it_asks_what_is_to_be_run(project: Project) -> None:
    assert project.lineage("run", "--")[0] == 125
