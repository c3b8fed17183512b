"""GTO: tags that register versions of a model and assign stages to them.

`churn@v1.0.0` registers, `churn@v1.0.0!` takes that back, `churn@deprecated` and `churn#prod#2`,
`churn#prod!#3` assign and unassign. A folder stands before `=`: `sub=churn@v1.0.0`.
https://mlem.ai/doc/gto/user-guide
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.ingest.connectors.dvc.files import Tracked
from apps.ingest.connectors.dvc.records import Things, is_proof
from apps.ingest.connectors.git.objects import NamedTag
from apps.ingest.connectors.git.records import Whole

_VERSION = re.compile(r"(?P<name>[^@#]+)@(?P<version>v\d+\.\d+\.\d+[^!@#]*)(?P<undone>!)?(#\d+)?\Z")
_STAGE = re.compile(r"(?P<name>[^@#]+)#(?P<stage>[A-Za-z0-9_-]+)(?P<undone>!)?(#\d+)?\Z")
_DEPRECATED = re.compile(r"(?P<name>[^@#]+)@deprecated(#\d+)?\Z")


@dataclass(slots=True)
class _Registration:
    """What tags say of one artifact at one commit."""

    versions: dict[str, NamedTag] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    stages: list[dict[str, Any]] = field(default_factory=list)
    current: set[str] = field(default_factory=set)
    tags: list[str] = field(default_factory=list)


def registered(things: Things) -> Iterator[Whole]:
    """A whole for each model that a tag registers, in the order of the tags."""
    found: defaultdict[tuple[str, str], _Registration] = defaultdict(_Registration)
    stage_now: dict[tuple[str, str], str] = {}
    for tag in things.repository.tags():
        if version := _VERSION.match(tag.name):
            one = found[_name(version), tag.commit]
            if version["undone"]:
                one.undone.add(version["version"])
            else:
                one.versions[version["version"]] = tag
        elif stage := _STAGE.match(tag.name):
            one = found[_name(stage), tag.commit]
            one.stages.append(_assignment(stage, tag))
            stage_now[_name(stage), stage["stage"]] = "" if stage["undone"] else tag.commit
        elif not (deprecated := _DEPRECATED.match(tag.name)):
            continue
        else:
            one = found[_name(deprecated), tag.commit]
            one.stages.append({"deprecated": True, "tag": tag.name})
        one.tags.append(tag.name)
    for (name, stage_name), commit in stage_now.items():
        if commit:
            found[name, commit].current.add(stage_name)
    for (name, commit), one in found.items():
        if (whole := _records(things, name, commit, one)) is not None:
            yield whole


def _name(match: re.Match[str]) -> str:
    return match["name"].replace("=", ":")


def _assignment(match: re.Match[str], tag: NamedTag) -> dict[str, Any]:
    said: dict[str, Any] = {"stage": match["stage"], "tag": tag.name}
    if tag.when:
        said["at"] = tag.when.isoformat()
    return said | ({"unassigned": True} if match["undone"] else {})


def _records(things: Things, name: str, commit: str, one: _Registration) -> Whole | None:
    content = _content(things, name, commit)
    if content is None:
        things.repository.remark(
            f"tag {one.tags[0]}",
            "no_such_artifact",
            f"The commit {commit[:12]} declares no artifact {name} with content DVC keeps; only "
            "the name is recorded.",
        )
    whole = Whole(f"tag {one.tags[0]} > {commit}", f"registered/{name}@{commit}")
    facts: dict[str, Any] = {"tags": one.tags, "commit": commit}
    if one.stages:
        facts["stages"] = one.stages
    extra = {"gto": facts} | ({"aliases": sorted(one.current)} if one.current else {})
    if not one.versions:
        if content is None:
            return None
        key = things.add(whole, content)
        # Said beside the content's own facets, which the run that made it states.
        bare = whole.artifacts[key]
        whole.artifacts[key] = msgspec.structs.replace(bare, facets=bare.facets | extra)
    for version, tag in one.versions.items():
        key = ArtifactKey(things.namespace, "model", name, version)
        whole.about[key] = None
        _version(things, whole, content, key, tag)
        record = whole.artifacts[key]
        said = extra | ({"gto": facts | {"deregistered": True}} if version in one.undone else {})
        whole.artifacts[key] = msgspec.structs.replace(record, facets=record.facets | said)
    return whole


def _content(things: Things, name: str, commit: str) -> Tracked | None:
    declared = things.history.at_tag.get(commit, {}).get(name)
    outputs = things.history.outputs_at_tag.get(commit, {})
    return outputs.get(declared.path) if declared else outputs.get(name)


def _version(
    things: Things, whole: Whole, content: Tracked | None, key: ArtifactKey, tag: NamedTag
) -> None:
    """The version under its own name. Its content's digest proves the two one; where it proves
    nothing (a folder), the version was derived from the content.
    """
    scratch = Whole(whole.place)
    known = things.add(scratch, content) if content else None
    base = scratch.artifacts[known] if known else None
    facets = dict(base.facets) if base else {}
    proven = (
        content is not None
        and base is not None
        and base.kind == "model"
        and is_proof(content, base)
    )
    whole.artifacts[key] = msgspec.structs.replace(
        base or ArtifactRecord(namespace=key.namespace, kind=key.kind, name=key.name),
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=base.digest if base and proven else "",
        occurred_at=tag.when,
        stated_at=tag.when,
        facets=facets,
    )
    if known and not proven:
        whole.artifacts[known] = scratch.artifacts[known]
        whole.identifiers.update(scratch.identifiers)
        whole.edge(known, key, "derived")
