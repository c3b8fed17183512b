"""A git repository read as a heap of objects: no checkout, no configured command, no way out of it.

Only the object database, the refs, the reflogs and the address of `origin` are read. What git
itself would follow elsewhere is not followed: alternates, a `.git` file, `include` in the
configuration, submodules. Hooks, filters and the user's own configuration are never looked at.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from dulwich.config import ConfigFile
from dulwich.errors import ChecksumMismatch, FileFormatException, NotGitRepository
from dulwich.object_store import BaseObjectStore, DiskObjectStore
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tag, Tree
from dulwich.refs import DiskRefsContainer, Ref

from apps.ingest.connectors.contract import ConnectorError, Remark
from apps.ingest.connectors.git.names import moment, namespace_of, text
from apps.ingest.connectors.git.sizes import largest_part

MAX_OBJECT_BYTES = 16 * 1024 * 1024
MAX_COMMITS = 200_000
MAX_TAGS_PEELED = 20
MAX_FOLDERS = 64
FOLDERS_KEPT = 4096
FOLDER = 0o040000
SUBMODULE = 0o160000
BROKEN = (
    *(ChecksumMismatch, FileFormatException, NotGitRepository, KeyError, ValueError, OSError),
    *(AssertionError, zlib.error, EOFError, struct.error, IndexError, TypeError, AttributeError),
)
_INTERNAL_REFS = (b"refs/exps/exec/", b"refs/exps/celery/", b"refs/exps/temp", b"refs/stash")


class _OwnObjects(DiskObjectStore):
    """The objects that lie in the repository itself."""

    @property
    def alternates(self) -> list[BaseObjectStore]:
        return []


@dataclass(frozen=True, slots=True)
class NamedTag:
    """A tag and the commit it leads to; `when` is its own time, unless it is lightweight."""

    name: str
    commit: str
    when: datetime | None = None
    message: str = ""
    signed: bool = False


@dataclass(slots=True)
class Repository:
    """Objects by name. What cannot be read is absent, and remarked once.

    `uncertain` says that commits or folders are among that: what is gone cannot be told.
    """

    root: Path
    control: Path
    objects: DiskObjectStore
    refs: dict[bytes, bytes]
    address: str
    converts_line_ends: bool = False
    uncertain: bool = False
    remarks: dict[Remark, None] = field(default_factory=dict)
    _folders: dict[bytes, list[tuple[str, int, bytes]]] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        return namespace_of(self.address, self.root)

    @property
    def name(self) -> str:
        return self.namespace.rpartition("/")[2]

    def remark(self, place: str, code: str, message: str) -> None:
        self.remarks[Remark(place, code, message)] = None

    def take_remarks(self) -> tuple[Remark, ...]:
        taken = tuple(self.remarks)
        self.remarks.clear()
        return taken

    def object(self, sha: bytes) -> ShaFile | None:
        try:
            if largest_part(self.objects, sha) > MAX_OBJECT_BYTES:
                raise ValueError("Too large.")
            return self.objects[ObjectID(sha)]
        except BROKEN as error:
            why = "is not in this repository" if isinstance(error, KeyError) else "is damaged"
            short = sha[:12].decode("ascii", "replace")
            self.remark(short, "no_object", f"The object {why}, or is larger than is read.")
            return None

    def commit(self, sha: bytes) -> Commit | None:
        found = self.object(sha)
        return found if isinstance(found, Commit) else None

    def blob(self, sha: bytes) -> bytes | None:
        found = self.object(sha)
        return found.as_raw_string() if isinstance(found, Blob) else None

    def small_blob(self, sha: bytes, limit: int) -> bytes | None:
        """The content of a file if it has at most `limit` bytes."""
        found = self.blob(sha)
        return found if found is not None and len(found) <= limit else None

    def members(self, tree: bytes) -> list[tuple[str, int, bytes]]:
        """(name, mode, object) of a folder; nothing that is a submodule."""
        found = self.object(tree)
        if not isinstance(found, Tree):
            self.uncertain = True
            return []
        try:
            entries = found.items()
        except BROKEN:
            self.remark(tree[:12].decode("ascii", "replace"), "no_object", "A damaged folder.")
            return []
        return [
            (text(one.path), one.mode, bytes(one.sha)) for one in entries if one.mode != SUBMODULE
        ]

    def at(self, tree: bytes, path: str) -> bytes | None:
        """The object of a path in a commit's tree."""
        here: bytes | None = tree
        for part in path.split("/"):
            if here is None or part in {"", ".", ".."}:
                return None
            here = next((sha for name, _, sha in self._members(here) if name == part), None)
        return here

    def _members(self, tree: bytes) -> list[tuple[str, int, bytes]]:
        if tree not in self._folders:
            if len(self._folders) >= FOLDERS_KEPT:
                self._folders.clear()
            self._folders[tree] = self.members(tree)
        return self._folders[tree]

    def tags(self) -> list[NamedTag]:
        """Every tag that leads to a commit, in the order of their times and names."""
        prefix = b"refs/tags/"
        found = [
            tag
            for ref, sha in sorted(self.refs.items())
            if ref.startswith(prefix) and (tag := self._tag(text(ref[len(prefix) :]), sha))
        ]
        oldest = datetime.min.replace(tzinfo=UTC)
        return sorted(found, key=lambda one: (one.when or oldest, one.name))

    def _tag(self, name: str, sha: bytes) -> NamedTag | None:
        first = here = self.object(sha)
        for _ in range(MAX_TAGS_PEELED):
            if not isinstance(here, Tag):
                break
            here = self.object(bytes(here.object[1]))
        if not isinstance(here, Commit):
            self.remark(f"tag {name}", "no_commit", "Leads to no commit that can be read.")
            return None
        if not isinstance(first, Tag):
            return NamedTag(name, text(here.id))
        when = moment(first.tag_time)
        signed = first.signature is not None
        return NamedTag(name, text(here.id), when, text(first.message or b"").strip(), signed)

    def starts(self) -> list[bytes]:
        """Where refs lead, peeled to commits. DVC's experiments are refs; its scratch ones not."""
        wanted = {sha for ref, sha in self.refs.items() if ref == b"HEAD" or _is_history(ref)} | {
            tag.commit.encode() for tag in self.tags()
        }
        return sorted(sha for sha in wanted if isinstance(self.object(sha), Commit))

    def commits(self) -> list[bytes]:
        """Everything that refs reach, oldest first; of one time, by name."""
        times: dict[bytes, int] = {}
        waiting = self.starts()
        while waiting:
            sha = waiting.pop()
            if sha in times:
                continue
            if (commit := self.commit(sha)) is None:
                self.uncertain = True
                continue
            times[sha] = commit.commit_time
            waiting += [bytes(one) for one in commit.parents]
            if len(times) > MAX_COMMITS:
                self.uncertain = True
                self.remark("refs", "too_many_commits", f"Only {MAX_COMMITS:,} commits are read.")
                break
        return sorted(times, key=lambda sha: (times[sha], sha))

    def branches(self) -> dict[str, list[str]]:
        """The branches whose tip a commit is."""
        found: dict[str, list[str]] = {}
        for ref, sha in sorted(self.refs.items()):
            if ref.startswith(b"refs/heads/"):
                found.setdefault(text(sha), []).append(text(ref[11:]))
        return found


