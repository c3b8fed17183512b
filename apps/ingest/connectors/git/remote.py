"""A repository by its URL: fetched bare into a temporary folder and read there like a local one.

Every connection goes to an address that was checked; redirects are not followed, nothing is
checked out, no hook or submodule is looked at, and size and time are bounded. Over SSH dulwich
would start a program, so only HTTP is spoken.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from dulwich.client import AbstractHttpGitClient
from dulwich.config import StackedConfig
from dulwich.errors import GitProtocolError, NotGitRepository
from dulwich.objects import ObjectID
from dulwich.refs import HEADREF, Ref, check_ref_format
from dulwich.repo import Repo

from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.connectors.git.objects import BROKEN, Repository, open_repository
from apps.ingest.connectors.git.sizes import check_pack
from apps.ingest.connectors.service import BUSY, SECONDS, CheckedTransport, authorization, words_on
from apps.ingest.connectors.units import all_told

MAX_BYTES = 2 * 1024 * 1024 * 1024
MAX_OBJECTS = 10_000_000
# What one object may unpack to. A server that can leave larger files out is asked to.
MAX_UNPACKED = 256 * 1024 * 1024
LARGEST_WANTED = b"blob:limit=16m"
MAX_SECONDS = 1800.0
# Of a repository with more it is not remembered what it told, and it is fetched each time.
MOST_UNITS_KEPT = 20_000
WANTED = (b"refs/heads/", b"refs/tags/", b"refs/exps/")

Refs = dict[bytes, bytes]
Reader = Callable[[Repository], Iterator[Reading]]


def read_repository(access: Access, reader: Reader) -> Iterator[Reading]:
    """What the reader tells of the repository. One behind a URL whose refs have not moved since
    the last reading is not fetched again.
    """
    if not access.is_url:
        with open_repository(access.path) as repository:
            yield from all_told(_read(reader, repository))
        return
    with _asked(access) as remote:
        refs, head = remote.refs()
        mark = _digest(refs, head)
        units = access.cursor.get("units")
        if access.cursor.get("refs") == mark and isinstance(units, list):
            yield Reading(present=tuple(map(str, units)), complete="", cursor=access.cursor)
            return
        with TemporaryDirectory(prefix="model-lineage-") as folder:
            _fetch(remote, refs, head, Path(folder))
            with open_repository(Path(folder)) as repository:
                yield from _marked(all_told(_read(reader, repository)), mark)


def _read(reader: Reader, repository: Repository) -> Iterator[Reading]:
    yield from reader(repository)
    if repository.uncertain:
        message = "Some commits or folders cannot be read: what is gone cannot be told."
        yield Reading(refused=(Remark(repository.name, "history_incomplete", message),))


def refs_of(access: Access) -> Refs:
    """The refs of a repository, without its objects."""
    if access.is_url:
        with _asked(access) as remote:
            return remote.refs()[0]
    with open_repository(access.path) as repository:
        return repository.refs


def said_of(access: Access) -> str:
    """In words, what a trial of the connection found."""
    refs = refs_of(access)
    branches, tags = (sum(1 for ref in refs if ref.startswith(prefix)) for prefix in WANTED[:2])
    return f"A git repository; branches: {branches:,}, tags: {tags:,}."


def _marked(readings: Iterator[Reading], mark: str) -> Iterator[Reading]:
    """At the end, what the next reading must know to tell that nothing moved."""
    units: list[str] = []
    for reading in readings:
        units += [one for one in (reading.unit, *reading.present) if one]
        if reading.complete is None or len(units) > MOST_UNITS_KEPT:
            yield reading
        else:
            yield replace(reading, cursor={"refs": mark, "units": units})


def _digest(refs: Refs, head: bytes) -> str:
    told = b"\n".join(name + b" " + sha for name, sha in sorted(refs.items()))
    return hashlib.sha256(head + b"\n" + told).hexdigest()


def _fetch(remote: "_Remote", refs: Refs, head: bytes, folder: Path) -> None:
    """Everything that the refs reach, as a bare repository."""
    nobodys = StackedConfig([])
    with Repo.init_bare(str(folder), config=nobodys, default_branch=b"main") as repository:
        config = repository.get_config()
        config.set((b"remote", b"origin"), b"url", remote.address.encode())
        config.write_to_path()
        if refs:
            pack = folder / "fetched.pack"
            remote.save_pack(set(refs.values()), pack)
            file, commit, abort = repository.object_store.add_pack()
            try:
                with pack.open("rb") as content:
                    shutil.copyfileobj(content, file)
                commit()
            except Exception as error:
                abort()
                raise ConnectorError(
                    f"The pack of {remote.address} cannot be taken apart: {str(error)[:200]}",
                    permanent=not isinstance(error, OSError),
                ) from error
            pack.unlink()
            repository.refs.add_packed_refs(
                {Ref(name): ObjectID(sha) for name, sha in refs.items()}
            )
        if head in refs:
            (folder / "HEAD").write_bytes(b"ref: " + head + b"\n")


@contextmanager
def _asked(access: Access) -> Iterator["_Remote"]:
    scheme, _, rest = access.where.partition("://")
    if scheme.lower() not in {"http", "https"}:
        raise ConnectorError(
            f"Repositories are fetched over https://, not {scheme[:40]}://: give that address of "
            "it, and a token as the secret if it is not public."
        )
    if "@" in rest.partition("/")[0]:
        raise ConnectorError("The URL holds credentials; give them as the source's secret instead.")
    # Servers take a token for the password of whatever user.
    secret = access.secret if ":" in access.secret else f"git:{access.secret}"
    client = httpx2.Client(
        transport=CheckedTransport(access.reach),
        headers={"User-Agent": "git/2 (model-lineage)"},
        timeout=SECONDS,
        follow_redirects=False,
        trust_env=False,
    )
    with client:
        yield _Remote(access.where, client, authorization(secret) if access.secret else {})


class _Remote(AbstractHttpGitClient):
    """Git's protocol over a client that connects only where it may."""

    def __init__(self, address: str, client: httpx2.Client, headers: dict[str, str]) -> None:
        super().__init__(address, quiet=True)
        self.address = address.rstrip("/")
        self._client = client
        self._credentials = headers
        self._until = time.monotonic() + MAX_SECONDS
        self._left = MAX_BYTES

    def refs(self) -> tuple[Refs, bytes]:
        """Branches, tags and experiments, and which branch is checked out by default."""
        with self._in_words():
            found = self.get_refs(b"")
        if self.dumb:
            raise ConnectorError(f"{self.address} is no git server, only files; clone it instead.")
        refs = {
            bytes(name): bytes(sha)
            for name, sha in found.refs.items()
            if sha and name.startswith(WANTED) and check_ref_format(name)
        }
        return refs, bytes(found.symrefs.get(HEADREF, b""))

    def save_pack(self, wanted: set[bytes], pack: Path) -> None:
        """The objects as one pack, checked against what may be unpacked."""
        with self._in_words(), pack.open("wb") as file:
            self.fetch_pack(
                b"",
                lambda refs, depth=None: [ObjectID(one) for one in sorted(wanted)],
                _NothingYet(),
                file.write,
                progress=lambda _: None,
                ref_prefix=list(WANTED),
                filter_spec=LARGEST_WANTED,
            )
        try:
            check_pack(pack, MAX_OBJECTS, MAX_UNPACKED)
        except BROKEN as error:
            raise ConnectorError(f"The pack of {self.address} is not read: {error}.") from error

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except httpx2.RequestError as error:
            why = f"{type(error).__name__}: {error}"
            raise ConnectorError(
                f"{self.address} cannot be reached: {why}", permanent=False
            ) from error
        except (GitProtocolError, NotGitRepository, httpx2.InvalidURL, *BROKEN) as error:
            raise ConnectorError(
                f"{self.address} does not answer as a git server: {str(error)[:200]}"
            ) from error

    @staticmethod
    def _warn_filter_objects() -> None:
        """Nothing: a server that cannot leave large files out sends them, up to the bound."""

    def _http_request(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        data: Any = None,
        raise_for_status: bool = True,  # noqa: FBT001, FBT002 - as dulwich calls it
    ) -> Any:
        """The answer and what reads it. Another host is not told the credentials."""
        mine = httpx2.URL(url).copy_with(raw_path=b"/") == httpx2.URL(self.address).copy_with(
            raw_path=b"/"
        )
        request = self._client.build_request(
            "GET" if data is None else "POST",
            url,
            headers={**(headers or {}), **(self._credentials if mine else {})},
            content=data,
        )
        answer = _Answer(self._client.send(request, stream=True), self)
        if raise_for_status and answer.status != httpx2.codes.OK:
            said = words_on(answer.status, answer.read(500) if answer.status in BUSY else b"")
            answer.close()
            raise ConnectorError(f"{self.address}: {said}", permanent=answer.status not in BUSY)
        return answer, answer.read

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise ConnectorError(f"{self.address} sends more than {MAX_BYTES:,} bytes.")
        if time.monotonic() > self._until:
            raise ConnectorError(
                f"{self.address} is not fetched within {MAX_SECONDS:.0f} s.", permanent=False
            )


class _Answer:
    """An answer as dulwich wants it: exactly as many bytes as are asked for, while there are."""

    redirect_location = ""

    def __init__(self, answer: httpx2.Response, remote: _Remote) -> None:
        self._answer = answer
        self._chunks = answer.iter_bytes()
        self._remote = remote
        self._waiting = bytearray()
        self.status = answer.status_code
        self.headers = answer.headers
        self.content_type = answer.headers.get("Content-Type")

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._waiting) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._remote.spend(len(chunk))
            self._waiting += chunk
        size = len(self._waiting) if size < 0 else size
        found = bytes(self._waiting[:size])
        del self._waiting[:size]
        return found

    def close(self) -> None:
        self._answer.close()


class _NothingYet:
    """What is here already, as dulwich asks: nothing."""

    def __next__(self) -> None:
        return None

    def ack(self, sha: bytes) -> None:
        """The server says it has a commit that it was told of; it was told of none."""

    def nak(self) -> None:
        """It has none of those."""
