"""The code that runs: a commit, and whether the files are still those of it.

Git is only ever read here, index included, but for the one tag that is asked for.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from model_lineage.errors import DirtyTreeError, RefusedError
from model_lineage.hashing import file_digest
from model_lineage.masking import mask
from model_lineage.records import ArtifactRecord, EdgeRecord, Key
from model_lineage.values import line

SHOWN = 10
LARGEST_HASHED = 64 * 1024 * 1024

_SCP_LIKE = re.compile(r"(?:[^@/]+@)?([^:/@]+):(?!//)(.+)\Z")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/]*@)?([^/]+)/(.+)\Z", re.IGNORECASE)


class NoRepositoryError(Exception):
    """There is no commit to name, and why."""


@dataclass(frozen=True)
class Tree:
    """Where the code stands. `changed` are paths, relative to `root`, unlike those of the commit;
    `changes_digest` is a SHA-256 over them and what they hold.
    """

    root: Path
    repository: str
    commit: str
    branch: str
    committed_at: str
    changed: tuple[str, ...] = ()
    changes_digest: str = ""

    @property
    def is_dirty(self) -> bool:
        return bool(self.changed)

    @property
    def commit_key(self) -> Key:
        """As `import_lineage git` names the same commit."""
        return Key(self.repository, "code", self.repository.rpartition("/")[2], self.commit)

    @property
    def key(self) -> Key:
        base = self.commit_key
        mark = f"+dirty.{self.changes_digest[:12]}" if self.is_dirty else ""
        return Key(base.namespace, base.kind, base.name, base.version + mark)

    def records(self) -> tuple[list[ArtifactRecord], list[EdgeRecord]]:
        """The code that ran; with changes on top, derived from its commit."""
        code = {"repository": self.repository, "commit": self.commit}
        if self.branch:
            code["branch"] = line(self.branch)
        base = ArtifactRecord(
            self.commit_key, occurred_at=self.committed_at, facets={"code": {**code}}
        )
        if not self.is_dirty:
            return [base], []
        changes = {
            "changed": [line(one) for one in self.changed[:200]],
            "changed_total": len(self.changed),
            "sha256": self.changes_digest,
        }
        ran = ArtifactRecord(
            self.key,
            description="Uncommitted changes",
            facets={"code": {**code, "dirty": True}, "changes": changes},
        )
        return [base, ran], [EdgeRecord(self.commit_key, self.key, "derived")]


def read_tree(place: Path, declared: Sequence[Path] = ()) -> Tree:
    """The tree that `place` lies in. `NoRepositoryError` if there is none.

    Files that are not ignored and not in the commit count as changes: the program may read them.
    What is `declared` does not: it is recorded by a hash of its own.
    """
    root = find_root(place)
    head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head.returncode:
        raise DirtyTreeError(f"{root} has no commit yet. Commit the code, or pass --allow-dirty.")
    changed = _changes(root, declared)
    branch = _git(root, "symbolic-ref", "--quiet", "--short", "HEAD").stdout
    return Tree(
        root=root,
        repository=_repository(root),
        commit=_text(head.stdout),
        branch=_text(branch),
        committed_at=_text(_git(root, "show", "-s", "--format=%cI", "HEAD").stdout),
        changed=tuple(sorted(changed)),
        changes_digest=_digest(root, changed) if changed else "",
    )


def refuse_dirty(tree: Tree) -> None:
    """`DirtyTreeError` with the files and what to do, if there are changes."""
    if not tree.is_dirty:
        return
    shown = [f"    {line(one)}\n" for one in tree.changed[:SHOWN]]
    if len(tree.changed) > SHOWN:
        shown.append(f"    and {len(tree.changed) - SHOWN:,} more\n")
    raise DirtyTreeError(
        f"The code that would run is not that of commit {tree.commit[:12]}. Changed or not "
        f"committed:\n{''.join(shown)}"
        "Commit them, add what is no code to .gitignore, declare data with --input or --output, "
        "or pass --allow-dirty to have the run recorded as dirty."
    )


def read_repository(place: Path) -> str:
    """The name of the repository that `place` lies in. `NoRepositoryError` if there is none."""
    return _repository(find_root(place))


def _repository(root: Path) -> str:
    remote = _git(root, "config", "--get", "remote.origin.url").stdout
    return repository_name(_text(remote), root)


def find_root(place: Path) -> Path:
    """The top of the work tree that `place` lies in. `NoRepositoryError` if there is none."""
    try:
        found = _git(place, "rev-parse", "--show-toplevel")
    except FileNotFoundError:
        raise NoRepositoryError("git is not installed") from None
    if found.returncode == 0 and found.stdout.strip():
        return Path(os.fsdecode(found.stdout[:-1]))
    said = found.stderr.decode(errors="replace").strip()
    if "not a git repository" in said or found.returncode == 0:
        raise NoRepositoryError(f"{place} is in no git repository")
    raise RefusedError(f"git does not read the repository: {said}")


def _changes(root: Path, declared: Sequence[Path]) -> dict[str, str]:
    """The state in two letters of each path that is not as committed."""
    listed = _git(root, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
    if listed.returncode:
        raise RefusedError(f"git does not read the repository: {_text(listed.stderr)}")
    # Who declares the whole project as data has not committed its code by that.
    known = {os.path.realpath(one) for one in declared} - {str(root), *map(str, root.parents)}
    changed = {}
    for entry in filter(None, listed.stdout.split(b"\0")):
        state, path = os.fsdecode(entry[:2]), os.fsdecode(entry[3:])
        place = Path(os.path.realpath(root / path))
        ours = path.split("/")[0] == ".lineage"
        if not ours and not known & {str(place), *map(str, place.parents)}:
            changed[path] = state
    return changed


def _digest(root: Path, changed: dict[str, str]) -> str:
    """Of files above 64 MiB the size alone counts."""
    whole = hashlib.sha256()
    for path, state in sorted(changed.items()):
        place = root / path
        if place.is_symlink():
            held = os.fsdecode(place.readlink())
        elif not place.is_file():
            held = "a folder" if place.is_dir() else "gone"
        elif place.stat().st_size > LARGEST_HASHED:
            held = f"{place.stat().st_size} bytes"
        else:
            held = file_digest(place)
        whole.update(os.fsencode(f"{state} {path}\0{held}\0"))
    return whole.hexdigest()


def repository_name(address: str, root: Path) -> str:
    """`git://host/path`: no user, token, scheme, port or `.git`, so all addresses of one are one.

    An address on some machine's disk says nothing elsewhere: its last folder stands for it.

    >>> repository_name("https://user:token@github.com:443/acme/churn.git", Path("/x"))
    'git://github.com/acme/churn'
    >>> repository_name("git@GitHub.com:acme/churn", Path("/x")), repository_name("", Path("/x"))
    ('git://github.com/acme/churn', 'git://x')
    """
    if found := _URL.match(address) or _SCP_LIKE.match(address):
        host, path = found.groups()
        host = re.sub(r":\d+\Z", "", host.lower())
        path = path.strip("/")
        return line(mask(f"git://{host}/{path[:-4] if path.endswith('.git') else path}"))
    last = address.rstrip("/").replace("\\", "/").rpartition("/")[2] or root.resolve().name
    return line(f"git://{last[:-4] if last.endswith('.git') else last or 'repository'}")


def _git(place: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    safe = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
    return subprocess.run(  # noqa: S603 - every argument is ours or follows a "--"
        ["git", *safe, "-C", str(place), *arguments],  # noqa: S607
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
    )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()


def refuse_tag(tree: Tree, tag: str) -> None:
    """`RefusedError` if the tag would not say truly what was built from which commit."""
    if tree.is_dirty:
        raise DirtyTreeError(f"{tag} would name a commit that is not the code that runs.")
    if _git(tree.root, "check-ref-format", f"refs/tags/{tag}").returncode or tag.startswith("-"):
        raise RefusedError(f"{tag!r} cannot be the name of a git tag; choose another version.")
    known = _git(tree.root, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}")
    if known.returncode == 0 and _text(known.stdout) != tree.commit:
        raise RefusedError(
            f"The tag {tag} exists already, on commit {_text(known.stdout)[:12]}. A version "
            "names one commit: choose another."
        )


def make_tag(tree: Tree, tag: str, message: str) -> None:
    """The annotated tag on the commit that ran; one that stands there already stays."""
    refuse_tag(tree, tag)
    if _git(tree.root, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}").returncode == 0:
        return
    made = _git(
        tree.root,
        *("tag", "--annotate", "--no-sign", "--cleanup=verbatim", "--file=-", "--"),
        *(tag, tree.commit),
        stdin=message.encode(),
    )
    if made.returncode:
        raise RefusedError(f"git did not make the tag {tag}: {_text(made.stderr)}")
