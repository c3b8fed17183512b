"""Croissant descriptions of datasets (JSON-LD, 1.0 and 1.1): files with digests, derivation.

One reading a description. The dataset's namespace and name come from its address: a dataset of the
Hugging Face Hub is `org/name` in `huggingface.co`; another belongs to the host of its address.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Access, Reading, Remark
from apps.ingest.connectors.croissant.terms import is_a, shortened, shortener, word, words
from apps.ingest.connectors.formats.documents import json_values
from apps.ingest.connectors.gathering import Gathering, moment
from apps.ingest.connectors.huggingface.clone import HUB, HUBS, hub_name
from apps.ingest.connectors.units import all_told

PRODUCER = "croissant"
LENGTHS = {"sha256": 64, "md5": 32}
UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
DERIVED = ("prov:wasDerivedFrom", "isBasedOn", "isBasedOnUrl")
# Read apart, or of the syntax.
NOT_KEPT = frozenset({"@context", "recordSet", "distribution"})
REPOSITORY = "git+https"
_MD5_BASE64 = re.compile(r"[A-Za-z0-9+/]{22}==\Z")
_HEX = re.compile(r"[0-9a-f]+\Z")
_SIZE = re.compile(r"([\d.]{1,20})\s*([KMGT]?i?B|)\Z", re.IGNORECASE)


def read(access: Access) -> Iterator[Reading]:
    """Every description in a file, or in the JSON files of a folder."""
    yield from all_told(_read(access.path))


def _read(path: Path) -> Iterator[Reading]:
    for found in json_values(path.resolve()):
        if isinstance(found, Remark):
            yield Reading(refused=(found,))
            continue
        place, value = found
        given = value if isinstance(value, dict) else {}
        about = shortened(given, shortener(given.get("@context")))
        if is_a(about, "Dataset"):
            yield _Description(Gathering(PRODUCER, evidence=place), place, about).reading()
        else:
            remark = Remark(place, "not_a_dataset", "Its @type is not sc:Dataset.")
            yield Reading(refused=(remark,), unit=place)


@dataclass(slots=True)
class _Description:
    gathering: Gathering
    place: str
    about: dict[str, Any]
    key: ArtifactKey = field(init=False)
    files: dict[str, ArtifactKey] = field(default_factory=dict)

    def reading(self) -> Reading:
        self.key = self._key()
        if self.gathering.state(self._record(), self.place):
            self._identify()
            for index, one in enumerate(_list(self.about.get("distribution"))):
                self._file(one, f"{self.place} > distribution[{index}]")
            self._contained()
            for name in DERIVED:
                for index, one in enumerate(_list(self.about.get(name))):
                    self._source(one, f"{self.place} > {name}[{index}]")
        unit = f"{self.key.namespace}/{self.key.name}"
        return self.gathering.reading(unit, self.key)

    def _key(self) -> ArtifactKey:
        """By the address; without one, by the name or else the file's folder."""
        name, version = word(self.about.get("name")), word(self.about.get("version"))
        for address in (word(self.about.get("url")), word(self.about.get("@id"))):
            if key := dataset_at(address, name, version):
                return key
        if not name:
            name = self.place.rpartition("/")[0].rpartition("/")[2] or self.place
            message = f"Has no name; called {name} after where it lies."
            self.gathering.adapt(self.place, "no_name", message)
        message = "Has no address; only its name tells it from others."
        self.gathering.adapt(self.place, "no_address", message)
        return ArtifactKey(PRODUCER, Kind.DATASET, name, version)

    def _record(self) -> ArtifactRecord:
        about = self.about
        uri = word(about.get("url"))
        size = sum(size_bytes(word(one.get("contentSize"))) for one in self._objects("FileObject"))
        records = _list(about.get("recordSet"))
        licence = ", ".join(dict.fromkeys(words(about.get("license"))))
        typed = {
            "license": licence if licence.lower() not in ("none", "unknown") else "",
            "format": ", ".join(
                sorted({word(one.get("encodingFormat")) for one in self._leaves()})
            ),
            "size_bytes": size,
            "files": len(_list(about.get("distribution"))),
        }
        own = {name: value for name, value in about.items() if name not in NOT_KEPT}
        own |= {"distribution": about.get("distribution"), "recordSet": _fields(records)}
        makers = word(about.get("creator")) or word(about.get("publisher"))
        return ArtifactRecord(
            namespace=self.key.namespace,
            kind=self.key.kind,
            name=self.key.name,
            version=self.key.version,
            uri=uri if _host(uri) else "",
            owner=makers if len(makers.encode()) <= 200 else "",  # noqa: PLR2004
            description=_text(about.get("description")),
            tags=self.gathering.tags(list(words(about.get("keywords"))), self.place),
            occurred_at=moment(word(about.get("datePublished"))),
            stated_at=moment(word(about.get("sdDatePublished")) or word(about.get("dateModified"))),
            facets={
                "dataset": {name: value for name, value in typed.items() if value},
                "croissant": self.gathering.kept(own, self.place),
            },
        )

    def _identify(self) -> None:
        if self.key.namespace == HUB:
            self.gathering.identify(self.key, "hf_repo", self.key.name, self.place)
        for address in words(self.about.get("sameAs")):
            self.gathering.identify(self.key, "uri", address, self.place)

    def _file(self, one: object, place: str) -> None:
        """A file is a dataset of its own, which the description's is made of."""
        if not is_a(one, "FileObject", "FileSet") or not isinstance(one, dict):
            self.gathering.refuse(place, "not_a_file", "Is neither a FileObject nor a FileSet.")
            return
        name = word(one.get("@id")) or word(one.get("name")) or word(one.get("contentUrl"))
        if not name:
            self.gathering.refuse(place, "no_name", "Has neither an id nor a name.")
            return
        digests = [self._digest(one, scheme, place) for scheme in LENGTHS]
        found = [digest for digest in digests if digest]
        if not found:
            return
        uri, size = word(one.get("contentUrl")), size_bytes(word(one.get("contentSize")))
        typed = {"format": word(one.get("encodingFormat")), "size_bytes": size}
        record = ArtifactRecord(
            namespace=f"{self.key.namespace}/{self.key.name}",
            kind=Kind.DATASET,
            name=name,
            version=self.key.version,
            digest=found[0],
            uri=uri if _host(uri) else "",
            description=_text(one.get("description")),
            facets={
                "dataset": {name: value for name, value in typed.items() if value},
                "croissant": self.gathering.kept(one, place),
            },
        )
        if self.gathering.state(record, place):
            self.files[name] = record.key
            self.gathering.join(record.key, self.key, "derived", place)
            for digest in found[1:]:
                scheme, _, value = digest.partition(":")
                self.gathering.identify(record.key, scheme, value, place)

    def _digest(self, one: dict[str, Any], scheme: str, place: str) -> str:
        """Of the bytes of one file; what stands there for a repository or by mistake is noted."""
        given, where = word(one.get(scheme)), f"{place} > {scheme}"
        found = given.lower()
        if scheme == "md5" and _MD5_BASE64.match(given):
            found = b64decode(given).hex()
            self.gathering.adapt(where, "base64", f"{given} is in base64; read as {found}.")
        if not found:
            return ""
        if is_a(one, "FileSet") or word(one.get("encodingFormat")) == REPOSITORY:
            message = (
                f"Is not of one file but of a set or a repository: {given[:80]}; kept as given."
            )
            self.gathering.adapt(where, "not_of_a_file", message)
        elif len(found) == LENGTHS[scheme] and _HEX.match(found):
            return f"{scheme}:{found}"
        else:
            message = f"{given[:80]!r} is no {scheme}; kept in the facet."
            self.gathering.adapt(where, "not_a_digest", message)
        return ""

    def _contained(self) -> None:
        """A file taken out of an archive is made from it."""
        for one in self._objects("FileObject", "FileSet"):
            within = self.files.get(word(one.get("@id")))
            for archive in _list(one.get("containedIn")):
                given = archive.get("fileObject", archive) if isinstance(archive, dict) else archive
                around = self.files.get(word(given))
                if within and around:
                    self.gathering.join(around, within, "derived", self.place)

    def _source(self, one: object, place: str) -> None:
        given = one if isinstance(one, dict) else {}
        places = ("prov:atLocation", "prov:locatedAt", "url", "sameAs", "@id")
        address = (
            one
            if isinstance(one, str)
            else next((found for name in places if _host(found := word(given.get(name)))), "")
        )
        title = word(given.get("prov:label")) or word(given.get("name")) or word(given.get("@id"))
        key = dataset_at(address, title or address, word(given.get("version")))
        if key is None and (title or address):
            message = "Names no address; kept under the dataset that says it."
            self.gathering.adapt(place, "no_address", message)
            own = f"{self.key.namespace}/{self.key.name}"
            key = ArtifactKey(own, Kind.DATASET, title or address)
        if key is None:
            self.gathering.refuse(place, "no_source", "Names nothing that can be found.")
        elif self.gathering.join(key, self.key, "derived", place):
            if key.namespace == HUB:
                self.gathering.identify(key, "hf_repo", key.name, place)
            elif address and _host(address):
                self.gathering.identify(key, "uri", address, place)

    def _objects(self, *types: str) -> list[dict[str, Any]]:
        every = _list(self.about.get("distribution"))
        return [one for one in every if isinstance(one, dict) and is_a(one, *types)]

    def _leaves(self) -> Iterator[dict[str, Any]]:
        """Files of data, as far as their format tells: not a repository, not an archive alone."""
        for one in self._objects("FileObject", "FileSet"):
            if word(one.get("encodingFormat")) not in ("", REPOSITORY):
                yield one


