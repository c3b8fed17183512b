"""Every refusal in one JSON shape: a code, what to do next, and the place that is wrong."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.urls import reverse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from apps.graph.errors import BatchRefusedError, CycleError, LineageError, RecordError
from apps.graph.records import Refusal
from apps.impact.errors import NotAllowedError, StateError

RETRY_SECONDS = 2
TOO_BUSY = "The database is busy or away. Nothing was written; send the same again in a moment."


SIGN_IN_FIRST = (
    "Send a token as Authorization: Bearer mlt_…; make one in the browser, under API tokens."
)


def too_large() -> str:
    """What a body over the limit is answered."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return f"The body is larger than {limit:,} bytes, unpacked. Send it in smaller parts."


class NotFound(exceptions.NotFound):
    """404 in words of ours."""

    default_detail = "Nothing here has this id."


class Conflicting(exceptions.APIException):
    """409: the request is well-formed but does not follow from the present state."""

    status_code = 409
    default_code = "conflict"


class MergedError(Exception):
    """The artifact of this address proved to be another one."""

    def __init__(self, survivor: int) -> None:
        self.survivor = survivor


class Fault(NamedTuple):
    path: str
    message: str


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response for an exception; None for one that is a fault of ours."""
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, MergedError):
        return _sent_on(error, context)
    known = _known(error)
    if known is None:
        response = exception_handler(error, context)
        if response is None or not isinstance(error, exceptions.APIException):
            return response
        response.data = _of_framework(error)
        return response
    set_rollback()
    return known


def _sent_on(error: MergedError, context: dict[str, Any]) -> Response:
    """307, which keeps method and body. A split takes it back, so it is not for ever."""
    view, request = context["view"], context["request"]
    address = reverse(request.resolver_match.view_name, kwargs=view.kwargs | {"pk": error.survivor})
    query = request.META.get("QUERY_STRING", "")
    message = f"This artifact proved to be artifact {error.survivor}; ask that one."
    response = problem(307, "merged", message, survivor=error.survivor)
    response["Location"] = f"{address}?{query}" if query else address
    return response


def _known(error: Exception) -> Response | None:
    if isinstance(error, LineageError):
        return _of_lineage(error)
    match error:
        case RequestDataTooBig():
            return problem(413, "too_large", too_large())
        case SuspiciousOperation() | BadRequest():
            return problem(400, "malformed", "The request is malformed.")
        case DjangoPermissionDenied():
            return problem(403, "not_allowed", str(error) or "Your role does not include this.")
        case OperationalError() | InterfaceError():
            busy = problem(503, "busy", TOO_BUSY)
            busy["Retry-After"] = str(RETRY_SECONDS)
            return busy
    return None


def _of_lineage(error: LineageError) -> Response:
    match error:
        case BatchRefusedError():
            return refused(error)
        case RecordError():
            return problem(400, "invalid", error.message, path=error.path)
        case NotAllowedError():
            return problem(403, "not_allowed", str(error))
        case StateError():
            return problem(409, "conflict", str(error))
        case CycleError():
            steps = [msgspec.structs.asdict(key) for key in error.path]
            return problem(409, "cycle", str(error), cycle=steps)
        case _:
            return problem(400, "invalid", str(error))


def problem(status: int, code: str, message: str, *, path: str = "", **more: Any) -> Response:
    """The error body: `error`, `message`, `status`, and `path` when one place is wrong."""
    body: dict[str, Any] = {"status": status, "error": code, "message": message}
    if path:
        body["path"] = path
    return Response(printable(body | more), status=status)


def refused(error: BatchRefusedError) -> Response:
    """409 if nothing but cycles stands in the way, else 400; each refusal with its place."""
    only_cycles = all(refusal.code == "cycle" for refusal in error.refusals)
    return problem(
        409 if only_cycles else 400,
        "refused",
        f"{error}. Nothing was written. Send ?atomic=false to have the rest written.",
        path=error.refusals[0].path if error.refusals else "",
        refused=refusals(error.refusals),
    )


def refusals(found: tuple[Refusal, ...]) -> list[dict[str, Any]]:
    """Each refusal as JSON."""
    return [
        {
            "path": one.path,
            "code": one.code,
            "message": one.message,
            "cycle": [
                {
                    "namespace": key.namespace,
                    "kind": key.kind,
                    "name": key.name,
                    "version": key.version,
                }
                for key in one.cycle
            ],
        }
        for one in found
    ]


def _of_framework(error: exceptions.APIException) -> dict[str, Any]:
    body: dict[str, Any] = {"status": error.status_code}
    if isinstance(error, exceptions.ValidationError):
        faults = list(_faults(error.detail, "$"))
        body |= {"error": "invalid", "message": faults[0].message, "path": faults[0].path}
        if len(faults) > 1:
            body["errors"] = [fault._asdict() for fault in faults]
    else:
        code = error.get_codes()
        message = (
            SIGN_IN_FIRST if isinstance(error, exceptions.NotAuthenticated) else str(error.detail)
        )
        body |= {"error": code if isinstance(code, str) else "error", "message": message}
    printed: dict[str, Any] = printable(body)
    return printed


def _faults(detail: Any, path: str) -> Iterator[Fault]:
    match detail:
        case dict():
            for name, inner in detail.items():
                here = path if name == "non_field_errors" else f"{path}.{name}"
                yield from _faults(inner, f"{path}[{name}]" if isinstance(name, int) else here)
        case list():
            for i, inner in enumerate(detail):
                yield from _faults(inner, path if isinstance(inner, str) else f"{path}[{i}]")
        case _:
            yield Fault(path, str(detail))


def printable(value: Any) -> Any:
    """The value with lone surrogates replaced: what was refused must still be printed."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {printable(key): printable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [printable(inner) for inner in value]
        case _:
            return value
