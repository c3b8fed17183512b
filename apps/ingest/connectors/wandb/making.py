"""With which code and in which environment a run was made, as the client notes it down."""

import re
from collections.abc import Mapping
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.wandb.runs import Run

METADATA = "wandb-metadata.json"
REQUIREMENTS = "requirements.txt"
DIFF = "diff.patch"
MAX_BYTES = 4 * 1024 * 1024
_PINNED = re.compile(r"([A-Za-z0-9._-]+)\s*(?:===?\s*(\S+)|(@\s*\S.*))\Z")


def take_git(run: Run, about: Mapping[str, str]) -> None:
    run.commit = about.get("commit") or run.commit
    run.remote = about.get("remote_url") or run.remote


def take_environment(run: Run, about: Mapping[str, Any]) -> None:
    python = about.get("python", "")
    run.python = python.rpartition(" ")[2] or run.python
    run.image = about.get("docker") or run.image
    run.owner = about.get("username") or about.get("email") or run.owner
    take_git(run, about.get("git", {}))
    for name in ("os", "code_path", "gpu_type", "gpu_count", "cuda_version"):
        if value := about.get(name):
            run.details[name] = value


def metadata_in(text: str, run: Run, place: str) -> dict[str, Any]:
    """What `wandb-metadata.json` says; nothing, with a remark, if it is no JSON."""
    try:
        value = strict_json.loads(text, keep_non_finite=True) if text else {}
    except RecordError as error:
        run.refused.append(Remark(place, "not_json", f"{METADATA}: {error.message}"))
        value = {}
    return value if isinstance(value, dict) else {}


def take_metadata(run: Run, about: Mapping[str, Any]) -> None:
    """The file that the server keeps of a run; older clients left it in the run's folder."""
    git = about.get("git")
    names = {"code_path": about.get("codePath"), "gpu_type": about.get("gpu")}
    texts = {name: one for name, one in {**about, **names}.items() if isinstance(one, str)}
    take_environment(run, texts)
    if isinstance(git, dict):
        remote, commit = git.get("remote"), git.get("commit")
        told = {"remote_url": remote, "commit": commit}
        take_git(run, {name: one for name, one in told.items() if isinstance(one, str)})


def take_requirements(run: Run, text: str) -> None:
    """The packages by name; one from an address has that instead of a version."""
    odd = 0
    for line in text.splitlines():
        if not (plain := line.strip()) or plain.startswith("#"):
            continue
        if found := _PINNED.match(plain):
            run.packages[found[1]] = found[2] or found[3]
        else:
            odd += 1
    if odd:
        run.adapt(REQUIREMENTS, "not_pinned", f"{odd} lines name no version; left out.")