def dataset_at(address: str, name: str, version: str) -> ArtifactKey | None:
    """The dataset at an address; none where it is no address of the web.

    >>> str(dataset_at("https://huggingface.co/datasets/acme/tickets", "Tickets", "1.0"))
    'acme/tickets@1.0'
    """
    host = _host(address)
    if not host:
        return None
    if host in HUBS and (repository := hub_name(address)[0]):
        return ArtifactKey(HUB, Kind.DATASET, repository, version)
    return ArtifactKey(host, Kind.DATASET, name or address, version)


def size_bytes(value: str) -> int:
    """The bytes in a size in words; 0 where it is none.

    >>> size_bytes("117743 B"), size_bytes("1.5 KiB"), size_bytes("large")
    (117743, 1536, 0)
    """
    found = _SIZE.match(value.strip())
    try:
        return int(float(found[1]) * UNITS[found[2].upper()]) if found else 0
    except (ValueError, OverflowError):
        return 0


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower() if "://" in address else ""
    except ValueError:
        return ""


def _text(value: object) -> str:
    """A description of several lines, cut where it is longer than is kept."""
    return value.strip()[:20_000] if isinstance(value, str) else word(value)


def _fields(records: list[Any]) -> list[dict[str, Any]]:
    """Of each record set its name and its fields' names and types."""
    found = []
    for one in records:
        given = one if isinstance(one, dict) else {}
        fields = {
            word(each.get("name")) or word(each.get("@id")): list(words(each.get("dataType")))
            for each in _list(given.get("field"))
            if isinstance(each, dict)
        }
        found.append({"name": word(given.get("name")) or word(given.get("@id")), "fields": fields})
    return found


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
