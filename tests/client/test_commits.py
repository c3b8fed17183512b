"""The code that ran: committed, or said not to be."""

import os
from pathlib import Path

import pytest

from model_lineage import git
from tests.client.conftest import Project


@pytest.mark.parametrize("change", ["edited", "new", "staged", "deleted"])
def test_it_refuses_what_is_not_committed(project: Project, change: str) -> None:
    changed = "new.py" if change == "new" else "train.py"
    project.write(changed, f"print('{change}')\n")
    if change == "staged":
        project.git("add", changed)
    if change == "deleted":
        (project.folder / changed).unlink()
    status, said = project.run(script="touch ran")
    assert status == 125
    assert f"    {changed}\n" in said
    assert "Commit them" in said
    assert "--allow-dirty" in said
    assert not (project.folder / "ran").exists()


def test_it_records_dirty_code_when_told_to(project: Project) -> None:
    commit = project.git("rev-parse", "HEAD")
    project.write("train.py", "print('tuning')\n")
    status, said = project.run("--allow-dirty")
    assert status == 0
    assert "recorded as dirty; files not as committed: 1" in said
    clean, dirty = project.artifacts("code")
    assert clean["version"] == commit
    assert dirty["version"].startswith(f"{commit}+dirty.")
    assert dirty["facets"]["code"]["dirty"] is True
    assert dirty["facets"]["changes"]["changed"] == ["train.py"]
    assert ("churn", "derived", "churn") in project.roles()


def test_it_tells_one_set_of_changes_from_another(project: Project) -> None:
    versions = []
    for text in ("one", "two", "one"):
        project.write("train.py", text)
        project.run("--allow-dirty")
        versions.append(project.artifacts("code")[1]["version"])
    assert versions[0] == versions[2] != versions[1]


def test_it_does_not_mind_what_is_ignored_or_declared(project: Project) -> None:
    project.commit(".gitignore", "*.log\n")
    project.write("train.log")
    project.write("data/train.csv")
    project.write("models/churn.joblib")
    status, said = project.run("--input", "data", "--output", "models/churn.joblib")
    assert status == 0, said
    assert len(project.artifacts("code")) == 1


@pytest.mark.parametrize("declared", [".", "..", "code=train.py"])
def test_declaring_code_as_data_does_not_commit_it(project: Project, declared: str) -> None:
    project.write("train.py", "print('tuning')\n")
    assert project.run("--input", declared)[0] == 125


def test_it_works_outside_git_and_says_so(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "loose"
    outside.mkdir()
    monkeypatch.chdir(outside)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    status, said = project.run("--to", str(project.folder / "out.jsonl"))
    assert status == 0
    assert "is in no git repository: which code ran is not recorded" in said
    assert project.artifacts("code") == []
    assert project.artifact("run")["namespace"] == "loose"


def test_it_works_where_git_is_not_installed(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    status, said = project.run()
    assert (status, "git is not installed" in said) == (0, True)


def test_it_refuses_a_repository_without_commits(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    project.git("init", "--quiet", str(empty))
    monkeypatch.chdir(empty)
    status, said = project.run()
    assert status == 125
    assert "has no commit yet" in said


def test_it_tags_the_commit_with_the_model(project: Project) -> None:
    commit = project.git("rev-parse", "HEAD")
    status, said = project.run(
        *("--output", "churn.onnx", "--tag", "churn@2.0"), script="seq 50 > churn.onnx"
    )
    assert (status, said) == (0, "")
    assert project.git("rev-parse", "model/churn/2.0^{commit}") == commit
    assert project.git("cat-file", "-t", "model/churn/2.0") == "tag"
    model = project.artifact("model")
    assert (model["name"], model["version"]) == ("churn", "2.0")
    message = project.git("tag", "--list", "--format=%(contents)", "model/churn/2.0")
    assert f"artifact-sha256: {model['digest'].removeprefix('sha256:')}" in message


def test_it_does_not_tag_what_failed(project: Project) -> None:
    status, said = project.run(
        *("--output", "churn.onnx", "--tag", "churn@2.0"), script="seq 50 > churn.onnx; exit 4"
    )
    assert (status, project.git("tag")) == (4, "")
    assert "not tagged" in said


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--output", "churn.onnx", "--tag", "churn@1.0"), "exists already, on commit"),
        (("--output", "churn.onnx", "--tag", "churn@a..b"), "cannot be the name of a git tag"),
        (("--output", "churn.onnx", "--tag", "churn"), "NAME@VERSION"),
        (("--tag", "churn@2.0"), "0 are declared"),
        (("--output", "a.onnx", "--output", "b.onnx", "--tag", "churn@2.0"), "2 are declared"),
    ],
)
def test_it_refuses_a_tag_that_would_mislead(
    project: Project, flags: tuple[str, ...], message: str
) -> None:
    project.git("tag", "model/churn/1.0")
    project.commit("train.py", "print('later')\n")
    status, said = project.run(*flags, script="touch ran")
    assert status == 125
    assert message in said
    assert not (project.folder / "ran").exists()


def test_it_refuses_to_tag_dirty_code_even_when_told(project: Project) -> None:
    project.write("train.py", "print('tuning')\n")
    flags = ("--allow-dirty", "--output", "churn.onnx", "--tag", "churn@2.0")
    assert project.run(*flags)[0] == 125
    assert project.git("tag") == ""


def test_it_writes_nothing_else_to_the_repository(project: Project) -> None:
    def everything() -> dict[str, tuple[int, bytes]]:
        return {
            f"{place}/{name}": (
                Path(place, name).stat().st_mtime_ns,
                Path(place, name).read_bytes(),
            )
            for place, _, names in os.walk(project.folder)
            for name in names
        }

    # An index older than the files is what git would like to write anew.
    os.utime(project.folder / "train.py", (1, 1))
    before = everything()
    project.lineage("run", "--to", str(project.folder.parent / "out.jsonl"), "--", "true")
    assert everything() == before


@pytest.mark.parametrize(
    "address",
    [
        "https://dana:hunter2@git.example/acme/churn.git",
        "https://ghp_abcdefghijklmnopqrst0123456789@git.example:443/acme/churn",
        "ssh://git@git.example:22/acme/churn.git",
        "git@git.example:acme/churn.git",
        "https://dana:p@ss@git.example/acme/churn/",
    ],
)
def test_it_takes_credentials_off_an_address(address: str) -> None:
    assert git.repository_name(address, Path("/x")) == "git://git.example/acme/churn"
