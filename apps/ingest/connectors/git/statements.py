"""What commit messages and tags declare: trailers, model versions, digests."""

import re
from dataclasses import dataclass

from apps.ingest.connectors.git.names import text

_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,60}):[ \t]+(\S.*)\Z")
_OURS = {"dataset", "derived-from", "relation", "mlflow-run"}
_MODEL_TAG = re.compile(r"models?/(?P<name>.+)/(?P<version>[^/]+)\Z")
_GTO_TAG = re.compile(r"(?P<name>[^@#!]+)@(?P<version>v?\d+\.\d+\.\d+[^@#!]*)\Z")
_DATASET = re.compile(r"(?P<uri>.+?)@(?P<scheme>md5|sha1|sha256):(?P<value>[0-9a-fA-F]+)\Z")
_FIELD = re.compile(r"^([a-z][a-z0-9_-]{0,40}):[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64}


@dataclass(frozen=True, slots=True)
class DatasetSaid:
    """`s3://data/raw.csv@md5:ae31…`; without a digest if none of full length is given."""

    uri: str
    scheme: str = ""
    value: str = ""


def trailers(message: bytes) -> list[tuple[str, str]]:
    """(name in lower case, value) of those that declare lineage, in the last paragraph."""
    paragraphs = re.split(r"\n[ \t]*\n", text(message).strip())
    if len(paragraphs) < 2:  # noqa: PLR2004 - the first is the subject
        return []
    found = [_TRAILER.match(one) for one in paragraphs[-1].splitlines()]
    return [(one[1].lower(), one[2].strip()) for one in found if one and one[1].lower() in _OURS]


def model_version(tag: str) -> tuple[str, str] | None:
    """
    >>> model_version("model/churn/1.0.0"), model_version("churn@v2.0.0"), model_version("v1.0")
    (('churn', '1.0.0'), ('churn', 'v2.0.0'), None)
    """
    found = _MODEL_TAG.match(tag) or _GTO_TAG.match(tag)
    return (found["name"], found["version"]) if found else None


def dataset_said(value: str) -> DatasetSaid:
    """
    >>> dataset_said("s3://data/raw.csv")
    DatasetSaid(uri='s3://data/raw.csv', scheme='', value='')
    """
    found = _DATASET.match(value)
    if not found:
        return DatasetSaid(value)
    if len(found["value"]) != _LENGTHS[found["scheme"]]:
        return DatasetSaid(found["uri"])
    return DatasetSaid(found["uri"], found["scheme"], found["value"].lower())


def fields(message: str) -> dict[str, str]:
    """`artifact-sha256: …` and the like in a tag's message."""
    return {found[1]: found[2] for found in _FIELD.finditer(message)}
