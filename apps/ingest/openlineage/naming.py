"""Which artifacts an event names."""

import re
from typing import Any
from urllib.parse import urlsplit

from apps.graph.hashing import sha256
from apps.graph.records import ArtifactKey
from apps.graph.strict_json import canonical
from apps.graph.validation import MAX_VERSION_BYTES
from apps.graph.vocabulary import Kind
from apps.ingest.openlineage.envelope import Event
from apps.ingest.openlineage.texts import nameable

_SCP_LIKE = re.compile(r"(?:[\w.-]+@)?([\w.-]+\.[\w.-]+):(?!/)(.+)\Z")


def run_key(namespace: str, name: str, run_id: str) -> ArtifactKey:
    return ArtifactKey(namespace, Kind.RUN.value, name, run_id)


def dataset_key(
    namespace: str, name: str, version: str = "", kind: str = Kind.DATASET.value
) -> ArtifactKey:
    return ArtifactKey(namespace, kind, name, version)


def name_hash(name: tuple[str, str]) -> str:
    """What stands for a dataset's name."""
    return sha256(canonical(list(name)))


def run_hash(run: ArtifactKey) -> str:
    """What stands for a run, whichever of its attempts is meant."""
    return sha256(canonical([run.kind, run.namespace, run.name, run.version]))


def starting_runs(event: Event) -> frozenset[ArtifactKey]:
    """The runs that started this one: the one named as parent, and the root above it. `parentRun`
    is the older name of the facet.
    """
    run, job = event.envelope.run, event.job
    if run is None or job is None:
        return frozenset()
    facets = run.facets or {}
    facet = facets.get("parent") or facets.get("parentRun") or {}
    found = {_named_run(facet), _named_run(facet.get("root"))}
    return frozenset(key for key in found if key) - {run_key(job.namespace, job.name, event.run_id)}


def dependencies(event: Event) -> frozenset[tuple[ArtifactKey, ArtifactKey, str]]:
    """(upstream, downstream, role) of each run that the facet `jobDependencies` says must have
    come before this one, or comes after it. A job without a run is not named.
    """
    run, job = event.envelope.run, event.job
    if run is None or job is None:
        return frozenset()
    mine = run_key(job.namespace, job.name, event.run_id)
    facet = (run.facets or {}).get("jobDependencies") or {}
    found = set()
    for side in ("upstream", "downstream"):
        named = facet.get(side)
        for one in named if isinstance(named, list) else ():
            other = _named_run(one)
            if other is not None and other != mine:
                ends = (other, mine) if side == "upstream" else (mine, other)
                found.add((*ends, _dependency_role(one)))
    return frozenset(found)


def _dependency_role(one: dict[str, Any]) -> str:
    invoked = one.get("dependency_type") == "DIRECT_INVOCATION"
    return "orchestration" if invoked else "dependency"


def _named_run(given: object) -> ArtifactKey | None:
    """The run in an object with `job` and `run`."""
    job, run = (given.get("job"), given.get("run")) if isinstance(given, dict) else (None, None)
    if not isinstance(job, dict) or not isinstance(run, dict):
        return None
    key = run_key(
        nameable(job.get("namespace")),
        nameable(job.get("name")),
        nameable(run.get("runId"), limit=MAX_VERSION_BYTES),
    )
    return key if key.namespace and key.name and key.version else None


def source_location(event: Event) -> dict[str, Any]:
    """The sourceCodeLocation facet; empty if there is none."""
    job = event.job
    return ((job and job.facets) or {}).get("sourceCodeLocation") or {}


def code_key(event: Event) -> ArtifactKey | None:
    """The code at its commit. The repository is the namespace, so forks stay apart."""
    facet = source_location(event)
    repository = repository_url(facet.get("repoUrl")) or repository_url(facet.get("url"))
    name = repository.rpartition("/")[2]
    if not repository or not name:
        return None
    version = nameable(facet.get("version"), limit=MAX_VERSION_BYTES)
    return ArtifactKey(repository, Kind.CODE.value, name, version)


def repository_url(url: object) -> str:
    """One spelling for the ways to write a repository's address; empty if it is none.

    >>> repository_url("git@github.com:acme/churn.git")
    'https://github.com/acme/churn'
    >>> repository_url("https://GitHub.com/acme/churn/blob/main/train.py")
    'https://github.com/acme/churn'
    """
    text = nameable(url).strip()
    if scp := _SCP_LIKE.match(text):
        text = f"ssh://{scp[1]}/{scp[2]}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not parts.scheme or not (host or parts.path):
        return ""
    path = re.split(r"/(?:-/)?(?:blob|tree|raw)/", parts.path, maxsplit=1)[0]
    path = path.rstrip("/").removesuffix(".git").rstrip("/")
    if parts.scheme in {"ssh", "git", "git+ssh", "http", "https", "git+https"} and host:
        place = f"{host}:{port}" if port and parts.scheme.startswith("http") else host
        return f"https://{place}{path}"
    return f"{parts.scheme}://{host}{path}"
