"""What a repository, a flag or a file declares."""

import sys
from pathlib import Path

import pytest

from model_lineage.declared import find, input_from, output_from
from model_lineage.documents import read_document
from model_lineage.errors import ConfigError
from tests.client.conftest import Project

DECLARED = """
namespace = "churn"
owner = "risk"
inputs = ["training=data/train.csv", {path = "s3://lake/ref.parquet", version = "7"}]
params = ["params.toml"]

[[outputs]]
path = "out/churn.bin"
kind = "model"
name = "churn"
version = "2.0"

[jobs.evaluate]
inputs = ["evaluation=out/churn.bin"]
outputs = [{path = "report.json", kind = "evaluation"}]
"""


@pytest.fixture
def declared(project: Project) -> Project:
    project.commit("lineage.toml", DECLARED)
    project.commit("params.toml", "lr = 0.5\nwhen = 2026-10-01\n")
    project.commit("data/train.csv", "a,b\n" * 50)
    return project


def test_a_file_in_the_repository_declares_a_run(declared: Project) -> None:
    status, _ = declared.run("--name", "train", script="mkdir out && seq 50 > out/churn.bin")
    assert status == 0
    assert declared.roles() >= {
        ("data/train.csv", "training", "train"),
        ("ref.parquet", "input", "train"),
        ("train", "output", "churn"),
    }
    run = declared.artifact("run")
    assert (run["namespace"], run["owner"]) == ("churn", "risk")
    assert run["facets"]["run"]["parameters"] == {"lr": 0.5, "when": "2026-10-01"}
    assert declared.artifact("code")["namespace"] == "git://git.example/acme/churn"
    places = {(one["namespace"], one["version"]) for one in declared.artifacts("dataset")}
    assert ("s3://lake", "7") in places


def test_flags_win(declared: Project) -> None:
    declared.run(
        *("--namespace", "other", "--param", "lr=0.1", "--input", "testing=data/train.csv"),
    )
    assert declared.artifact("run")["namespace"] == "other"
    assert declared.artifact("run")["facets"]["run"]["parameters"]["lr"] == 0.1
    assert ("data/train.csv", "testing", "sh") in declared.roles()
    assert ("data/train.csv", "training", "sh") not in declared.roles()


def test_paths_of_the_file_are_relative_to_it(
    declared: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(declared.folder / "data")
    status, _ = declared.run("--to", "../out.jsonl", "--output", "model=../own.bin", script=":")
    assert status == 0
    assert ("data/train.csv", "training", "sh") in declared.roles()
    assert declared.artifact("run")["facets"]["process"]["working_directory"] == "data"


def test_a_job_has_a_table_of_its_own(declared: Project) -> None:
    declared.write("out/churn.bin")
    declared.run("--name", "evaluate", script="seq 40 > report.json")
    assert declared.roles() >= {
        ("out/churn.bin", "evaluation", "evaluate"),
        ("evaluate", "output", "report.json"),
    }


def test_pyproject_may_declare_it_too(project: Project) -> None:
    project.commit("pyproject.toml", '[tool.lineage]\nnamespace = "churn"\nto = "out.jsonl"\n')
    assert project.lineage("run", "--", "true")[0] == 0
    assert project.artifact("run")["namespace"] == "churn"
    assert project.lineage("run", "--", "true")[0] == 0, "its own file made the tree dirty"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("namspace = 'x'", "namspace is not known; known are namespace"),
        ("namespace = 3", "namespace is not a text"),
        ("inputs = 'x'", "inputs is not a list"),
        ("inputs = [3]", "neither a text nor a table"),
        ("inputs = [{pth = 'x'}]", "'pth' is not known here"),
        ("inputs = [{role = 'training'}]", "has no path"),
        ("inputs = [{path = 'x', role = 'Big Data'}]", "no word of lower-case letters"),
        ("params = [1]", "params is not a list of paths"),
        ("jobs = 1", "jobs is not a table"),
        ("[jobs.train]\nfoo = 1", "jobs.train.foo is not known"),
        ("[", "cannot be read"),
    ],
)
def test_a_faulty_declaration_says_what_is_wrong(project: Project, text: str, message: str) -> None:
    project.commit("lineage.toml", text)
    status, said = project.run()
    assert status == 125
    assert message in said
    assert "lineage.toml" in said


@pytest.mark.parametrize(
    ("text", "role", "kind", "path"),
    [
        ("data/x.csv", "", "dataset", "data/x.csv"),
        ("validation=data/x.csv", "validation", "dataset", "data/x.csv"),
        ("features:feature_set=f", "features", "feature_set", "f"),
        (":model=m", "", "model", "m"),
        ("./a=b.csv", "", "dataset", "./a=b.csv"),
        ("distillation=teacher", "distillation", "model", "teacher"),
        ("s3://bucket/x?a=b", "", "dataset", "s3://bucket/x?a=b"),
        ("training=s3://bucket/x", "training", "dataset", "s3://bucket/x"),
        ("out/churn.safetensors", "", "model", "out/churn.safetensors"),
    ],
)
def test_it_reads_role_kind_and_path(text: str, role: str, kind: str, path: str) -> None:
    found = input_from(text)
    assert (found.role, found.with_kind(), found.path) == (role, kind, path)


def test_an_output_has_no_role() -> None:
    with pytest.raises(ConfigError, match="a kind only"):
        output_from("training:model=x")


def test_it_names_what_lies_elsewhere(tmp_path: Path) -> None:
    far = find(
        input_from(
            {"path": "s3://me:pw@Lake/a/x.csv?versionId=3", "digest": "sha256:" + "9f" * 32}
        ),
        folder=tmp_path,
        root=tmp_path,
    )
    assert (far.namespace, far.name, far.version) == ("s3://Lake", "a/x.csv", "9f" * 32)
    (tmp_path / "inside").mkdir()
    (tmp_path / "near.csv").write_text("x")
    near = find(input_from("../near.csv"), folder=tmp_path / "inside", root=tmp_path / "inside")
    assert (near.namespace, near.name) == ("file", f"{tmp_path}/near.csv")


@pytest.fixture(params=["with PyYAML", "without"])
def _yaml(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setitem(sys.modules, "yaml", None)


@pytest.mark.usefixtures("_yaml")
def test_it_reads_simple_yaml_with_or_without_the_library(tmp_path: Path) -> None:
    file = tmp_path / "params.yaml"
    file.write_text("# all\nlr: 0.1  # start\nname: 'a # b'\non_gpu: true\nnone: null\nn: 3\n")
    assert read_document(file) == {
        "lr": 0.1,
        "name": "a # b",
        "on_gpu": True,
        "none": None,
        "n": 3,
    }


def test_it_says_when_the_library_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    file = tmp_path / "params.yaml"
    file.write_text("a: 1\nmodel:\n  depth: 3\n")
    with pytest.raises(ConfigError, match=r"line 2 .* install PyYAML"):
        read_document(file)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.json", "[1]", "holds no table"),
        ("p.json", "{", "cannot be read"),
        ("p.json", "[" * 100_000, "cannot be read"),
        ("p.yaml", "!!python/object/apply:os.system ['touch ran']", "cannot be read"),
        ("p.txt", "a=1", "of no kind that is read"),
        ("p.json", '{"a": "' + "x" * 1_000_001 + '"}', "larger than 1,000,000 bytes"),
    ],
)
def test_it_refuses_hostile_files(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_document(tmp_path / name)
