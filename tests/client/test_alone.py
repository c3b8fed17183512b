"""The client without the server: nothing of it is imported, nothing but Python is needed."""

import ast
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import model_lineage
from model_lineage import Client
from model_lineage.arguments import parser
from model_lineage.documents import read_toml
from model_lineage.inventory import inventory
from tests.client.conftest import CLIENT

SOURCES = sorted((CLIENT / "model_lineage").glob("*.py"))
# Reached by name where they are there: each has a word for when it is not.
OPTIONAL = {"tomli", "tomllib", "yaml"}


def test_it_runs_on_a_bare_python() -> None:
    """No site-packages, so neither Django nor anything else that is installed here."""
    program = (
        f"import sys; sys.path.insert(0, {str(CLIENT)!r})\n"
        "import model_lineage, model_lineage.cli\n"
        "ours = {one.split('.')[0] for one in sys.modules}\n"
        "print(sorted(ours & {'django', 'rest_framework', 'msgspec', 'yaml', 'apps'}))\n"
        "print(sorted(ours - set(sys.stdlib_module_names) - {'model_lineage', '__main__'}))\n"
    )
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )
    assert told.stdout.splitlines() == ["[]", "[]"], told.stderr


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.name)
def test_it_imports_only_python_and_itself(source: Path) -> None:
    imported = set()
    for part in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(part, ast.Import):
            imported |= {one.name.split(".")[0] for one in part.names}
        elif isinstance(part, ast.ImportFrom):
            imported.add((part.module or "").split(".")[0])
    assert imported - set(sys.stdlib_module_names) <= {"model_lineage"}


def test_the_server_does_not_import_the_client() -> None:
    house = CLIENT.parent
    found = [
        path
        for folder in ("apps", "lineage_site")
        for path in (house / folder).rglob("*.py")
        if re.search(r"(?:from|import) model_lineage", path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_it_says_one_version() -> None:
    project = read_toml((CLIENT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == model_lineage.__version__


def test_its_licence_is_that_of_the_house() -> None:
    assert (CLIENT / "LICENSE").read_bytes() == (CLIENT.parent / "LICENSE").read_bytes()


def test_its_inventory_is_what_importlib_says() -> None:
    expected: dict[str, str] = {}
    for one in metadata.distributions():
        expected.setdefault(re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(), one.version)
    assert inventory()["packages"] == dict(sorted(expected.items()))


def test_its_documentation_names_every_flag_and_question() -> None:
    documented = (CLIENT.parent / "docs" / "client.md").read_text(encoding="utf-8")
    (commands,) = [one.choices for one in parser()._actions if isinstance(one.choices, dict)]
    flags = {
        flag
        for command in commands.values()
        for action in command._actions
        for flag in action.option_strings
    }
    questions = {f"`{name}" for name in vars(Client) if not name.startswith(("_", "all_"))}
    missing = {one for one in (flags - {"-h", "--help"}) | questions if one not in documented}
    assert missing == set()
