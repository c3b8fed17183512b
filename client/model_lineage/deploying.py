"""Saying that a model version went live, or stopped being live."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Optional

from model_lineage.declared import check_digest
from model_lineage.environment import Image
from model_lineage.errors import ConfigError
from model_lineage.masking import mask_address
from model_lineage.records import ArtifactRecord, Batch, EdgeRecord, Key
from model_lineage.values import MAX_VERSION_BYTES, line


@dataclass(frozen=True)
class Deployed:
    """`release` tells one deployment of a name from the next; by default model version and time.

    Said again with the same release (or the same `live_from`) it is the same deployment.
    """

    model: Key
    name: str
    environment: str
    namespace: str
    live_from: str
    endpoint: str = ""
    image: Optional[Image] = None
    model_digest: str = ""
    application: str = ""
    release: str = ""

    @property
    def key(self) -> Key:
        version = self.release or f"{self.model.version}+{compact(self.live_from)}"
        return Key(self.namespace, "deployment", line(self.name), line(version, MAX_VERSION_BYTES))

    def batch(self, producer: str) -> Batch:
        facet = {"environment": self.environment, "live_from": self.live_from}
        if self.endpoint:
            facet["endpoint"] = line(mask_address(self.endpoint))
        if self.image and self.image.digest:
            facet["image_digest"] = f"{self.image.name}@{self.image.digest}"
        check_digest(self.model_digest)
        artifacts = [
            ArtifactRecord(
                self.key,
                occurred_at=self.live_from,
                stated_at=self.live_from,
                facets={"deployment": facet},
            )
        ]
        edges = [EdgeRecord(self.model, self.key, "deployment")]
        if self.model_digest:
            artifacts.append(ArtifactRecord(self.model, digest=self.model_digest))
        if self.image:
            image = self.image.record()
            artifacts.append(image)
            edges.append(EdgeRecord(image.key, self.key, "environment"))
        if self.application:
            application = Key(self.namespace, "application", line(self.application))
            edges.append(EdgeRecord(self.key, application, "serving"))
        return Batch(
            producer=producer,
            evidence="lineage deployed",
            artifacts=tuple(artifacts),
            edges=tuple(edges),
        )


def retired(key: Key, facet: Mapping[str, Any], live_until: str, producer: str) -> Batch:
    """The same deployment with its end. `facet` is what is recorded of it: it is stated anew as a
    whole, because the later statement replaces the earlier one.
    """
    record = ArtifactRecord(
        key, stated_at=live_until, facets={"deployment": {**facet, "live_until": live_until}}
    )
    return Batch(producer=producer, evidence="lineage retired", artifacts=(record,))


def moment(text: str) -> str:
    """A time with its zone, in UTC.

    >>> moment("2026-10-01T04:00:00+02:00")
    '2026-10-01T02:00:00+00:00'
    """
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ConfigError(f"{text!r} is no time with a zone, such as 2026-10-01T02:00:00Z.")
    return found.astimezone(timezone.utc).isoformat()


def compact(moment_said: str) -> str:
    """
    >>> compact("2026-10-01T02:00:00.25+00:00")
    '20261001T020000Z'
    """
    return moment_said[:19].replace("-", "").replace(":", "") + "Z"
