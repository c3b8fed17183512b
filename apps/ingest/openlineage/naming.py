"""Which artifacts an event names."""

import re
from typing import Any
from urllib.parse import urlsplit

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey
from apps.graph.validation import MAX_VERSION_BYTES, line
from apps.graph.vocabulary import Kind
from apps.ingest.openlineage.envelope import Event

_SCP_LIKE = re.compile(r"(?:[\w.-]+@)?([\w.-]+\.[\w.-]+):(?!/)(.+)\Z")


def run_key(namespace: str, name: str, run_id: str) -> ArtifactKey:
    return ArtifactKey(namespace, Kind.RUN.value, name, run_id)


def dataset_key(namespace: str, name: str, version: str = "") -> ArtifactKey:
    return ArtifactKey(namespace, Kind.DATASET.value, name, version)


def parent_key(event: Event) -> ArtifactKey | None:
    """The run that started this one, if the event names one. `parentRun` is the older name."""
    run = event.envelope.run
    facets = (run.facets if run else None) or {}
    facet = facets.get("parent") or facets.get("parentRun") or {}
    job, started_by = facet.get("job"), facet.get("run")
    if not isinstance(job, dict) or not isinstance(started_by, dict):
        return None
    key = run_key(
        nameable(job.get("namespace")),
        nameable(job.get("name")),
        nameable(started_by.get("runId"), limit=MAX_VERSION_BYTES),
    )
    mine = event.job and run_key(event.job.namespace, event.job.name, event.run_id)
    return key if key.namespace and key.name and key.version and key != mine else None


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


def nameable(value: object, *, limit: int = 2000) -> str:
    """The text if it can name something, else nothing."""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        return line(value, "$", limit=limit)
    except RecordError:
        return ""
