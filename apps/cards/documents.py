"""Drawing the documents."""

from apps.cards.deployment_sections import DEPLOYMENT_SECTIONS
from apps.cards.document import Document, SectionKind
from apps.cards.model_sections import MODEL_SECTIONS
from apps.cards.selectors.provenance import provenance_of
from apps.catalog.models import Artifact


def model_card(*, artifact: Artifact) -> Document:
    """The card of a model, drawn from the graph as it is now."""
    return _document("Model card", artifact, MODEL_SECTIONS)


def deployment_record(*, artifact: Artifact) -> Document:
    """The record of a deployment, drawn from the graph as it is now."""
    return _document("Deployment record", artifact, DEPLOYMENT_SECTIONS)


def _document(title: str, artifact: Artifact, kinds: tuple[SectionKind, ...]) -> Document:
    provenance = provenance_of(artifact=artifact)
    return Document(
        title=title,
        artifact=artifact,
        provenance=provenance,
        sections=[kind.drawn(provenance) for kind in kinds],
        revision=provenance.revision,
    )
