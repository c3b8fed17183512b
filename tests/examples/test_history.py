"""The commits of the worked example are what git would make of the files beside it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from examples.fraud.history import CHARGEBACKS, PIPELINE, Commit, git_hash, repository, tree_hash
from tests.examples.conftest import Example

REPOSITORIES = [("pipeline", PIPELINE), ("chargebacks", CHARGEBACKS)]


def test_it_records_the_commits_of_the_files_on_disk(example: Example) -> None:
    """Fails when a pipeline file was edited and the example not recorded again."""
    recorded = {
        record.facets["code"]["commit"]
        for key, record in example.artifacts.items()
        if key.kind == "code"
    }
    commits = [commit for source in REPOSITORIES for commit in repository(*source)]
    assert recorded == {commit.sha for commit in commits}


@pytest.mark.parametrize(("folder", "planned"), REPOSITORIES)
def test_it_goes_back_to_texts_that_compile(folder: str, planned: tuple[Commit, ...]) -> None:
    for commit in repository(folder, planned):
        for path, text in commit.files:
            compile(text, path, "exec")


def test_it_knows_the_hash_of_nothing() -> None:
    assert git_hash("blob", b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert tree_hash({}) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_it_hashes_as_git_does(tmp_path: Path) -> None:
    newest = repository("pipeline", PIPELINE)[-1]

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "-q")
    for path, text in newest.files:
        (tmp_path / path).write_text(text)
    git("add", ".")
    assert git("write-tree") == tree_hash(newest.text)
