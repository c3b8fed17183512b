"""What a description refers to: models by URI, images, commits, each as a key and identifiers.

A *moving* reference (`models:/churn@champion`, `churn:latest`) means another thing later. It gets a
key, because something was deployed, but no identifier.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind

_MLFLOW_ID = re.compile(r"(?:^|/)(m-[0-9a-f]{32})(?:/|\Z)")
_MLFLOW_RUN = re.compile(r"(?:^|/)([0-9a-f]{32})/artifacts(?:/|\Z)")
_REGISTERED = re.compile(r"models:/{1,3}(?:[^/@]*@[^/]+/)?([^/@]+)(?:/([^/@]+)|@([^/@]+))?\Z")
_HF = re.compile(r"([\w.-]{1,96}/[\w.-]{1,96})(?:[@:]([\w./-]{1,128}))?\Z")
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}\Z")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_NUMBER = re.compile(r"\d{1,18}\Z")
STORES = frozenset(
    {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "wasb", "wasbs", "hdfs", "http", "https", "file"}
    | {"dbfs", "mlflow-artifacts", "pvc", "pvcs", "azureml"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One artifact that is referred to. `said` is the reference as it stands, `run`
    the MLflow run that wrote it."""

    key: ArtifactKey
    said: str
    identifiers: tuple[tuple[str, str], ...] = ()
    is_moving: bool = False
    run: str = ""


def model_at(said: str) -> Reference | None:
    """The model at a URI; None for what is none.

    >>> model_at("models:/churn/2").identifiers
    (('model_uri', 'models:/churn/2'),)
    >>> model_at("models:/churn@champion").is_moving
    True
    >>> model_at("/mnt/models")
    """
    said = said.strip()
    scheme, colon, rest = said.partition(":")
    if not colon or any(sign in said for sign in "\n$ {"):
        return None
    scheme = scheme.lower()
    if scheme == "models":
        return _registered(said)
    if scheme == "runs":
        return _of_run(said, rest)
    if scheme in {"hf", "huggingface"}:
        return hugging_face(rest.removeprefix("//").strip("/"))
    if scheme in {"oci", "docker"} and rest.startswith("//"):
        image = image_named(rest.removeprefix("//"))
        return image and _re_kinded(image, said)
    return _stored(said, scheme) if scheme in STORES and rest.startswith("/") else None


def _registered(said: str) -> Reference | None:
    found = _REGISTERED.match(said)
    if found is None:
        return None
    name, version, alias = (unquote(part or "") for part in found.groups())
    if not version and not alias:
        if _MLFLOW_ID.match(name):
            key = ArtifactKey("mlflow", Kind.MODEL.value, name)
            return Reference(key=key, said=said, identifiers=(("mlflow_model", name),))
        alias = "latest"
    if alias or not _NUMBER.match(version):
        # A stage (`models:/churn/Production`) moves as an alias does.
        key = ArtifactKey("mlflow", Kind.MODEL.value, name, f"@{alias or version}")
        return Reference(key=key, said=said, is_moving=True)
    key = ArtifactKey("mlflow", Kind.MODEL.value, name, version)
    return Reference(key=key, said=said, identifiers=(("model_uri", f"models:/{name}/{version}"),))


def _of_run(said: str, rest: str) -> Reference | None:
    run, _, path = rest.strip("/").partition("/")
    if not run:
        return None
    key = ArtifactKey("mlflow", Kind.MODEL.value, path or "model", run)
    return Reference(
        key=key, said=said, identifiers=(("uri", f"runs:/{run}/{path}".rstrip("/")),), run=run
    )


def hugging_face(said: str, revision: str = "") -> Reference | None:
    """`org/name`, with a commit, a branch or none.

    >>> hugging_face("acme/churn", "main").is_moving
    True
    """
    found = _HF.match(said)
    if found is None:
        return None
    name, revision = found.group(1), revision or found.group(2) or ""
    exact = _COMMIT.match(revision) is not None
    key = ArtifactKey("huggingface.co", Kind.MODEL.value, name, revision)
    given = f"{name}@{revision}" if exact else name
    moving = bool(revision) and not exact
    return Reference(
        key=key, said=said, identifiers=() if moving else (("hf_repo", given),), is_moving=moving
    )


