"""What a program runs in: its Python and packages, files that lock them, image, platform."""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from model_lineage import inventory
from model_lineage.errors import ConfigError
from model_lineage.hashing import file_digest
from model_lineage.masking import mask
from model_lineage.records import ArtifactRecord, Key
from model_lineage.values import clean, line

SECONDS = 60
LOCKS = (
    *("requirements*.txt", "*requirements.txt", "uv.lock", "poetry.lock", "pdm.lock"),
    *("Pipfile.lock", "pylock*.toml", "conda-lock.yml", "environment.yml", "environment.yaml"),
    *("pyproject.toml", "renv.lock"),
)
_PYTHON = re.compile(r"python[\d.]*(?:\.exe)?\Z", re.IGNORECASE)
_IMAGE = re.compile(
    r"(?P<name>[^@\s]+?)(?::(?P<tag>[^:/@\s]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
# The working directory is not searched: a json.py in it would be run instead.
_ASK = (
    "import sys; sys.path[:] = filter(None, sys.path); import runpy; "
    "runpy.run_path({!r}, None, '__main__')"
)


@dataclass(frozen=True)
class Image:
    """A container image: by digest the one image, by tag whatever bears it."""

    name: str
    tag: str = ""
    digest: str = ""

    def record(self) -> ArtifactRecord:
        """As `import_lineage git` and `deployments` name the same image."""
        key = Key("oci", "environment", line(self.name), self.digest or self.tag)
        if not self.digest:
            return ArtifactRecord(key)
        facet = {"image_digest": f"{self.name}@{self.digest}"}
        return ArtifactRecord(key, facets={"environment": facet})


def image_named(text: str, digest: str = "") -> Image:
    """
    >>> image_named("registry.example:5000/churn/api:2.0")
    Image(name='registry.example:5000/churn/api', tag='2.0', digest='')
    """
    found = _IMAGE.fullmatch(mask(text.strip()))
    wanted = digest or (found["digest"] if found else None) or ""
    if found is None or (wanted and not re.fullmatch(r"sha256:[0-9a-f]{64}", wanted)):
        raise ConfigError(
            f"{text[:200]!r} {digest[:100]} is no image such as registry.example/churn:2.0 or "
            "registry.example/churn@sha256: and 64 digits."
        )
    return Image(found["name"], found["tag"] or "", wanted)


def python_of(command: Sequence[str], *, folder: Path) -> dict[str, Any]:
    """The inventory of the Python that will run the command, `measured_in` says of which.

    A command that is no Python program tells nothing of its packages: then those of the active
    virtual environment, else of this very Python, are taken.
    """
    python = _python_in(command)
    if python:
        found = _asked(python, folder)
        if found is not None:
            return {**found, "measured_in": "the program's Python"}
    active = os.environ.get("VIRTUAL_ENV")
    beside = shutil.which("python", path=str(Path(active, "bin"))) if active else None
    found = _asked(beside, folder) if beside else None
    if found is not None:
        return {**found, "measured_in": "the active virtual environment"}
    return {**inventory.inventory(), "measured_in": "the Python of the recorder"}


def _python_in(command: Sequence[str]) -> Optional[str]:
    named = shutil.which(command[0])
    if named is None:
        return None
    if _PYTHON.match(Path(named).name):
        return named
    try:
        with Path(named).open("rb") as file:
            first = os.fsdecode(file.readline(1000))
    except OSError:
        return None
    words = first[2:].split() if first.startswith("#!") else []
    if words and Path(words[0]).name == "env":
        words = [one for one in words[1:] if not one.startswith("-")]
    python = shutil.which(words[0]) if words else None
    return python if python and _PYTHON.match(Path(python).name) else None


def _asked(python: str, folder: Path) -> Optional[dict[str, Any]]:
    try:
        told = subprocess.run(  # noqa: S603 - the Python that is about to run the program
            [python, "-c", _ASK.format(inventory.__file__)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=SECONDS,
        )
        found = json.loads(told.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return found if isinstance(found, dict) and "packages" in found else None


def lock_files(root: Path) -> dict[str, str]:
    """Digests of the files at the top of the project that say which packages are wanted."""
    found: dict[str, str] = {}
    for pattern in LOCKS:
        for path in sorted(root.glob(pattern)):
            if path.is_file():
                found[line(path.name)] = f"sha256:{file_digest(path)}"
    return dict(sorted(found.items()))


def environment_record(
    namespace: str, python: Mapping[str, Any], locks: Mapping[str, str]
) -> ArtifactRecord:
    """The environment; its version is a digest of all that is said of it."""
    facet: dict[str, Any] = {name: clean(value) for name, value in python.items()}
    # Names of packages may sound like secrets: tiktoken.
    facet["packages"] = {line(name): line(found) for name, found in python["packages"].items()}
    if locks:
        facet["lock_files"] = dict(locks)
    whole = json.dumps(facet, sort_keys=True, ensure_ascii=False).encode()
    digest = hashlib.sha256(whole).hexdigest()
    return ArtifactRecord(
        Key(namespace, "environment", "python", digest[:16]), facets={"environment": facet}
    )


def host() -> dict[str, Any]:
    """The platform, not the name of the machine."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "recorder_python": sys.version.split()[0],
    }
