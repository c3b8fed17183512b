"""Plain git: which commits, models and data a repository itself declares.

A commit becomes an artifact only if something names it: a tag, a lineage trailer of its own
message (`Dataset:`, `Derived-From:`, `Relation:`, `MLflow-Run:`), `HEAD` or a branch as where the
code stands now, or a reflog after the refs moved on (a run elsewhere may still name it). All
others say nothing of lineage, and there may be a million. Of these commits the files are read
that stand for others: LFS pointers, `*.dataset.yaml`, `FROM …@sha256:` in Dockerfiles.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
from dulwich.objects import Commit, ObjectID

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.ingest.connectors.contract import Access, Reading
from apps.ingest.connectors.git.contents import Contents, add_content, add_image, content_key
from apps.ingest.connectors.git.models import add_declared, model_version_of
from apps.ingest.connectors.git.names import text
from apps.ingest.connectors.git.objects import NamedTag, Repository
from apps.ingest.connectors.git.records import Whole, commit_record
from apps.ingest.connectors.git.remote import read_repository, said_of
from apps.ingest.connectors.git.statements import model_version, trailers
from apps.ingest.connectors.git.worktree import changes

PRODUCER = "git"
WORK_TREE = "work-tree"
PRESENT_AT_ONCE = 1000
MAX_REFLOG_BYTES = 64 * 1024 * 1024
_REFLOG_LINE = re.compile(rb"[0-9a-f]{40} ([0-9a-f]{40}) ")
_ADAPTED = {"shallow", "alternates", "no_file_of_model", "moving_tag", "dirty", "unknown_ref"}


def read(access: Access) -> Iterator[Reading]:
    """One reading a commit that something names, then the work tree."""
    yield from read_repository(access, _read)


def test(access: Access) -> str:
    """How many branches and tags there are. ConnectorError if the repository cannot be read."""
    return said_of(access)


def _read(repository: Repository) -> Iterator[Reading]:
    """Commits that name a model version come first, so that it bears the name that people gave it
    and not that of a file; else the oldest first. Commits that nothing names are still there.
    """
    contents = Contents(repository)
    tags: defaultdict[str, list[NamedTag]] = defaultdict(list)
    for tag in repository.tags():
        tags[tag.commit].append(tag)
    branches = repository.branches()
    reached = repository.commits()
    lost = _lost(repository, set(reached))
    head = repository.refs.get(b"HEAD", b"")
    unnamed = []
    for sha in sorted((*reached, *lost), key=lambda one: not _names_model(tags[text(one)])):
        commit = repository.commit(sha)
        if commit is None:
            continue
        names = tags.get(text(sha), [])
        standing = branches.get(text(sha), [])
        if names or standing or sha in lost or sha == head or trailers(commit.message):
            facts: dict[str, Any] = {"unreachable": True} if sha in lost else {}
            for whole in _commit(contents, commit, names, standing, facts):
                yield _with_remarks(repository, whole.reading(PRODUCER))
        else:
            unnamed.append(f"commit/{text(sha)}")
    for start in range(0, len(unnamed), PRESENT_AT_ONCE):
        yield Reading(present=tuple(unnamed[start : start + PRESENT_AT_ONCE]))
    tip = repository.commit(head)
    changed = _work_tree(repository, tip) if tip else None
    yield _with_remarks(repository, changed.reading(PRODUCER) if changed else Reading())


def _names_model(tags: list[NamedTag]) -> bool:
    return any(model_version(one.name) for one in tags)


def _with_remarks(repository: Repository, reading: Reading) -> Reading:
    found = repository.take_remarks()
    return replace(
        reading,
        unit=reading.unit or (WORK_TREE if found else ""),
        adapted=tuple(one for one in found if one.code in _ADAPTED),
        refused=(*reading.refused, *(one for one in found if one.code not in _ADAPTED)),
    )


def _commit(
    contents: Contents,
    commit: Commit,
    tags: list[NamedTag],
    branches: list[str],
    facts: dict[str, Any],
) -> Iterator[Whole]:
    """The model versions that tags name, each by itself, then the commit."""
    repository = contents.repository
    whole = Whole(f"commit {text(commit.id)}", f"commit/{text(commit.id)}")
    said = trailers(commit.message)
    facts |= {"tags": [_tag_facts(one) for one in tags]} if tags else {}
    facts |= {"trailers": [list(one) for one in said]} if said else {}
    facts |= {"parents": [text(one) for one in commit.parents]} if commit.parents else {}
    if commit.gpgsig:
        facts["signature"] = "present, not verified"
    record = commit_record(repository, commit, facts, branches[0] if branches else "")
    whole.artifacts[record.key] = record
    whole.about[record.key] = None
    named, images = contents.of(bytes(commit.tree))
    keys = {one: content_key(repository.namespace, one) for one in named}
    for tag in tags:
        if (model := model_version(tag.name)) is not None:
            yield model_version_of(repository, record.key, tag, model, keys)
    for one in named:
        add_content(whole, repository.namespace, one)
    for image, digest in sorted(images.items()):
        whole.edge(add_image(whole, image, digest), record.key, "dependency")
    if said:
        before = {one.version for one in _before(contents, commit)}
        made = [
            key for one, key in keys.items() if one.kind == "model" and one.version not in before
        ]
        add_declared(repository, whole, record.key, said, made)
    yield whole


def _before(contents: Contents, commit: Commit) -> Iterator[Any]:
    """What the parents named already."""
    for parent in commit.parents:
        if (found := contents.repository.commit(bytes(parent))) is not None:
            yield from contents.of(bytes(found.tree))[0]


def _tag_facts(tag: NamedTag) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": tag.name, "annotated": tag.when is not None}
    if tag.when:
        facts["at"] = tag.when.isoformat()
    if tag.message:
        facts["message"] = tag.message[:5000]
    return facts | ({"signature": "present, not verified"} if tag.signed else {})


def _lost(repository: Repository, reached: set[bytes]) -> list[bytes]:
    """Commits that reflogs name and no ref reaches any more, as long as they are still there."""
    found: dict[bytes, None] = {}
    logs = repository.control / "logs"
    for log in sorted(logs.rglob("*")) if logs.is_dir() and not logs.is_symlink() else ():
        inside = log.is_file() and log.resolve().is_relative_to(repository.control.resolve())
        if not inside or log.stat().st_size > MAX_REFLOG_BYTES:
            continue
        for match in map(_REFLOG_LINE.match, log.read_bytes().split(b"\n")):
            if match and match[1] not in reached and ObjectID(match[1]) in repository.objects:
                found[match[1]] = None
    return sorted(found)


def _work_tree(repository: Repository, tip: Commit) -> Whole | None:
    """The files as they lie there, if they are not those of the commit."""
    changed = changes(repository, bytes(tip.tree))
    if not changed:
        return None
    summary = hashlib.sha256(json.dumps(sorted(changed.items())).encode()).hexdigest()[:12]
    whole = Whole(f"work tree at {text(tip.id)}", WORK_TREE)
    base = commit_record(repository, tip, {})
    key = ArtifactKey(
        repository.namespace, "code", repository.name, f"{text(tip.id)}+dirty.{summary}"
    )
    whole.artifacts[key] = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        description="Uncommitted changes",
        facets={
            "code": base.facets["code"] | {"dirty": True},
            "git": {"changed": sorted(changed)[:200], "changed_total": len(changed)},
        },
    )
    whole.artifacts[base.key] = msgspec.structs.replace(base, facets={})
    whole.edge(base.key, key, "derived")
    repository.remark(
        whole.place, "dirty", f"{len(changed):,} files differ from the commit that is checked out."
    )
    return whole
