"""What was seen in all documents before the first deployment is told.

A Pod, a ReplicaSet or an endpoint's configuration may stand in another file than what it is part
of. Of each only what is needed later is kept.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A Pod as it runs. `images` has the digest (`imageID`) by name of container."""

    name: str
    images: dict[str, str]
    told: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaSet:
    """One revision of a Deployment. `began` is None where it was taken up again."""

    name: str
    deployment: str
    revision: str
    replicas: int | None
    began: datetime | None
    template: dict[str, Any]


@dataclass(slots=True)
class Context:
    """Pods by (namespace, kind and name of owner); ReplicaSets by (namespace, Deployment), those
    that are not described but own Pods by name; which (namespace, kind, name) is described; parts
    of SageMaker's and Vertex AI's answers by (sort, name), and which of them were `used`.
    """

    pods: defaultdict[tuple[str, str, str], list[Sighting]] = field(
        default_factory=lambda: defaultdict(list)
    )
    by_deployment: defaultdict[tuple[str, str], list[ReplicaSet]] = field(
        default_factory=lambda: defaultdict(list)
    )
    unseen_sets: defaultdict[tuple[str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    folder: str = ""
    described: set[tuple[str, str, str]] = field(default_factory=set)
    parts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)

    def part(self, sort: str, *names: str) -> dict[str, Any] | None:
        """The first that is there under one of the names."""
        for name in names:
            if found := self.parts.get((sort, name)):
                self.used.add((sort, name))
                return found
        return None
