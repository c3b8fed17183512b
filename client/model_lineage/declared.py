"""Inputs and outputs: as they are declared, and as they were found."""

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Union

from model_lineage.errors import ConfigError
from model_lineage.hashing import Content, content_of
from model_lineage.masking import mask_address
from model_lineage.records import ArtifactRecord, Key
from model_lineage.values import MAX_VERSION_BYTES, line

# The server's words. Others are kept as given; test_vocabulary holds that these are all of them.
KINDS = (
    *("dataset", "feature_set", "code", "environment", "run", "model", "evaluation"),
    *("deployment", "application"),
)
# A model made from a model: said between the two, as well as through the run.
POST_TRAINING = (
    *("fine_tuning", "adapter", "quantization", "pruning", "distillation", "merge", "conversion"),
)
ROLES = (
    *("training", "validation", "testing", "input", "code", "environment", "features", "output"),
    *("derived", "dependency", "reuse", "orchestration", "evaluation", "deployment", "serving"),
    *POST_TRAINING,
)
_OF_ROLE = {
    **dict.fromkeys((*POST_TRAINING, "evaluation", "deployment"), "model"),
    "features": "feature_set",
    "code": "code",
    "environment": "environment",
}
_MODELS = frozenset(
    {
        *("joblib", "onnx", "pt", "pth", "ckpt", "safetensors", "gguf", "keras", "tflite", "cbm"),
        *("mlmodel", "pmml"),
    }
)
# Also the endings of much else: a model only if its path says so.
_MAYBE_MODELS = frozenset(
    {"pkl", "pickle", "bin", "h5", "hdf5", "pb", "ubj", "bst", "json", "txt", "npz", "model", ""}
)
_MODEL_WORD = re.compile(r"(?:^|[/_.-])models?(?:[/_.-]|$)", re.IGNORECASE)
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_PREFIX = re.compile(r"([a-z][a-z0-9_]*)?(?::([a-z][a-z0-9_]*))?=(.*)\Z", re.DOTALL)
_ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]+)://(?P<host>[^/]*)/?(?P<path>.*)\Z", re.I | re.S
)
_DIGEST = re.compile(r"[a-z][a-z0-9_.+-]*:[A-Za-z0-9+/=_-]+\Z")


def check_digest(text: str) -> None:
    """ConfigError unless it is `algorithm:value`, or nothing."""
    if text and not _DIGEST.match(text):
        raise ConfigError(f"{text[:100]!r} is not of the form sha256:9f86….")


@dataclass(frozen=True)
class Declared:
    """A path or an address, and what is said of it. What is empty is found or assumed."""

    path: str
    role: str = ""
    kind: str = ""
    name: str = ""
    version: str = ""
    digest: str = ""

    def __post_init__(self) -> None:
        for word in filter(None, (self.role, self.kind)):
            if not _WORD.match(word):
                raise ConfigError(f"{word!r} is no word of lower-case letters, such as training.")
        check_digest(self.digest)
        if not self.path:
            raise ConfigError("An input or output has no path.")

    @property
    def is_address(self) -> bool:
        return bool(_ADDRESS.match(self.path))

    def with_kind(self) -> str:
        """The kind that is said, or what the role or the path makes likely."""
        if self.kind or self.role in _OF_ROLE:
            return self.kind or _OF_ROLE[self.role]
        return "model" if _is_model(self.path) else "dataset"


# How it may be said.
Said = Union[str, "os.PathLike[str]", Mapping[str, Any], Declared]


def _is_model(path: str) -> bool:
    """
    >>> _is_model("out/churn.onnx"), _is_model("data/rows.pkl"), _is_model("models/rf")
    (True, False, True)
    """
    ending = _ending(path)
    return ending in _MODELS or (ending in _MAYBE_MODELS and bool(_MODEL_WORD.search(path)))


def _ending(path: str) -> str:
    return os.path.splitext(path.rstrip("/"))[1][1:].lower()  # noqa: PTH122 - may be an address


def input_from(given: Said) -> Declared:
    """`data/x.csv`, `training=data/x.csv`, `training:feature_set=data/x.csv`, or a table.

    >>> input_from("training=data/train.csv")
    Declared(path='data/train.csv', role='training', kind='', name='', version='', digest='')
    """
    if not isinstance(given, str):
        return _from_table(given, ("path", "role", "kind", "name", "version", "digest"))
    found = _PREFIX.match(given)
    role, kind, path = found.groups() if found else ("", "", given)
    return Declared(path, role=role or "", kind=kind or "")


