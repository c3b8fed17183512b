"""Reading a request's body: bounded, decompressed, and JSON as strict as the graph needs it."""

import re
import zlib
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from apps.graph.errors import RecordError
from apps.graph.strict_json import loads, loads_each

if TYPE_CHECKING:
    from rest_framework.request import Request

GZIP = 16 + zlib.MAX_WBITS
# Escaped, because as bytes of UTF-8 they are refused already.
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class LengthRequired(APIException):
    """411."""

    status_code = 411
    default_code = "length_required"
    default_detail = "The body came without its length; send Content-Length."


class StrictJSONParser(BaseParser):
    """JSON without duplicate keys, deep nesting, huge integers, NaN or lone surrogates."""

    media_type = "application/json"
    keep_non_finite: ClassVar[bool] = False

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = _body(parser_context)
        data = loads(body, keep_non_finite=self.keep_non_finite)
        if _SURROGATE_ESCAPE.search(body):
            refuse_lone_surrogates(data)
        return data


class EventParser(StrictJSONParser):
    """As OpenLineage clients really write it: bare NaN and Infinity are kept as words."""

    keep_non_finite = True


class EventBatchParser(BaseParser):
    """An array of events: one that cannot be read is a `RecordError` in its place, and does not
    spoil the others.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return loads_each(_body(parser_context), keep_non_finite=True)


def _body(context: Mapping[str, Any] | None) -> bytes:
    request: Request = (context or {})["request"]
    return decompressed(
        request._request.body,  # noqa: SLF001 - there the size limit is enforced
        request.headers.get("Content-Encoding", ""),
    )


def take_chunks(request: HttpRequest) -> None:
    """Read a body that came without its length, as clients send what they compress on the way.

    Django would take it for empty. Raise `LengthRequired` where the server hands chunks on undone.
    """
    if request.META.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" not in request.META:
        return
    if not request.META.get("wsgi.input_terminated"):
        raise LengthRequired
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = request.META["wsgi.input"].read(limit + 1)
    if len(body) > limit:
        raise RequestDataTooBig
    request._body = body  # noqa: SLF001 - what `request.body` gives from now on
    request.META["CONTENT_LENGTH"] = str(len(body))


def decompressed(body: bytes, encoding: str) -> bytes:
    """The body itself. `encoding` is none, `identity` or `gzip`.

    RequestDataTooBig when it unpacks to more than a plain body may have.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _unzipped(body, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        case _:
            raise UnsupportedMediaType(
                encoding, f"The content encoding {encoding[:40]!r} is not read; send gzip or none."
            )


def _unzipped(body: bytes, limit: int) -> bytes:
    unpacked = bytearray()
    try:
        while body:
            stream = zlib.decompressobj(GZIP)
            unpacked += stream.decompress(body, limit + 1 - len(unpacked))
            if len(unpacked) > limit:
                raise RequestDataTooBig
            if not stream.eof:
                raise RecordError("$", "The gzip body ends too early.")
            # A gzip file may have several members one after the other.
            body = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise RecordError("$", "The body is announced as gzip but is none.") from error
    return bytes(unpacked)


def refuse_lone_surrogates(data: Any) -> None:
    """Raise `RecordError` at the first one. The nesting is bounded already."""
    waiting = [("$", data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str) and (found := _SURROGATE.search(value)):
            raise RecordError(
                path, f"Contains the lone surrogate U+{ord(found.group()):04X}; remove it."
            )
        if isinstance(value, dict):
            waiting += [(f"{path} (a key)", key) for key in value]
            waiting += [(f"{path}.{key}", inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}[{i}]", inner) for i, inner in enumerate(value)]
