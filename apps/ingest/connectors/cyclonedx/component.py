"""A component of a CycloneDX bill of materials as a record: its key, kind, digests and card.

https://cyclonedx.org/docs/1.7/json/; package addresses as in
https://github.com/package-url/purl-spec.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from apps.graph.identity import DIGEST_LENGTHS
from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.gathering import Gathering, text

HUB = "huggingface.co"
KINDS = {
    "machine-learning-model": Kind.MODEL,
    "application": Kind.APPLICATION,
    "container": Kind.ENVIRONMENT,
}
DATA_KINDS = {"source-code": Kind.CODE.value, "configuration": "configuration"}
ALGORITHMS = {
    "SHA-256": "sha256",
    "SHA-512": "sha512",
    "SHA-384": "sha384",
    "BLAKE3": "blake3",
    "SHA-1": "sha1",
    "MD5": "md5",
}
# Of the component itself; what is within it is read apart.
NOT_KEPT = frozenset({"components", "services", "graphics"})
_HEX = re.compile(r"[0-9a-f]+\Z")
_COMMIT = re.compile(r"[0-9a-f]{40}\Z")
_NO_WORD = re.compile(r"[^a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class PackageAddress:
    """`pkg:type/namespace/name@version`."""

    type: str
    name: str
    version: str


@dataclass(slots=True)
class Bom:
    """What one bill says, so far: its records, and the key of everything it names by a bom-ref."""

    gathering: Gathering
    place: str
    serial: str
    stated_at: datetime | None
    keys: dict[str, ArtifactKey] = field(default_factory=dict)

    def key_of(self, ref: object, place: str) -> ArtifactKey | None:
        """What a reference means; a placeholder if the bill does not hold it."""
        name = text(ref)
        if not name:
            self.gathering.refuse(place, "no_reference", "Is no text.")
            return None
        if name not in self.keys:
            message = f"{name[:80]!r} is not in this bill; kept as a placeholder."
            self.gathering.adapt(place, "not_in_the_bill", message)
            self.keys[name] = ArtifactKey(self.serial or self.place, "undeclared", name)
        return self.keys[name]


def package_address(value: object) -> PackageAddress | None:
    """The parts of a package address, decoded.

    >>> package_address("pkg:huggingface/acme/churn@0ab1?x=y#z")
    PackageAddress(type='huggingface', name='acme/churn', version='0ab1')
    """
    found = re.match(r"pkg:/*([A-Za-z][\w.+-]*)/([^@?#]+)(?:@([^?#]*))?", text(value))
    if not found:
        return None
    return PackageAddress(found[1].lower(), unquote(found[2]).strip("/"), unquote(found[3] or ""))


def kind_word(value: object) -> str:
    """A type in the words of kinds: `operating_system`."""
    return _NO_WORD.sub("_", text(value).lower()).strip("_0123456789")[:64]


def component_kind(component: dict[str, Any]) -> str:
    given = text(component.get("type"))
    if given == "data":
        types = {text(one.get("type")) for one in _mappings(component.get("data"))}
        own = DATA_KINDS.get(types.pop()) if len(types) == 1 else None
        return own or Kind.DATASET
    return KINDS.get(given) or kind_word(given) or "component"


def component_key(bom: Bom, component: dict[str, Any]) -> ArtifactKey:
    """By package address, else by group or maker, else as a thing of this bill alone."""
    kind, name = component_kind(component), text(component.get("name"))
    version = text(component.get("version"))
    if purl := package_address(component.get("purl")):
        namespace = HUB if purl.type == "huggingface" else f"pkg:{purl.type}"
        return ArtifactKey(namespace, kind, purl.name, purl.version or version)
    makers = (component.get(one) for one in ("supplier", "manufacturer"))
    named = [text(component.get("group")), text(component.get("publisher"))]
    named += [text(one.get("name")) for one in makers if isinstance(one, dict)]
    namespace = next(filter(None, named), "") or bom.serial or bom.place
    return ArtifactKey(namespace, kind, name, version)


def state_component(bom: Bom, component: object, place: str) -> ArtifactKey | None:
    """The component and the components within it, each part of the one around it."""
    if not isinstance(component, dict) or not text(component.get("name")):
        bom.gathering.refuse(place, "not_a_component", "Is no component with a name.")
        return None
    key = component_key(bom, component)
    digests = list(_digests(bom, component, place))
    uri, owner = _uri(component), _owner(component)
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=digests[0] if digests else "",
        uri=uri,
        owner=owner if len(owner.encode()) <= 200 else "",  # noqa: PLR2004
        description=text(component.get("description")),
        tags=bom.gathering.tags(component.get("tags"), place),
        stated_at=bom.stated_at,
        facets=_facets(bom, component, key.kind, place),
    )
    again = key in bom.gathering.artifacts
    if not bom.gathering.state(record, place) and not again:
        return None
    if ref := text(component.get("bom-ref")):
        bom.keys[ref] = key
    for digest in digests[1:]:
        scheme, _, value = digest.partition(":")
        bom.gathering.identify(key, scheme, value, place)
    _identify(bom, component, key, place)
    for index, inner in enumerate(_list(component.get("components"))):
        where = f"{place} > components[{index}]"
        if within := state_component(bom, inner, where):
            bom.gathering.join(within, key, "dependency", where)
    return key


def _identify(bom: Bom, component: dict[str, Any], key: ArtifactKey, place: str) -> None:
    purl = package_address(component.get("purl"))
    if purl is None:
        return
    bom.gathering.identify(key, "purl", text(component.get("purl")), place)
    if purl.type == "huggingface" and (not purl.version or _COMMIT.match(purl.version)):
        at = f"@{purl.version}" if purl.version else ""
        bom.gathering.identify(key, "hf_repo", f"{purl.name}{at}", place)
    elif purl.type == "mlflow" and purl.version:
        bom.gathering.identify(key, "model_uri", f"models:/{purl.name}/{purl.version}", place)
    elif purl.type in ("oci", "docker") and purl.version.startswith("sha256:"):
        bom.gathering.identify(key, "oci_image", f"{purl.name}@{purl.version}", place)


def _digests(bom: Bom, component: dict[str, Any], place: str) -> Iterator[str]:
    """Of the whole component; the strongest first. Other algorithms stay in the facet."""
    found: dict[str, str] = {}
    for index, one in enumerate(_list(component.get("hashes"))):
        where = f"{place} > hashes[{index}]"
        given = one if isinstance(one, dict) else {}
        scheme = ALGORITHMS.get(text(given.get("alg")))
        content = text(given.get("content")).lower()
        if scheme is None:
            message = f"{text(given.get('alg'))[:80]!r} is not compared; kept in the facet."
            bom.gathering.adapt(where, "other_digest", message)
        elif len(content) != DIGEST_LENGTHS[scheme] or not _HEX.match(content):
            message = f"{content[:80]!r} is no {scheme}; kept in the facet."
            bom.gathering.adapt(where, "not_a_digest", message)
        else:
            found.setdefault(scheme, f"{scheme}:{content}")
    yield from (found[scheme] for scheme in ALGORITHMS.values() if scheme in found)


def _facets(bom: Bom, component: dict[str, Any], kind: str, place: str) -> dict[str, Any]:
    kept = bom.gathering.kept(without(component, NOT_KEPT), place)
    about: dict[str, Any] = {"license": _license(component)}
    if kind == Kind.MODEL:
        card = component.get("modelCard")
        parameters = card.get("modelParameters") if isinstance(card, dict) else None
        if isinstance(parameters, dict):
            about["task"] = text(parameters.get("task"))
    typed = {name: value for name, value in about.items() if value}
    return {"cyclonedx": kept} | ({kind: typed} if typed and kind != "cyclonedx" else {})


def without(value: Any, names: frozenset[str]) -> Any:
    """The value without the fields of these names, at any depth."""
    if isinstance(value, dict):
        return {name: without(one, names) for name, one in value.items() if name not in names}
    return [without(one, names) for one in value] if isinstance(value, list) else value


def _license(component: dict[str, Any]) -> str:
    found = []
    for one in _mappings(component.get("licenses")):
        inner = one.get("license")
        named = inner if isinstance(inner, dict) else {}
        found.append(
            text(one.get("expression")) or text(named.get("id")) or text(named.get("name"))
        )
    return ", ".join(dict.fromkeys(filter(None, found)))


def _uri(component: dict[str, Any]) -> str:
    """Where the content lies: that of the only data, else the distribution."""
    data = _mappings(component.get("data"))
    contents = data[0].get("contents") if len(data) == 1 else None
    if isinstance(contents, dict) and _is_address(contents.get("url")):
        return text(contents["url"])
    for one in _mappings(component.get("externalReferences")):
        if one.get("type") == "distribution" and _is_address(one.get("url")):
            return text(one["url"])
    return ""


def _is_address(value: object) -> bool:
    try:
        return bool(urlsplit(text(value)).scheme) and len(text(value)) <= 2000  # noqa: PLR2004
    except ValueError:
        return False


def _owner(component: dict[str, Any]) -> str:
    for one in ("publisher", "author", "group"):
        if found := text(component.get(one)):
            return found
    supplier = component.get("supplier")
    return text(supplier.get("name")) if isinstance(supplier, dict) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _mappings(value: object) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]
