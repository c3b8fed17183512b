"""Clones of repositories of the Hugging Face Hub: where they are in a folder and what they are.

A clone by git, a snapshot in the Hub's cache (`models--org--name/snapshots/<commit>`), or a folder
named `org--name` or `org/name`. Of git only plain files are read; git itself is never run.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.formats.weight_files import is_weights

HUB = "huggingface.co"
HUBS = frozenset({HUB, "hf.co", "www.huggingface.co"})
CARD = "README.md"
MARKS = frozenset(
    {"config.json", "adapter_config.json", "mergekit_config.yml", "mergekit_config.yaml"}
    | {"model_index.json"}
)
MAX_FOLDERS = 100_000
COMMIT = re.compile(r"[0-9a-f]{40}\Z")
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?\Z", re.ASCII)
KINDS = {"models": Kind.MODEL, "datasets": Kind.DATASET, "spaces": Kind.APPLICATION}

_CACHED = re.compile(r"(models|datasets|spaces)--(.+)\Z")
_REMOTE = re.compile(r'^\[remote "origin"\][^\[]*?^\s*url\s*=\s*(\S+)', re.MULTILINE)
_SSH = re.compile(r"(?:[^@/]+@)?([^:/]+):(?!//)(.+)\Z")
_REF = re.compile(r"ref: (refs/[\w./+@-]+)\Z", re.ASCII)
_MAX_GIT_BYTES = 4 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """One repository on disk. `kind` is empty where only the card can tell.

    Files that are links may lead anywhere within `root`.
    """

    folder: Path
    root: Path
    place: str
    name: str
    namespace: str = HUB
    commit: str = ""
    kind: str = ""
    named_by: str = "folder"

    @property
    def key(self) -> ArtifactKey:
        return ArtifactKey(self.namespace, self.kind, self.name, self.commit)

    def inside(self, name: str) -> Path | None:
        """The file of this name; none where it is missing or leads out of the root."""
        file = self.folder / name
        try:
            fine = file.is_file() and file.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError):
            return None
        return file if fine else None


def clones_in(root: Path) -> list[Clone]:
    """Every clone in a folder, by place. A clone within a clone is part of it."""
    found: dict[Path, None] = {}
    doubtful: list[Path] = []
    for count, (here, names, files) in enumerate(os.walk(root)):
        if count > MAX_FOLDERS:
            raise ConnectorError(f"{root.name} holds more than {MAX_FOLDERS:,} folders.")
        folder = Path(here)
        names[:] = sorted(name for name in names if not name.startswith(".") and name != "blobs")
        if MARKS.intersection(files) or any(is_weights(name) for name in files):
            found[folder] = None
            names.clear()
        elif CARD in files:
            if _has_front_matter(folder / CARD, root):
                found[folder] = None
                names.clear()
            else:
                doubtful.append(folder)
    for folder in reversed(doubtful):
        if not any(one.is_relative_to(folder) for one in found):
            found[folder] = None
    return [clone_at(folder, root) for folder in sorted(found)]


def clone_at(folder: Path, root: Path) -> Clone:
    """What repository a folder is, by its git remote, the Hub's cache, or its own name."""
    inside = folder.relative_to(root).as_posix()
    place = folder.name if inside == "." else inside
    cached = _CACHED.match(folder.parents[1].name) if folder.parent.name == "snapshots" else None
    if cached:
        return Clone(
            folder=folder,
            root=root,
            place=place,
            name=cached[2].replace("--", "/", 1),
            commit=folder.name if COMMIT.match(folder.name) else "",
            kind=KINDS[cached[1]],
            named_by="cache",
        )
    clone = Clone(folder=folder, root=root, place=place, name=folder.name)
    commit, (host, path) = _git_commit(clone), _git_remote(clone)
    if path:
        first, _, rest = path.partition("/")
        kind = KINDS.get(first, "") if rest else ""
        return Clone(
            folder=folder,
            root=root,
            place=place,
            name=rest if kind else path,
            namespace=HUB if host in HUBS else host,
            commit=commit,
            kind=kind or (Kind.MODEL if host in HUBS else ""),
            named_by="git",
        )
    name, named_by = folder.name, "folder"
    parts = folder.relative_to(root).parts
    if "--" in name.strip("-"):
        name, named_by = name.replace("--", "/", 1), "convention"
    elif len(parts) == 2:  # noqa: PLR2004
        name, named_by = "/".join(parts), "convention"
    return Clone(folder=folder, root=root, place=place, name=name, commit=commit, named_by=named_by)


def hub_name(value: str) -> tuple[str, str]:
    """The repository and the revision in a name or an address; empty where it is neither.

    >>> hub_name("https://huggingface.co/datasets/acme/tickets/tree/main")
    ('acme/tickets', 'main')
    >>> hub_name("acme/churn@0ab1"), hub_name("./checkpoint-500"), hub_name("Our own data")
    (('acme/churn', '0ab1'), ('', ''), ('', ''))
    """
    found = value.strip().rstrip("/")
    revision = ""
    if "://" in found:
        try:
            parts = urlsplit(found)
            host = parts.hostname or ""
        except ValueError:
            return "", ""
        path = parts.path.strip("/").split("/")
        path = path[1:] if path[0] in KINDS else path
        if host not in HUBS:
            return "", ""
        if len(path) > 3 and path[2] in {"tree", "blob", "resolve", "commit"}:  # noqa: PLR2004
            revision = path[3]
        found = "/".join(path[:2])
    elif "@" in found:
        found, _, revision = found.partition("@")
    return (found, revision) if REPOSITORY.match(found) else ("", "")


def _has_front_matter(file: Path, root: Path) -> bool:
    try:
        if not file.is_file() or not file.resolve().is_relative_to(root):
            return False
        with file.open("rb") as content:
            return content.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"---")
    except OSError:
        return False


def _git_commit(clone: Clone) -> str:
    head = _git_text(clone, "HEAD")
    if not (ref := _REF.match(head)):
        return head if COMMIT.match(head) else ""
    if ".." in ref[1]:
        return ""
    commit = _git_text(clone, ref[1])
    if COMMIT.match(commit):
        return commit
    for line in _git_text(clone, "packed-refs").splitlines():
        if line[41:] == ref[1] and COMMIT.match(line[:40]):
            return line[:40]
    return ""


def _git_remote(clone: Clone) -> tuple[str, str]:
    """Host and path of the origin, without user, password, port and `.git`."""
    found = _REMOTE.search(_git_text(clone, "config"))
    if not found:
        return "", ""
    url = found[1]
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return "", ""
    elif short := _SSH.match(url):
        host, path = short[1], short[2]
    else:
        return "", ""
    path = path.strip("/").removesuffix(".git")
    return (host.lower(), path) if host and path else ("", "")


def _git_text(clone: Clone, name: str) -> str:
    file = clone.inside(f".git/{name}")
    if file is None:
        return ""
    try:
        with file.open("rb") as content:
            return content.read(_MAX_GIT_BYTES).decode("utf-8", "replace").strip()
    except OSError:
        return ""
