"""Short words for tests that record lineage: `record("a > b > c", "a > d [testing]")`."""

import hashlib
import itertools
import re

from apps.catalog.models import Artifact
from apps.catalog.selectors import descendants
from apps.catalog.services import BatchResult, record_batch
from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, LineageBatch

NAMESPACE = "shop"


def key(text: str) -> ArtifactKey:
    """`name`, `kind:name` or `kind:name@version`; a dataset unless it says otherwise."""
    kind, _, rest = text.rpartition(":")
    name, _, version = rest.partition("@")
    return ArtifactKey(NAMESPACE, kind or "dataset", name, version)


def edges(*chains: str) -> tuple[EdgeRecord, ...]:
    """`a > b > c [role]`, upstream first."""
    found: list[EdgeRecord] = []
    for chain in chains:
        match = re.fullmatch(r"(.*?)(?:\s*\[(\w+)\])?", chain)
        assert match
        names = [name.strip() for name in match[1].split(">")]
        role = match[2] or "derived"
        found += [EdgeRecord(key(up), key(down), role) for up, down in itertools.pairwise(names)]
    return tuple(found)


def batch(*chains: str, producer: str = "test", **fields: object) -> LineageBatch:
    """A batch that declares every artifact it names."""
    steps = edges(*chains)
    named = dict.fromkeys(end for step in steps for end in (step.upstream, step.downstream))
    declared = tuple(
        ArtifactRecord(namespace=one.namespace, kind=one.kind, name=one.name, version=one.version)
        for one in named
    )
    return LineageBatch(producer=producer, artifacts=declared, edges=steps, **fields)  # type: ignore[arg-type]


def record(*chains: str, atomic: bool = True, producer: str = "test") -> BatchResult:
    """Record the chains."""
    return record_batch(batch=batch(*chains, producer=producer), atomic=atomic)


def stored(text: str) -> Artifact:
    """The artifact that `key` names."""
    wanted = key(text)
    return Artifact.objects.get(
        namespace=wanted.namespace, kind=wanted.kind, name=wanted.name, version=wanted.version
    )


def digest_of(content: str) -> str:
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def state(
    text: str, *chains: str, content: str = "", producer: str = "test", **said: object
) -> None:
    """Record the artifact, with the digest of its content, and the chains."""
    named = key(text)
    declared = ArtifactRecord(
        namespace=named.namespace,
        kind=named.kind,
        name=named.name,
        version=named.version,
        digest=digest_of(content) if content else "",
        **said,  # type: ignore[arg-type]
    )
    batch = LineageBatch(producer=producer, artifacts=(declared,), edges=edges(*chains))
    record_batch(batch=batch)


def names_below(text: str) -> list[str]:
    return [one.artifact.name for one in descendants(artifact=survivor(text)).artifacts]


def survivor(text: str) -> Artifact:
    return Artifact.objects.get(pk=stored(text).survivor_id)