def _stored(said: str, scheme: str) -> Reference | None:
    """At a place in storage. What the query holds is who may read it, but for a version."""
    try:
        parts = urlsplit(said)
        place = parts.hostname or "", parts.port
    except ValueError:
        return None
    host = place[0] + (f":{place[1]}" if place[1] else "")
    if scheme in {"abfs", "abfss", "wasb", "wasbs"} and parts.username:
        host = f"{parts.username}@{host}"
    path = parts.path.strip("/")
    if not path:
        return None
    version = re.search(r"(?<![^&])(versionId|generation)=([\w.-]+)", parts.query)
    uri = f"{scheme}://{host}{parts.path}" + (f"?{version.group()}" if version else "")
    identifiers = [("uri", uri)]
    if found := _MLFLOW_ID.search(path):
        identifiers.insert(0, ("mlflow_model", found.group(1)))
    key = ArtifactKey(
        f"{scheme}://{host}" if host else scheme,
        Kind.MODEL.value,
        path,
        version.group(2) if version else "",
    )
    return Reference(key=key, said=said, identifiers=tuple(identifiers), run=run_in(path))


def run_in(uri: str) -> str:
    """The MLflow run that a storage path belongs to: `…/<run>/artifacts/model`.

    >>> run_in("s3://mlflow/1/228d8e6efb1842bd891bf91242c6dcc3/artifacts/model")
    '228d8e6efb1842bd891bf91242c6dcc3'
    """
    found = _MLFLOW_RUN.search(uri)
    return found.group(1) if found else ""


def image_named(said: str) -> Reference | None:
    """An image by digest, or by a tag, which may move.

    >>> image_named("churn:2").key
    ArtifactKey(namespace='oci://docker.io', kind='environment', name='library/churn', version='2')
    """
    said = said.strip()
    name, _, digest = said.partition("@")
    if not name or any(sign in said for sign in "\n ${}"):
        return None
    registry, slash, path = name.partition("/")
    if not slash or not ("." in registry or ":" in registry or registry == "localhost"):
        registry, path = "docker.io", name if slash else f"library/{name}"
    path, _, tag = path.partition(":")
    if not path:
        return None
    digest = digest.lower()
    exact = _SHA256.match(digest) is not None
    key = ArtifactKey(
        f"oci://{registry.lower()}",
        Kind.ENVIRONMENT.value,
        path,
        digest if exact else tag or "latest",
    )
    if not exact:
        return Reference(key=key, said=said, is_moving=True)
    return Reference(
        key=key, said=said, identifiers=(("oci_image", f"{registry.lower()}/{path}@{digest}"),)
    )


def _re_kinded(image: Reference, said: str) -> Reference:
    """A model that is packed as an image."""
    key = ArtifactKey(image.key.namespace, Kind.MODEL.value, image.key.name, image.key.version)
    return Reference(key=key, said=said, identifiers=image.identifiers, is_moving=image.is_moving)


def commit_at(commit: str, repository: str = "") -> Reference | None:
    """Code by its full commit; a repository is `git://host/path`, or not known.

    >>> commit_at("a" * 40, "https://u@Git.example.org/acme/churn.git").key.namespace
    'git://git.example.org/acme/churn'
    """
    commit = commit.strip().lower()
    if not _COMMIT.match(commit):
        return None
    place = repository_at(repository)
    key = ArtifactKey(place or "git", Kind.CODE.value, place.rpartition("/")[2] or "code", commit)
    return Reference(key=key, said=commit, identifiers=(("git_commit", commit),))


def repository_at(url: str) -> str:
    """`git://host/path`, or empty when it cannot be read from the URL."""
    ssh = re.match(r"(?:[\w.-]+@)?([\w.-]+\.[\w-]+):(?!//)(.+)\Z", url.strip())
    try:
        parts = urlsplit(f"ssh://{ssh.group(1)}/{ssh.group(2)}" if ssh else url.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    path = parts.path.strip("/").removesuffix(".git")
    return f"git://{host}/{path}" if host and path else ""
