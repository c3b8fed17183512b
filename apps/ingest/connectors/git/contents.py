"""What files of a commit refer to: large files (LFS), referenced data, base images.

LFS pointers: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md (under 1,024 bytes). A
`*.dataset.yaml` says `name` and `sha256` or `md5`, maybe `uri` and `size`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, ArtifactRecord, IdentifierRecord
from apps.graph.validation import line
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.formats.kinds_of_files import is_model
from apps.ingest.connectors.formats.yaml_cards import parse_yaml
from apps.ingest.connectors.git.names import text
from apps.ingest.connectors.git.objects import Repository, walk_files
from apps.ingest.connectors.git.records import Whole

MAX_POINTER_BYTES = 1024
MAX_FILES = 200_000
_POINTER = re.compile(
    rb"version https://(?:git-lfs|hawser)\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n?\Z"
)
_FROM = re.compile(
    r"^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?(\S+?)@(sha256:[0-9a-f]{64})(?=\s|$)",
    re.IGNORECASE | re.MULTILINE,
)
_DOCKERFILE = re.compile(r"(?:^|/)(?:Dockerfile(?:\.[^/]+)?|[^/]+\.Dockerfile)\Z", re.IGNORECASE)
_HEX = {"sha256": re.compile(r"[0-9a-f]{64}\Z"), "md5": re.compile(r"[0-9a-f]{32}\Z")}


@dataclass(frozen=True, slots=True)
class Content:
    """A file kept elsewhere, as a commit names it."""

    path: str
    name: str
    kind: str
    sha256: str
    md5: str = ""
    uri: str = ""
    size: int | None = None

    @property
    def version(self) -> str:
        return self.sha256 or self.md5


class Contents:
    """Reads each file once, however many commits hold it."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._pointers: dict[bytes, tuple[str, int] | None] = {}

    def of(self, tree: bytes) -> tuple[list[Content], dict[str, str]]:
        """The contents that a commit's files name, and its base images with their digests."""
        contents: list[Content] = []
        images: dict[str, str] = {}
        for number, (path, _, sha) in enumerate(walk_files(self.repository, tree)):
            if number >= MAX_FILES:
                self.repository.remark(
                    text(tree)[:12], "too_many_files", f"Only {MAX_FILES:,} files are looked at."
                )
                break
            if _DOCKERFILE.search(path):
                images.update(self._images(sha))
            elif path.endswith((".dataset.yaml", ".dataset.yml")):
                contents += self._reference(path, sha)
            elif (pointer := self._pointer(sha)) is not None:
                kind = "model" if is_model(path) else "dataset"
                contents.append(Content(path, path, kind, pointer[0], size=pointer[1]))
        return contents, images

    def _pointer(self, sha: bytes) -> tuple[str, int] | None:
        if sha not in self._pointers:
            blob = self.repository.small_blob(sha, MAX_POINTER_BYTES)
            found = _POINTER.match(blob) if blob else None
            self._pointers[sha] = (found[1].decode(), int(found[2])) if found else None
        return self._pointers[sha]

    def _images(self, sha: bytes) -> Iterator[tuple[str, str]]:
        blob = self.repository.blob(sha) or b""
        for found in _FROM.finditer(text(blob)):
            yield found[1], found[2].lower()

    def _reference(self, path: str, sha: bytes) -> Iterator[Content]:
        try:
            value = parse_yaml(self.repository.blob(sha) or b"")
            yield _content(value, path)
        except (ConnectorError, RecordError) as error:
            self.repository.remark(path, "not_a_reference", str(error))


def _content(value: object, path: str) -> Content:
    if not isinstance(value, dict):
        raise RecordError("$", "Holds no mapping.")
    said = {key: one for key, one in value.items() if isinstance(key, str)}
    digests = {
        scheme: digest
        for scheme, shape in _HEX.items()
        if isinstance(digest := said.get(scheme), str) and shape.match(digest)
    }
    name, uri, size = said.get("name"), said.get("uri"), said.get("size")
    if not digests:
        raise RecordError("$", "Names no sha256 or md5 of the data.")
    return Content(
        path=path,
        name=line(name, "name") if isinstance(name, str) and name.strip() else path,
        kind="dataset",
        sha256=digests.get("sha256", ""),
        md5=digests.get("md5", ""),
        uri=line(uri, "uri") if isinstance(uri, str) else "",
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
    )


def content_key(namespace: str, one: Content) -> ArtifactKey:
    return ArtifactKey(namespace, one.kind, one.name, one.version)


def add_content(whole: Whole, namespace: str, one: Content) -> None:
    key = content_key(namespace, one)
    whole.artifacts[key] = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=f"sha256:{one.sha256}" if one.sha256 else f"md5:{one.md5}",
        uri=one.uri,
        facets={"git": {"path": one.path}}
        | ({one.kind: {"size_bytes": one.size}} if one.size is not None else {}),
    )
    if one.sha256 and one.md5:
        whole.identifiers[IdentifierRecord(key, "md5", one.md5)] = None


def add_image(whole: Whole, image: str, digest: str) -> ArtifactKey:
    """A placeholder by the image's digest: what is in it, the registry knows."""
    key = ArtifactKey("oci", "environment", image, digest)
    whole.artifacts[key] = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        facets={"environment": {"image_digest": f"{image}@{digest}"}},
    )
    return key
