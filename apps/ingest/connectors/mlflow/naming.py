"""What the things of one MLflow are called here.

A run is known by its name, a logged model by the name it was logged under, each in the version of
its id. Ids are random and belong to one server: the namespace is part of the key.
"""

from dataclasses import dataclass, field

from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.mlflow.store import DatasetInput, Listed


@dataclass(slots=True)
class Names:
    """What was listed, so that an id alone is enough to name a thing.

    `unlisted` are the ids that something named and nothing listed: their names are not known.
    """

    namespace: str
    experiments: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    models: dict[str, tuple[str, str]] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)

    def add_run(self, listed: Listed) -> None:
        self.runs[listed.id] = listed.name or listed.id

    def add_model(self, listed: Listed) -> None:
        self.models[listed.id] = (listed.name or listed.id, listed.run)

    def run(self, identity: str) -> ArtifactKey:
        """A run that was purged is still somebody's upstream: it goes by its id."""
        if identity not in self.runs:
            self.unlisted.add(identity)
        name = self.runs.get(identity, identity)
        return ArtifactKey(self.namespace, Kind.RUN.value, name, identity)

    def model(self, identity: str) -> ArtifactKey:
        if identity not in self.models:
            self.unlisted.add(identity)
        name, _run = self.models.get(identity, (identity, ""))
        return ArtifactKey(self.namespace, Kind.MODEL.value, name, identity)

    def version(self, name: str, version: str) -> ArtifactKey:
        return ArtifactKey(self.namespace, Kind.MODEL.value, name, version)

    def dataset(self, name: str, digest: str) -> ArtifactKey:
        """MLflow knows a dataset by name and digest; in two experiments it is one and the same.

        The digest names a version and proves no content: see `DatasetInput`.
        """
        return ArtifactKey(self.namespace, Kind.DATASET.value, name or "dataset", digest)

    def wrote(self, run: str, model: str) -> bool:
        """Whether the model itself says that the run wrote it."""
        return self.models.get(model, ("", ""))[1] == run


def role_of(dataset: DatasetInput) -> str:
    """The role of what a run read, by the context in which it logged it.

    >>> [role_of(DatasetInput(name="d", digest="1", context=word))
    ...  for word in ("training", "Validation", "eval", "test_set", "")]
    ['training', 'validation', 'testing', 'testing', 'input']
    """
    words = set(_parts(dataset.context))
    if words & {"train", "training", "fit", "finetune", "finetuning"}:
        return "training"
    if words & {"valid", "validation", "val", "validate", "dev"}:
        return "validation"
    if words & {"test", "testing", "eval", "evaluation", "evaluate", "holdout"}:
        return "testing"
    return "input"


def _parts(text: str) -> list[str]:
    return "".join(sign if sign.isalpha() else " " for sign in text.lower()).split()
