"""Which values are acceptable, the same on every surface and in every database.

Text is NFC-normalised. NUL, lone surrogates and control characters are refused, so are NaN and
infinities. Every refusal names the place and the fix.
"""

import math
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import msgspec

from apps.graph.errors import RecordError
from apps.graph.facets import check_facets
from apps.graph.merge import FACET, LINES
from apps.graph.records import (
    AliasRecord,
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from apps.graph.strict_json import MAX_DEPTH

# Bytes of UTF-8, because that is what PostgreSQL can index (2,704 bytes an entry).
MAX_NAME_BYTES = 2000
MAX_VERSION_BYTES = 500
MAX_WORD_BYTES = 64
MAX_TEXT_BYTES = 100_000
MAX_FACETS_BYTES = 2_000_000
MAX_TAGS = 100
MAX_RECORDS = 10_000
WITHDRAWABLE = (*LINES, "occurred_at")

_WORD = re.compile(r"[a-z][a-z0-9_]*\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9_.+-]*\Z")
_DIGEST = re.compile(r"[a-z][a-z0-9_.+-]*:[A-Za-z0-9+/=_-]+\Z")
# Controls (Cc) but for tab, line feed and carriage return; lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_FORBIDDEN_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


def line(value: str, path: str, *, limit: int = MAX_NAME_BYTES, required: bool = False) -> str:
    """One line of text, normalised.

    >>> line("caf\\u0065\\u0301", "$.name") == "café"
    True
    >>> line("a\\x00b", "$.name")
    Traceback (most recent call last):
    apps.graph.errors.RecordError: $.name: Contains the control character U+0000; remove it.
    """
    return _text(value, path, limit=limit, required=required, forbidden=_FORBIDDEN_IN_LINE)


def paragraph(value: str, path: str, *, limit: int = MAX_TEXT_BYTES) -> str:
    """Text of several lines, normalised."""
    return _text(value, path, limit=limit, required=False, forbidden=_FORBIDDEN)


def _text(value: str, path: str, *, limit: int, required: bool, forbidden: re.Pattern[str]) -> str:
    if found := forbidden.search(value):
        point = ord(found.group())
        what = "lone surrogate" if 0xD800 <= point <= 0xDFFF else "control character"  # noqa: PLR2004
        raise RecordError(path, f"Contains the {what} U+{point:04X}; remove it.")
    normalised = unicodedata.normalize("NFC", value)
    size = len(normalised.encode())
    if size > limit:
        raise RecordError(path, f"Is {size:,} bytes long; at most {limit:,} are kept.")
    if required and not normalised.strip():
        raise RecordError(path, "Must not be empty.")
    return normalised


def word(value: str, path: str) -> str:
    """A kind or a role: lower-case letters, digits, underscores."""
    if not _WORD.match(value) or len(value) > MAX_WORD_BYTES:
        raise RecordError(
            path,
            f"{value[:80]!r} is not a word of lower-case letters, digits and underscores, "
            f"at most {MAX_WORD_BYTES} long.",
        )
    return value


def artifact_key(key: ArtifactKey, path: str) -> ArtifactKey:
    return ArtifactKey(
        line(key.namespace, f"{path}.namespace", required=True),
        word(key.kind, f"{path}.kind"),
        line(key.name, f"{path}.name", required=True),
        line(key.version, f"{path}.version", limit=MAX_VERSION_BYTES),
    )


def artifact_record(record: ArtifactRecord, path: str) -> ArtifactRecord:
    key = artifact_key(record.key, path)
    facets = json_value(record.facets, f"{path}.facets")
    size = len(msgspec.json.encode(facets))
    if size > MAX_FACETS_BYTES:
        raise RecordError(
            f"{path}.facets", f"Are {size:,} bytes long; at most {MAX_FACETS_BYTES:,} are kept."
        )
    check_facets(facets, f"{path}.facets")
    _check_withdrawn(record, path)
    if len(record.tags) > MAX_TAGS:
        raise RecordError(f"{path}.tags", f"{len(record.tags)} tags; at most {MAX_TAGS} are kept.")
    return msgspec.structs.replace(
        record,
        namespace=key.namespace,
        name=key.name,
        version=key.version,
        digest=digest(record.digest, f"{path}.digest"),
        uri=line(record.uri, f"{path}.uri"),
        owner=line(record.owner, f"{path}.owner", limit=200),
        description=paragraph(record.description, f"{path}.description"),
        tags=tuple(
            sorted(
                {
                    line(tag, f"{path}.tags[{i}]", limit=200, required=True)
                    for i, tag in enumerate(record.tags)
                }
            )
        ),
        occurred_at=moment(record.occurred_at, f"{path}.occurred_at"),
        stated_at=moment(record.stated_at, f"{path}.stated_at"),
        facets=facets,
    )


def _check_withdrawn(record: ArtifactRecord, path: str) -> None:
    if record.withdrawn and record.stated_at is None:
        raise RecordError(f"{path}.stated_at", "Is missing; say when it was withdrawn.")
    for i, name in enumerate(record.withdrawn):
        said = name.removeprefix(FACET) in record.facets if name.startswith(FACET) else None
        if said is None:
            if name not in WITHDRAWABLE:
                raise RecordError(
                    f"{path}.withdrawn[{i}]",
                    f"{name[:80]!r} is none of {', '.join(WITHDRAWABLE)} and facets.NAME.",
                )
            said = bool(getattr(record, name))
        if said:
            raise RecordError(f"{path}.withdrawn[{i}]", f"{name[:80]!r} is stated here, too.")


def edge_record(record: EdgeRecord, path: str) -> EdgeRecord:
    return EdgeRecord(
        artifact_key(record.upstream, f"{path}.upstream"),
        artifact_key(record.downstream, f"{path}.downstream"),
        word(record.role, f"{path}.role"),
    )


def identifier_record(record: IdentifierRecord, path: str) -> IdentifierRecord:
    return IdentifierRecord(
        artifact_key(record.artifact, f"{path}.artifact"),
        scheme(record.scheme, f"{path}.scheme"),
        line(record.value, f"{path}.value", required=True),
    )


def alias_record(record: AliasRecord, path: str) -> AliasRecord:
    return AliasRecord(
        scheme(record.scheme, f"{path}.scheme"),
        line(record.value, f"{path}.value", required=True),
        None if record.artifact is None else artifact_key(record.artifact, f"{path}.artifact"),
        in_utc(record.at, f"{path}.at"),
    )


def scheme(value: str, path: str) -> str:
    """In what world a name elsewhere is one."""
    if not _SCHEME.match(value) or len(value) > MAX_WORD_BYTES:
        raise RecordError(path, f"{value[:80]!r} is not a scheme such as git_commit or s3.")
    return value


def digest(value: str, path: str) -> str:
    """`sha256:9f86…`. Hexadecimal digests are kept in lower case."""
    if not value:
        return ""
    if not _DIGEST.match(value) or len(value) > 200:  # noqa: PLR2004
        raise RecordError(path, f"{value[:80]!r} is not of the form sha256:9f86….")
    algorithm, _, content = value.partition(":")
    return f"{algorithm}:{content.lower()}" if algorithm in HEX_DIGESTS else value


HEX_DIGESTS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake3", "crc32"})


def moment(value: datetime | None, path: str) -> datetime | None:
    """A time with its zone, in UTC; none as it is."""
    return None if value is None else in_utc(value, path)


def in_utc(value: datetime, path: str) -> datetime:
    """A time with its zone, in UTC."""
    if value.tzinfo is None:
        raise RecordError(path, "Has no time zone; write it as 2026-10-01T02:00:00Z.")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise RecordError(path, "Is outside the years 1 to 9999.") from None


def json_value(value: Any, path: str, depth: int = 0) -> Any:
    """Any JSON value, its texts normalised; the path of the first fault in the error."""
    if depth == 0 and _is_plain(value):
        return value
    if depth > MAX_DEPTH:
        raise RecordError(path, f"Is nested deeper than {MAX_DEPTH} levels.")
    match value:
        case str():
            return paragraph(value, path, limit=MAX_FACETS_BYTES)
        case bool() | None | int():
            return value
        case float():
            if math.isfinite(value):
                return value
            raise RecordError(path, "Is not a finite number; leave it out or send a string.")
        case dict():
            return {
                line(str(name), f"{path} (a key)"): json_value(inner, f"{path}.{name}", depth + 1)
                for name, inner in value.items()
            }
        case list() | tuple():
            return [json_value(inner, f"{path}[{i}]", depth + 1) for i, inner in enumerate(value)]
        case _:
            raise RecordError(path, f"A {type(value).__name__} is not a JSON value.")


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Whether there is nothing to normalise or to refuse: so it is with nearly all, and telling so
    takes a fifth of the time.
    """
    match value:
        case str():
            short = len(value) <= MAX_NAME_BYTES
            return short and value.isascii() and value.isprintable()
        case bool() | None | int():
            return True
        case float():
            return math.isfinite(value)
        case dict() if depth <= MAX_DEPTH:
            inner = depth + 1
            return all(
                isinstance(name, str) and _is_plain(name) and _is_plain(one, inner)
                for name, one in value.items()
            )
        case list() if depth <= MAX_DEPTH:
            return all(_is_plain(one, depth + 1) for one in value)
        case _:
            return False


def lineage_batch(data: object) -> LineageBatch:
    """The batch in a parsed JSON object.

    Only its shape is checked here; each record's values are checked when it is recorded, so that
    one bad record need not sink the others.
    """
    try:
        batch = msgspec.convert(data, LineageBatch)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `")
        raise RecordError(place.rstrip("`") or "$", f"{message}.") from error
    if len(batch) > MAX_RECORDS:
        raise RecordError("$", f"{len(batch):,} records; send at most {MAX_RECORDS:,} in a batch.")
    return batch
