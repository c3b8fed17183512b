"""The house rules that a machine can hold."""

import ast
import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.ingest.connectors import KINDS

HOUSE = Path(__file__).resolve().parent.parent
LONGEST_FILE = 300
TOP_LEVEL = {
    *("manage.py", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile"),
    *("package.json", "package-lock.json", "lineage_site", "apps", "templates", "static"),
    *("tests", "docs", "benchmarks", "examples", "client"),
}
WRITES = {
    *("create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"),
    *("update", "delete", "save"),
}
# Where a table may be written. An admin class may write nothing itself: it calls a service.
WRITERS = {"services", "jobs", "migrations"}
OTHERS_WORDS = {"node", "nodes", "vertex", "vertices", "entity", "entities", "asset", "assets"}
NO_MODULE = {
    *("core", "common", "util", "utils", "helper", "helpers", "manager", "managers", "misc"),
}
# In parts, so that this file does not name them itself.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
    "ana" + "conda.org",
]
PLACES_OF_ONE_MACHINE = ["/wo" + "rk/main", "/wo" + "rk/shared", "/ro" + "ot/", "/opt/" + "py"]


def tracked(*suffixes: str) -> list[Path]:
    """The files under version control that still exist, relative to the house."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: which files belong to the house is not known")
    names = filter(None, listed.stdout.decode().split("\0"))
    paths = [Path(name) for name in names if not suffixes or name.endswith(suffixes)]
    return [path for path in paths if (HOUSE / path).is_file()]


def text_of(path: Path) -> str:
    return (HOUSE / path).read_text(encoding="utf-8", errors="replace")


def is_ours(path: Path) -> bool:
    """Written here by hand: not generated, vendored or recorded."""
    parts = set(path.parts)
    return not ({"migrations", "vendor", "payloads", "recorded"} & parts)


def test_it_keeps_files_short() -> None:
    long = {
        str(path): count
        for path in tracked(".py", ".js", ".css", ".html")
        if is_ours(path) and (count := len(text_of(path).splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_it_writes_tables_only_in_services_and_jobs() -> None:
    found = [
        f"{path}:{call.lineno} .{call.func.attr}()"
        for path in tracked(".py")
        if path.parts[0] == "apps" and not (WRITERS & {*path.parts, path.stem})
        for call in writes_in(ast.parse(text_of(path)))
        if isinstance(call.func, ast.Attribute)
    ]
    assert found == []


def writes_in(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that write a table: `….objects….create(…)` and `something.save(…)`."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            chain = {part.attr for part in ast.walk(call.func) if isinstance(part, ast.Attribute)}
            manager = {"objects", "_default_manager"} & chain
            if call.func.attr in WRITES and (manager or call.func.attr in {"save"}):
                yield call


@pytest.mark.parametrize(
    ("code", "writes"),
    [
        ("Flag.objects.create(a=1)", 1),
        ("Flag.objects.filter(pk=1).update(a=1)", 1),
        ("flag.save()", 1),
        ("seen.update(other)", 0),
        ("Flag.objects.filter(pk=1)", 0),
    ],
)
def test_it_knows_a_write_when_it_sees_one(code: str, writes: int) -> None:
    assert len(list(writes_in(ast.parse(code)))) == writes


def test_it_holds_nothing_else_at_its_top() -> None:
    found = {path.parts[0] for path in tracked()}
    strangers = {
        name
        for name in found - TOP_LEVEL
        if not name.startswith(".") and not re.fullmatch(r"requirements.*\.txt", name)
    }
    assert strangers == set()


def test_it_explains_every_setting() -> None:
    settings = text_of(Path("lineage_site/settings.py"))
    names = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', settings))
    assert len(names) > 5
    explained = set(re.findall(r"^\| `([A-Z_]+)` \| [^|]+ \|", text_of(Path("README.md")), re.M))
    assert names - explained == set()


def test_it_uses_its_own_words() -> None:
    found = [
        f"{path}:{line} {name}"
        for path in tracked(".py")
        if path.parts[0] in {"apps", "lineage_site"}
        and path.parts[:2] not in {("apps", "graph"), ("apps", "drawing")}
        for line, name in names_given_in(ast.parse(text_of(path)))
        if OTHERS_WORDS & set(name.lower().split("_"))
    ]
    assert found == []


def names_given_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Names of classes, functions and arguments, each with its line."""
    for part in ast.walk(tree):
        if isinstance(part, ast.ClassDef):
            yield part.lineno, re.sub(r"(?<!^)(?=[A-Z])", "_", part.name)
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            yield part.lineno, part.name
        elif isinstance(part, ast.arg):
            yield part.lineno, part.arg


def test_it_has_no_module_for_leftovers() -> None:
    found = [path for path in tracked(".py") if NO_MODULE & {*path.parts, path.stem}]
    assert found == []


@pytest.mark.parametrize("words", [REGISTRIES, PLACES_OF_ONE_MACHINE])
def test_it_names_no_place_of_one_machine(words: list[str]) -> None:
    pattern = re.compile("|".join(map(re.escape, words)))
    found = [str(path) for path in tracked() if pattern.search(text_of(path))]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_it_locks_packages_by_hash_and_names_no_index(name: str) -> None:
    lock = text_of(Path(name))
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|file:", lock)
    pinned = re.findall(r"^([a-z0-9._-]+)==", lock, re.M | re.I)
    hashed = re.findall(r"^([a-z0-9._-]+)==[^\n]*\\\n\s+--hash=sha256:", lock, re.M | re.I)
    assert pinned == hashed
    assert len(pinned) > 20


def test_it_knows_the_newest_migration_of_each_app() -> None:
    for folder in sorted((HOUSE / "apps").glob("*/migrations")):
        newest = max((path.stem for path in folder.glob("[0-9]*.py")), default=None)
        if newest is not None:
            named = (folder / "max_migration.txt").read_text(encoding="utf-8").strip()
            assert named == newest, folder


def test_it_registers_every_connector_and_has_its_payloads() -> None:
    folder = HOUSE / "apps/ingest/connectors"
    reading = {
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if re.search(r"^def read\(access: Access\)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert reading == {kind.module for kind in KINDS.values()}
    for kind in KINDS:
        payloads = HOUSE / "tests/ingest/payloads" / kind
        assert payloads.is_dir(), kind
        assert any(payloads.iterdir()), kind


def test_it_ships_vendored_files_unchanged() -> None:
    vendor = HOUSE / "static/vendor"
    manifest = vendor / "MANIFEST.sha256"
    if not manifest.exists():
        pytest.skip("nothing is vendored")
    listed = {}
    for line in manifest.read_text(encoding="utf-8").splitlines():
        digest, name = line.split(maxsplit=1)
        listed[name.removeprefix("*").removeprefix("./")] = digest
    found = {
        str(path.relative_to(vendor)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendor.rglob("*")
        if path.is_file() and path not in {manifest, vendor / "README.md"}
    }
    assert found == listed
