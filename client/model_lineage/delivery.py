"""Where a batch goes: to the server, to a file, or into a folder until it can be sent."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_lineage.errors import ApiError, LineageError, UnreachableError
from model_lineage.records import Batch
from model_lineage.transport import Transport
from model_lineage.values import line

BATCHES = "/api/v1/batches"
SPOOL = ".lineage"
# Sent again as it is, it would be refused again.
FOR_GOOD = frozenset({400, 409, 413, 415})


@dataclass(frozen=True)
class Destination:
    """`to` is a file, and then nothing is posted; `folder` holds what waits for the server."""

    folder: Path
    url: str = ""
    token: str = ""
    to: str = ""
    seconds: float = 10.0
    tries: int = 2


def say(text: str) -> None:
    """A remark on standard error; standard output is the program's."""
    # Somebody may have closed it; that is no reason to lose a record.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"lineage: {text}\n")
        sys.stderr.flush()


def deliver(batch: Batch, destination: Destination, *, name: str) -> bool:
    """Whether it got where it was to go. Never raises: what went wrong is said, and it waits."""
    body = batch.to_json()
    try:
        if destination.to:
            append(body, Path(destination.to))
            return True
        if destination.url:
            post(body, destination)
            return True
        keep(body, destination.folder, name)
        say(f"recorded in {destination.folder / SPOOL}; set LINEAGE_URL, then run: lineage push")
    except (LineageError, OSError) as error:
        _keep_after(error, body, destination, name)
        return False
    return True


def _keep_after(error: Exception, body: Any, destination: Destination, name: str) -> None:
    try:
        place = keep(body, destination.folder, name)
    except OSError as second:
        say(f"not recorded: {error} And it cannot be kept in {destination.folder}: {second}")
        return
    say(f"not sent: {error} It is kept in {place}; send it later with: lineage push")


def post(body: Any, destination: Destination) -> None:
    """Have it written. One record that the server refuses does not sink the others: it is said."""
    transport = Transport(
        destination.url, destination.token, seconds=destination.seconds, tries=destination.tries
    )
    outcome = transport.ask("POST", BATCHES, query={"atomic": "false"}, body=body)
    if not isinstance(outcome, dict) or "revision" not in outcome:
        raise UnreachableError(f"{destination.url} is no Model Lineage server.")
    for one in outcome.get("refused", ()):
        say(f"the server refused one record: {one.get('path')}: {one.get('message')}")


def append(body: Any, file: Path) -> None:
    """One line, in one write: several runs may write to one file."""
    written = (json.dumps(body, allow_nan=False) + "\n").encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        while written:
            written = written[os.write(opened, written) :]
    finally:
        os.close(opened)


def keep(body: Any, folder: Path, name: str) -> Path:
    """The file in which the batch waits, whole or not there at all."""
    spool = folder / SPOOL
    spool.mkdir(mode=0o700, exist_ok=True)
    ignored = spool / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", encoding="utf-8")
    place = spool / f"{name}.json"
    unfinished = spool / f".{name}.{os.getpid()}"
    unfinished.write_text(json.dumps(body, allow_nan=False), encoding="utf-8")
    unfinished.replace(place)
    return place


def push(destination: Destination) -> bool:
    """Send what waits, the oldest first; whether nothing waits any more.

    Twice, or at once from two places, is no harm. What the server refuses for good is put aside as
    `NAME.refused` with the reason beside it.
    """
    sent = refused = 0
    for place in _waiting(destination.folder):
        try:
            post(json.loads(place.read_text(encoding="utf-8")), destination)
        except FileNotFoundError:
            continue
        except ApiError as error:
            if error.status not in FOR_GOOD:
                raise
            refused += 1
            _put_aside(place, str(error))
            continue
        except ValueError as error:
            refused += 1
            _put_aside(place, f"Is no JSON: {error}")
            continue
        place.unlink(missing_ok=True)
        sent += 1
    say(f"{sent} sent, {refused} refused" if sent or refused else "nothing waits")
    return not refused


def _waiting(folder: Path) -> Iterator[Path]:
    yield from sorted((folder / SPOOL).glob("*.json"))


def _put_aside(place: Path, reason: str) -> None:
    place.with_suffix(".reason").write_text(f"{reason}\n", encoding="utf-8")
    place.replace(place.with_suffix(".refused"))
    say(f"{line(place.stem)} was refused: {reason}")
