"""What a delivery pipeline says: this model version is live there now, or is no more."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.catalog.models import Artifact, Deployment
from apps.catalog.search import identified_by
from apps.catalog.services import record_batch
from apps.graph.errors import RecordError
from apps.graph.records import (
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.deployments.references import Reference, image_named, model_at

if TYPE_CHECKING:
    from apps.accounts.models import User

EVIDENCE = "reported by a delivery pipeline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One model version going live. `release` tells it from the next deployment of the name; by
    default it is the model's version and the time, so the same call twice is one deployment.
    """

    name: str
    model: str
    environment: str
    namespace: str = "deployments"
    release: str = ""
    endpoint: str = ""
    image: str = ""
    infrastructure: str = ""
    replicas: int | None = None
    application: str = ""
    live_from: datetime | None = None
    replace: bool = False


def record_release(*, release: Release, actor: "User") -> Artifact:
    """Record that it is live, and with `replace` that nothing else of that name and environment is
    any more. RecordError names the field that is not acceptable.
    """
    live_from = release.live_from or timezone.now()
    model, found = _model(release.model)
    image = _image(release.image)
    version = release.release or f"{model.version or 'model'}+{live_from:%Y%m%dT%H%M%SZ}"
    key = ArtifactKey(release.namespace, Kind.DEPLOYMENT.value, release.name, version)
    with transaction.atomic():
        batch = _batch(release, key, live_from, model, [one for one in (found, image) if one])
        record_batch(batch=batch, actor=actor)
        if release.replace:
            others = _live(release.namespace, release.name, release.environment, live_from)
            _end(others.exclude(artifact__version=version), live_from, actor)
        return Artifact.objects.get(
            namespace=key.namespace, kind=key.kind, name=key.name, version=key.version
        )


def end_release(
    *,
    name: str,
    environment: str,
    actor: "User",
    namespace: str = "deployments",
    release: str = "",
    live_until: datetime | None = None,
) -> list[Artifact]:
    """Record that what is live under the name is live no more; returns what was ended."""
    until = live_until or timezone.now()
    live = _live(namespace, name, environment, until)
    if release:
        live = live.filter(artifact__version=release)
    return _end(live, until, actor)


def _batch(
    release: Release,
    key: ArtifactKey,
    live_from: datetime,
    model: ArtifactKey,
    references: list[Reference],
) -> LineageBatch:
    facet: dict[str, Any] = {"environment": release.environment, "live_from": live_from.isoformat()}
    said = {
        "endpoint": release.endpoint,
        "infrastructure": release.infrastructure,
        "replicas": release.replicas,
        "image_digest": release.image if "@" in release.image else "",
    }
    facet |= {name: value for name, value in said.items() if value not in ("", None)}
    edges = [EdgeRecord(model, key, "deployment")]
    edges += [
        EdgeRecord(one.key, key, "environment")
        for one in references
        if one.key.kind == Kind.ENVIRONMENT
    ]
    if release.application:
        shop = ArtifactKey(release.namespace, Kind.APPLICATION.value, release.application)
        edges.append(EdgeRecord(key, shop, "serving"))
    return LineageBatch(
        producer="delivery",
        evidence=EVIDENCE,
        artifacts=(
            ArtifactRecord(
                namespace=key.namespace,
                kind=key.kind,
                name=key.name,
                version=key.version,
                occurred_at=live_from,
                stated_at=live_from,
                facets={"deployment": facet},
            ),
        ),
        edges=tuple(edges),
        identifiers=tuple(
            IdentifierRecord(one.key, *identifier)
            for one in references
            for identifier in one.identifiers
        ),
    )


def _model(text: str) -> tuple[ArtifactKey, Reference | None]:
    """The model that is meant: one that is known by the text, or one that it refers to."""
    name, _, version = text.rpartition("@")
    named = Q(name=name, version=version) if name else Q(name=text, version="")
    models = Artifact.objects.filter(kind=Kind.MODEL).survivors()
    known = list(
        models.filter(Q(pk__in=identified_by(text=text).values("pk")) | named).order_by("pk")[:3]
    )
    if len(known) == 1:
        return known[0].key, None
    if known:
        places = ", ".join(f"{one.name}@{one.version} in {one.namespace}" for one in known)
        raise RecordError(
            "$.model", f"Several models are meant: {places}. Give its digest or its URI."
        )
    reference = model_at(text)
    if reference is None or reference.is_moving:
        raise RecordError(
            "$.model",
            "No model is known by this. Give name@version, a digest, or a URI such as "
            "models:/churn/2; an alias means another version tomorrow.",
        )
    return reference.key, reference


def _image(text: str) -> Reference | None:
    if not text:
        return None
    if (image := image_named(text)) is None:
        raise RecordError("$.image", "This is no image such as registry/name@sha256:… .")
    return image


def _live(namespace: str, name: str, environment: str, at: datetime) -> Any:
    """The deployments of the name that are live in the environment at that time."""
    return Deployment.objects.filter(
        Q(live_until__isnull=True) | Q(live_until__gt=at),
        Q(live_from__isnull=True) | Q(live_from__lte=at),
        artifact__namespace=namespace,
        artifact__name=name,
        artifact__merged_into=None,
        environment=environment,
    ).select_related("artifact")


def _end(live: Any, until: datetime, actor: "User") -> list[Artifact]:
    ended = [one.artifact for one in live]
    records = tuple(
        ArtifactRecord(
            namespace=one.namespace,
            kind=one.kind,
            name=one.name,
            version=one.version,
            stated_at=until,
            # A facet is replaced as a whole, so what is known is said again.
            facets={
                "deployment": {
                    **one.facets.get("deployment", {}),
                    "live_until": until.isoformat(),
                }
            },
        )
        for one in ended
    )
    if records:
        batch = LineageBatch(producer="delivery", evidence=EVIDENCE, artifacts=records)
        record_batch(batch=batch, actor=actor)
    return ended
