"""A deployment as it is described: from what a reader found to records."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.records import (
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from apps.graph.strict_json import canonical
from apps.graph.validation import artifact_key, artifact_record, identifier_record
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Reading, Remark
from apps.ingest.connectors.deployments.references import Reference
from apps.ingest.connectors.deployments.values import spelled

PRODUCER = "deployments"
ROLES = {
    Kind.MODEL.value: "deployment",
    Kind.ENVIRONMENT.value: "environment",
    Kind.CODE.value: "code",
}


def version_of(revision: object, uid: str, content: object) -> str:
    """The platform's revision, with the start of the uid because a thing made anew counts from one
    again; without a revision, a digest of what is described.

    >>> version_of("4", "6f1e2f9c-9b2e-4c57", {}), version_of("", "", {"image": "a"})
    ('4-6f1e2f9c', 'described-a4db6e5b1241')
    """
    word = str(revision or "")
    if not word:
        digest = hashlib.sha256(canonical(content).encode("utf-8", "surrogatepass")).hexdigest()
        word = f"described-{digest[:12]}"
    return f"{word}-{uid[:8]}" if uid else word


@dataclass(slots=True, kw_only=True)
class Described:
    """One version of a deployment, and what else its description tells.

    What is not `is_deployed` is an image with models in it, which may be deployed some time.
    `main_image` is what it runs (`name@sha256:…`), empty if not known; None: its only image.
    """

    place: str
    tool: str
    namespace: str
    name: str
    version: str
    environment: str = ""
    endpoint: str = ""
    replicas: int | None = None
    infrastructure: str = ""
    live_from: datetime | None = None
    live_until: datetime | None = None
    stated_at: datetime | None = None
    owner: str = ""
    description: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    models: list[Reference] = field(default_factory=list)
    images: list[Reference] = field(default_factory=list)
    code: list[Reference] = field(default_factory=list)
    main_image: str | None = None
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    edges: list[EdgeRecord] = field(default_factory=list)
    further: list[IdentifierRecord] = field(default_factory=list)
    adapted: list[Remark] = field(default_factory=list)
    is_deployed: bool = True

    @property
    def key(self) -> ArtifactKey:
        return ArtifactKey(self.namespace, Kind.DEPLOYMENT.value, self.name, self.version)

    @property
    def unit(self) -> str:
        """Without the version: a deployment of another version takes the place of this one."""
        return f"{self.namespace}/{self.name}"

    def note(self, code: str, message: str) -> None:
        self.adapted.append(Remark(self.place, code, message))

    def reading(self) -> Reading:
        """All of it, or one refusal that says which value cannot be kept."""
        try:
            batch = self._batch()
        except RecordError as error:
            remark = Remark(f"{self.place} {error.path}", "invalid", error.message)
            return Reading(refused=(remark,), unit=self.unit)
        if not len(batch):
            remark = Remark(self.place, "no_reference", "Names no model and image to be linked.")
            return Reading(adapted=tuple(self.adapted), refused=(remark,), unit=self.unit)
        about = (self.key,) if self.is_deployed else ()
        return Reading(batch=batch, adapted=tuple(self.adapted), unit=self.unit, about=about)

    def _batch(self) -> LineageBatch:
        models, images = self._settled(self.models, "alias"), self._settled(self.images, "tag")
        used = [*models, *images, *settled(self.code)]
        for one in used:
            artifact_key(one.key, f"> {one.said[:80]}")
        key = self.key
        edges = [EdgeRecord(one.key, key, ROLES[one.key.kind]) for one in used]
        if not self.is_deployed:
            edges = [
                EdgeRecord(model.key, image.key, "dependency")
                for model in models
                for image in images
            ]
        runs = [(ArtifactKey("mlflow", Kind.RUN.value, one.run, one.run), one) for one in models]
        edges += [EdgeRecord(run, one.key, "output") for run, one in runs if one.run]
        identifiers = [
            *(IdentifierRecord(run, "mlflow_run", one.run) for run, one in runs if one.run),
            *(IdentifierRecord(key, *one) for one in self.identifiers),
            *(IdentifierRecord(one.key, *pair) for one in used for pair in one.identifiers),
            *self.further,
        ]
        return LineageBatch(
            producer=PRODUCER,
            evidence=self.place,
            artifacts=(artifact_record(self._record(models, images), ">"),)
            if self.is_deployed
            else (),
            edges=tuple(dict.fromkeys([*edges, *self.edges])),
            identifiers=tuple(
                identifier_record(one, ">") for one in dict.fromkeys(identifiers) if one.value
            ),
        )

    def _record(self, models: list[Reference], images: list[Reference]) -> ArtifactRecord:
        sole = images[0].identifiers[:1] if len(images) == 1 else ()
        image = self.main_image if self.main_image is not None else "".join(v for _, v in sole)
        facet = {
            "environment": self.environment,
            "endpoint": self.endpoint,
            "image_digest": image,
            "replicas": self.replicas,
            "infrastructure": self.infrastructure,
            "live_from": spelled(self.live_from),
            "live_until": spelled(self.live_until),
        }
        about = dict(self.about)
        if moving := sorted({one.said for one in [*self.models, *self.images] if one.is_moving}):
            about["aliases"] = moving
        if models or images:
            about["refers_to"] = sorted({one.said for one in [*models, *images]})
        return ArtifactRecord(
            namespace=self.namespace,
            kind=Kind.DEPLOYMENT.value,
            name=self.name,
            version=self.version,
            owner=self.owner,
            description=self.description,
            occurred_at=self.live_from,
            stated_at=self.stated_at,
            facets={"deployment": kept(facet), self.tool: kept(about)},
        )

    def _settled(self, references: Iterable[Reference], what: str) -> list[Reference]:
        found = settled(references)
        for one in found:
            if one.is_moving:
                self.note(
                    f"{what}_only",
                    f"{one.said[:200]!r} may mean another thing later; which one it means here is "
                    "not said.",
                )
        return found


def settled(references: Iterable[Reference]) -> list[Reference]:
    """Each once, without a moving one where an exact one names a version of the same.

    >>> from apps.ingest.connectors.deployments.references import model_at
    >>> [one.said for one in settled([model_at("models:/a@b"), model_at("models:/a/2")])]
    ['models:/a/2']
    """
    every = {one.key: one for one in references}
    exact = {(key.namespace, key.name) for key, one in every.items() if not one.is_moving}
    return [
        one
        for key, one in every.items()
        if not (one.is_moving and (key.namespace, key.name) in exact)
    ]


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty. Zero and false say something."""
    return {name: one for name, one in values.items() if one not in ("", None, [], {})}