def output_from(given: Said) -> Declared:
    """`models/x.joblib`, `model=out/x`, or a table.

    >>> output_from("evaluation=report.json").kind
    'evaluation'
    """
    if not isinstance(given, str):
        return _from_table(given, ("path", "kind", "name", "version"))
    found = _PREFIX.match(given)
    if found and found[2]:
        raise ConfigError(f"{given!r}: an output has a kind only: model=PATH.")
    return Declared(found[3] if found else given, kind=(found[1] or "") if found else "")


def _from_table(given: Any, known: tuple[str, ...]) -> Declared:
    if isinstance(given, Declared):
        return given
    if isinstance(given, os.PathLike):
        return Declared(os.fspath(given))
    if not isinstance(given, Mapping) or not all(isinstance(one, str) for one in given.values()):
        raise ConfigError(f"{given!r} is neither a text nor a table of texts.")
    strange = sorted(set(given) - set(known))
    if strange:
        raise ConfigError(f"{strange[0]!r} is not known here; known are {', '.join(known)}.")
    return Declared(**{"path": "", **given})


@dataclass(frozen=True)
class Thing:
    """An input or output as it was found. An empty namespace stands for that of the run."""

    role: str
    kind: str
    namespace: str
    name: str
    version: str = ""
    digest: str = ""
    uri: str = ""
    format: str = ""
    size_bytes: int = -1
    files: int = 0

    def key(self, namespace: str) -> Key:
        return Key(self.namespace or namespace, self.kind, self.name, self.version)

    def record(self, namespace: str) -> ArtifactRecord:
        facet: dict[str, Any] = {}
        if self.kind in {"dataset", "model"}:
            facet = {"format": self.format} if self.format else {}
            if self.size_bytes >= 0:
                facet["size_bytes"] = self.size_bytes
            if self.files:
                facet["files"] = self.files
        facets = {self.kind: facet} if facet else {}
        return ArtifactRecord(self.key(namespace), digest=self.digest, uri=self.uri, facets=facets)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def thing_from(said: Mapping[str, Any]) -> Thing:
    """What `to_json` gave."""
    return Thing(**{one.name: said[one.name] for one in fields(Thing)})


def find(declared: Declared, *, folder: Path, root: Path) -> Thing:
    """The thing itself, hashed. `folder` is what its path is relative to; OSError if it is gone."""
    kind = declared.with_kind()
    if declared.is_address:
        return _elsewhere(declared, kind)
    path = folder / declared.path
    content = content_of(path)
    name, namespace = declared.name, ""
    if not name:
        name, namespace = _name_of(path, root)
    return Thing(
        role=declared.role,
        kind=kind,
        namespace=namespace,
        name=line(name),
        version=line(declared.version or _hexadecimal(content), MAX_VERSION_BYTES),
        digest=content.digest,
        format=_ending(declared.path)[:40],
        size_bytes=content.size_bytes,
        files=content.files,
    )


def _hexadecimal(content: Content) -> str:
    return content.digest.partition(":")[2]


def _name_of(path: Path, root: Path) -> tuple[str, str]:
    """(name, namespace): the path in the project; outside of it, as OpenLineage names files."""
    # Of the path itself, not of where a link in its last step leads: that may be a cache.
    place = Path(os.path.realpath(path.parent), path.name) if path.name else path.resolve()
    try:
        return place.relative_to(os.path.realpath(root)).as_posix(), ""
    except ValueError:
        return place.as_posix(), "file"


def _elsewhere(declared: Declared, kind: str) -> Thing:
    """What lies at an address is not read: what is said of it is all that is known."""
    address = mask_address(declared.path)
    found = _ADDRESS.match(address)
    scheme, host, path = found.groups() if found else ("", "", address)
    value = declared.digest.partition(":")[2]
    return Thing(
        role=declared.role,
        kind=kind,
        namespace="" if declared.name else line(f"{scheme.lower()}://{host}"),
        name=line(declared.name or path.partition("?")[0] or host),
        version=line(declared.version or value, MAX_VERSION_BYTES),
        digest=declared.digest,
        uri=line(address),
        format=_ending(path.partition("?")[0])[:40],
    )