@contextmanager
def open_repository(path: Path) -> Iterator[Repository]:
    """The repository at a path: a work tree with a `.git` folder, or a bare repository."""
    found = _opened(path)
    try:
        yield found
    finally:
        found.objects.close()


def _opened(path: Path) -> Repository:
    hidden = path / ".git"
    if hidden.is_file():
        raise ConnectorError(
            f"{path} has a .git file that leads elsewhere; point at the repository it belongs to."
        )
    control = hidden if hidden.is_dir() else path
    if not (control / "objects").is_dir() or not (control / "HEAD").is_file():
        raise ConnectorError(f"{path} is not a git repository.")
    _check_whole(path, control)
    try:
        objects = _OwnObjects(control / "objects", loose_object_size_limit=MAX_OBJECT_BYTES)
        container = DiskRefsContainer(control)
        refs = {}
        for ref in container.allkeys():
            if (sha := _resolved(container, ref)) is not None:
                refs[bytes(ref)] = sha
    except BROKEN as error:
        raise ConnectorError(f"The refs of {path} cannot be read: {str(error)[:200]}") from error
    found = Repository(path, control, objects, refs, *_settings(control))
    if (control / "objects/info/alternates").exists():
        message = "Borrows objects from another repository; those are not read."
        found.remark("objects/info/alternates", "alternates", message)
    if (control / "shallow").exists():
        found.remark("shallow", "shallow", "A shallow clone: older history is not here.")
    return found


def _check_whole(path: Path, control: Path) -> None:
    """Refuse what leads out of the repository, and what is neither file nor folder."""
    if (control / "commondir").exists():
        raise ConnectorError(f"{path} is part of another repository; point at that one.")
    parts = [control / name for name in ("objects", "refs", "packed-refs", "HEAD", "config")]
    for folder in parts[:2]:
        parts += sorted(folder.rglob("*"))
    for part in parts:
        if part.is_symlink() and not part.resolve().is_relative_to(path.resolve()):
            raise ConnectorError(f"{part.relative_to(path)} leads out of the repository.")
        if part.exists() and not (part.is_file() or part.is_dir()):
            raise ConnectorError(f"{part.relative_to(path)} is neither a file nor a folder.")


def _resolved(container: DiskRefsContainer, ref: Ref) -> bytes | None:
    try:
        return bytes(container[ref])
    except BROKEN:
        return None


def _settings(control: Path) -> tuple[str, bool]:
    """The address of `origin`, and whether line ends are converted; nothing else is heeded."""
    try:
        with (control / "config").open("rb") as file:
            config = ConfigFile.from_file(file, expand_includes=False)
    except BROKEN:
        return "", True
    settings = {}
    for section, name in (((b"remote", b"origin"), b"url"), ((b"core",), b"autocrlf")):
        try:
            settings[name] = text(config.get(section, name))
        except KeyError:
            settings[name] = ""
    return settings[b"url"], settings[b"autocrlf"].lower() not in {"", "false"}


def _is_history(ref: bytes) -> bool:
    return ref.startswith((b"refs/heads/", b"refs/remotes/", b"refs/exps/")) and not (
        ref.startswith(_INTERNAL_REFS)
    )


def walk_files(
    repository: Repository, tree: bytes, prefix: str = "", depth: int = 0
) -> Iterator[tuple[str, int, bytes]]:
    """(path, mode, object) of each file below a folder."""
    for name, mode, sha in repository.members(tree):
        if mode == FOLDER:
            if depth < MAX_FOLDERS:
                yield from walk_files(repository, sha, f"{prefix}{name}/", depth + 1)
        else:
            yield f"{prefix}{name}", mode, sha
