"""What the files that a run tracked are: their content, digest and record."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Any

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.strict_json import canonical
from apps.ingest.connectors.neptune.attributes import Told, Tracked, line, storable
from apps.ingest.connectors.neptune.files import FileError, Files, list_in, members_of, sha256_of
from apps.ingest.connectors.neptune.rules import Rule, meaning_of
from apps.ingest.openlineage.masking import mask_text

MEMBERS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """`digest` is of the raw bytes of one file, else of a list of files (`neptune_files`, the
    SHA-256 over the path and hash of each). `listing` is the latter, of tracked files only."""

    tracked: Tracked
    rule: Rule
    digest: str = ""
    size: int | None = None
    uri: str = ""
    facet: dict[str, Any] = field(default_factory=dict)
    identifiers: tuple[tuple[str, str], ...] = ()
    listing: str = ""

    @property
    def name(self) -> str:
        step = self.tracked.step
        return self.tracked.attribute + ("" if step is None else f"/{step:g}")

    def record(self, run: ArtifactKey) -> ArtifactRecord:
        """A list of files is versioned by its content, an uploaded file by its run."""
        step = "" if self.tracked.step is None else f":{self.tracked.step:g}"
        about: dict[str, Any] = {} if self.size is None else {"size_bytes": self.size}
        return ArtifactRecord(
            namespace=run.namespace,
            kind=self.rule.kind,
            name=line(self.tracked.attribute),
            version=self.listing[:16] or f"{run.version}{step}",
            digest=self.digest,
            uri=self.uri,
            facets={
                name: value
                for name, value in ((self.rule.kind, about), ("neptune", self.facet))
                if value
            },
        )


def content_of(tracked: Tracked, told: Told, files: Files) -> Content | None:
    """What can be said of it; without a digest if its bytes are not there."""
    rule = meaning_of(tracked.attribute, is_list=tracked.kind == "artifact")
    facet: dict[str, Any] = {"type": tracked.kind, "path": storable(tracked.where)}
    at = tracked.attribute
    try:
        if tracked.kind == "artifact":
            return _listed(tracked, rule, facet, told, files)
        file = (Files() if tracked.away else files).find(tracked.where)
        if tracked.kind == "file_set" and file.is_dir():
            return _folder(tracked, rule, facet, list(members_of(file)))
        digest, size = sha256_of(file)
    except FileError as error:
        if error.code == "file_missing":
            told.adapt(at, error.code, f"{error} Taken without a digest.")
            return Content(tracked, rule, facet=facet)
        told.refuse(at, error.code, str(error))
        return None
    facet |= {"sha256": digest, "size": size}
    return Content(tracked, rule, f"sha256:{digest}", size, facet=facet)


def _listed(
    tracked: Tracked, rule: Rule, facet: dict[str, Any], told: Told, files: Files
) -> Content:
    listed = tracked.listed or list_in(files.find(tracked.where))
    facet = {"type": tracked.kind, "number_of_files": len(listed)}
    facet["files"] = storable(list(listed[:MEMBERS_KEPT]))
    if len(listed) > MEMBERS_KEPT:
        message = f"{len(listed):,} files; the first {MEMBERS_KEPT:,} are kept by name."
        told.adapt(tracked.attribute, "members_left_out", message)
    pairs = sorted([str(one.get("filePath")), str(one.get("fileHash") or "")] for one in listed)
    sizes = [one.get("size") for one in listed]
    size = sum(sizes) if all(type(one) is int and one >= 0 for one in sizes) else None
    if not pairs or not all(value for _, value in pairs):
        told.adapt(tracked.attribute, "no_hash", "Some listed files have no hash; no digest.")
        return Content(tracked, rule, "", size, facet=facet)
    whole = hashlib.sha256(canonical(pairs).encode()).hexdigest()
    content = Content(tracked, rule, f"neptune_files:{whole}", size, facet=facet, listing=whole)
    return _single(content, listed[0]) if len(listed) == 1 else content


def _single(content: Content, one: dict[str, Any]) -> Content:
    """Of a local file the client takes the SHA-1 of its bytes; of one in S3, the store's ETag."""
    about = one.get("metadata")
    where = about.get("file_path") or about.get("location") if isinstance(about, dict) else ""
    content = replace(content, uri=mask_text(line(where)) if isinstance(where, str) else "")
    value = line(str(one["fileHash"]))
    if one.get("type") == "Local" and re.fullmatch("[0-9a-f]{40}", value):
        return replace(content, digest=f"sha1:{value}")
    return replace(content, identifiers=(("neptune_file", value),))


def _folder(
    tracked: Tracked, rule: Rule, facet: dict[str, Any], members: list[tuple[str, str, int]]
) -> Content:
    pairs = [[path, digest] for path, digest, _ in members]
    total = hashlib.sha256(canonical(pairs).encode()).hexdigest()
    facet |= {"number_of_files": len(members)}
    facet["files"] = [
        {"path": storable(path), "sha256": digest, "size": size}
        for path, digest, size in members[:MEMBERS_KEPT]
    ]
    size = sum(one for _, _, one in members)
    if len(members) == 1:
        return Content(tracked, rule, f"sha256:{members[0][1]}", size, facet=facet)
    return Content(tracked, rule, f"neptune_files:{total}", size, facet=facet)
