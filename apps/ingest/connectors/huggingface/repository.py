"""One repository of the Hub as records: itself, what it was made from, its evaluations."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.formats.weight_files import WeightFile
from apps.ingest.connectors.gathering import Gathering, text, texts
from apps.ingest.connectors.huggingface.base_models import (
    Base,
    Files,
    bases,
    declared_relation,
    is_quantised,
    training_data,
)
from apps.ingest.connectors.huggingface.clone import COMMIT, HUB, Clone, hub_name
from apps.ingest.connectors.huggingface.files import NO_FILES, facets, read_files
from apps.ingest.connectors.huggingface.model_card import RELATIONS, Card, Evaluation, evaluations

PRODUCER = "huggingface"
# The commits at hand of each repository, by namespace, kind and name.
Names = Mapping[tuple[str, str, str], list[str]]

_SHORT_COMMIT = re.compile(r"[0-9a-f]{7,39}\Z")
_MLFLOW_RUN = re.compile(r"(?:mlflow:)?([0-9a-f]{32})\Z")


def read_repository(
    clone: Clone,
    card: Card,
    names: Names,
    *,
    card_name: str,
    alone: bool = False,
    again: bool = False,
) -> Reading:
    """All that one repository says. `alone`: only its card is read, not the files beside it."""
    gathering = Gathering(PRODUCER, evidence=f"{clone.place}/{card_name}")
    if again:
        gathering.refuse(
            clone.place, "stated_twice", f"{clone.key} lies here twice; the first is read."
        )
        return gathering.reading(clone.place)
    files, weights = (NO_FILES, []) if alone else read_files(clone, gathering)
    repository = _Repository(clone, card, names, gathering, f"{clone.place}/{card_name}", weights)
    if card.fault:
        mild = card.fault[0] in ("no_front_matter", "no_card")
        (gathering.adapt if mild else gathering.refuse)(repository.place, *card.fault)
    if clone.named_by == "folder":
        message = f"Nothing tells which repository this is; named {clone.name} after its folder."
        gathering.adapt(clone.place, "name_from_folder", message)
    at = f"@{clone.commit}" if clone.commit else ""
    unit = f"{clone.kind}/{clone.namespace}/{clone.name}{at}"
    if not repository.state(files):
        return gathering.reading(unit)
    match clone.kind:
        case Kind.MODEL:
            repository.made_from(files)
            repository.evaluated()
            repository.hinted()
        case Kind.DATASET:
            repository.extended()
        case _:
            repository.uses()
    return gathering.reading(unit, clone.key)


@dataclass(slots=True)
class _Repository:
    clone: Clone
    card: Card
    names: Names
    gathering: Gathering
    place: str
    weights: list[WeightFile]

    def state(self, files: Files) -> bool:
        clone, card = self.clone, self.card
        owner, slash, _ = clone.name.partition("/")
        record = ArtifactRecord(
            namespace=clone.namespace,
            kind=clone.kind,
            name=clone.name,
            version=clone.commit,
            digest=self._digest(),
            owner=owner if slash else "",
            description=card.description,
            tags=self.gathering.tags(card.fields.get("tags"), f"{self.place} > tags"),
            facets=facets(clone, card, files, self.weights, self.gathering),
        )
        if not self.gathering.state(record, clone.place):
            return False
        at = f"@{clone.commit}" if clone.commit else ""
        if clone.named_by != "folder" and clone.namespace == HUB:
            self.gathering.identify(clone.key, "hf_repo", f"{clone.name}{at}", self.place)
        if len(self.weights) > 1:
            for one in self.weights:
                if one.sha256:
                    self.gathering.identify(clone.key, "file_sha256", one.sha256, self.place)
        return True

    def made_from(self, files: Files) -> None:
        declared, given = declared_relation(self.card)
        if given and given.lower() not in RELATIONS:
            message = f"{given[:80]!r} is no relation of the Hub; taken as derived."
            self._adapt("base_model_relation", "unknown_relation", message)
        found = bases(self.card, files)
        for base in found:
            if declared and base.role != declared and base.said_in != "README.md":
                message = (
                    f"The card says {given}, {base.said_in} says {base.role}; the file is taken."
                )
                self._adapt("base_model_relation", "relation_differs", message)
            self._step(Kind.MODEL, base)
        if not found and (is_quantised(files) or files.adapter or files.gguf or given):
            mentions = ", ".join(self.card.mentions[:3])
            message = "Is made from another model but does not name it as base_model" + (
                f"; its text links to {mentions}, which is not taken for it." if mentions else "."
            )
            self._adapt("base_model", "base_unnamed", message)
        for name, said_in in training_data(self.card, files):
            self._step(Kind.DATASET, Base(name, "", "training", said_in))

    def evaluated(self) -> None:
        found, faults = evaluations(self.card)
        for place, message in faults:
            self.gathering.refuse(f"{self.place} > {place}", "no_evaluation", message)
        for one in found:
            self._evaluation(one)

    def extended(self) -> None:
        """`source_datasets` holds `original`, names, and `extended|name`."""
        for name in texts(self.card.fields.get("source_datasets")):
            source = name.removeprefix("extended|")
            if source not in ("original", "extended", "other"):
                self._step(Kind.DATASET, Base(source, "", "derived", "source_datasets"))

    def uses(self) -> None:
        for kind, name in ((Kind.MODEL, "models"), (Kind.DATASET, "datasets")):
            for one in texts(self.card.fields.get(name)):
                self._step(kind, Base(one, "", "dependency", name))

    def hinted(self) -> None:
        """Commit and run in the free metadata of safetensors, by names in common use."""
        for one in self.weights:
            if one.suffix != ".safetensors":
                continue
            place, made = f"{self.clone.place}/{one.name} > __metadata__", self.clone.key
            given = text(one.head.get("training_run")) or text(one.head.get("mlflow_run_id"))
            if run := _MLFLOW_RUN.match(given):
                key = ArtifactKey("mlflow", Kind.RUN, run[1], run[1])
                self.gathering.join(key, made, "output", place)
                self.gathering.identify(key, "mlflow_run", run[1], place)
                made = key
            commit = text(one.head.get("git_commit")).lower()
            if COMMIT.match(commit):
                name = self.clone.name.rpartition("/")[2]
                code = ArtifactKey(self._own_namespace, Kind.CODE, name, commit)
                self.gathering.join(code, made, "code", place)
                self.gathering.identify(code, "git_commit", commit, place)

    def _evaluation(self, one: Evaluation) -> None:
        clone = self.clone
        scalars = {n: v for n, v in one.metrics.items() if isinstance(v, str | int | float)}
        record = ArtifactRecord(
            namespace=clone.namespace,
            kind=Kind.EVALUATION,
            name=f"{clone.name}: {one.name}",
            version=clone.commit,
            facets={
                "evaluation": {"metrics": self.gathering.kept(scalars, self.place)},
                "huggingface": self.gathering.kept({"results": one.results}, self.place),
            },
        )
        if self.gathering.state(record, f"{self.place} > model-index"):
            self.gathering.join(clone.key, record.key, "evaluation", self.place)
            if one.dataset or one.title:
                base = Base(one.dataset or one.title, one.revision, one.role, "model-index")
                self._step(Kind.DATASET, base, downstream=record.key)

    def _step(self, kind: str, base: Base, downstream: ArtifactKey | None = None) -> None:
        place = f"{self.place} > {base.said_in}" if base.said_in != "README.md" else self.place
        for key in self._keys(kind, base, place):
            if self.gathering.join(key, downstream or self.clone.key, base.role, place):
                self._identify(key, place)

    def _keys(self, kind: str, base: Base, place: str) -> Iterator[ArtifactKey]:
        """What a name means: of the Hub, else something only this repository speaks of."""
        name, revision = hub_name(base.name)
        revision = base.revision or revision
        if not name:
            message = f"{base.name[:80]!r} is no repository of the Hub; kept under this repository."
            self.gathering.adapt(place, "not_on_the_hub", message)
            yield ArtifactKey(self._own_namespace, kind, " ".join(base.name.split()))
            return
        commits = list(dict.fromkeys(self.names.get((HUB, kind, name), [])))
        if COMMIT.match(revision):
            yield ArtifactKey(HUB, kind, name, revision)
            if "" in commits:
                message = f"The clone of {name} may be that commit or not; it is taken as well."
                self.gathering.adapt(place, "any_version", message)
                yield ArtifactKey(HUB, kind, name)
            return
        if _SHORT_COMMIT.match(revision):
            meant = [one for one in commits if one.startswith(revision)]
            commits = meant if len(meant) == 1 else []
        if revision and not commits:
            message = f"{revision[:80]!r} is no full commit; {name} is taken without a version."
            self.gathering.adapt(place, "moving_revision", message)
        elif any(commits) and not (_SHORT_COMMIT.match(revision)):
            message = f"Says no commit of {name}; every one in the folder is taken."
            self.gathering.adapt(place, "any_version", message)
        for commit in commits or [""]:
            yield ArtifactKey(HUB, kind, name, commit)

    def _identify(self, key: ArtifactKey, place: str) -> None:
        if key.namespace == HUB:
            at = f"@{key.version}" if key.version else ""
            self.gathering.identify(key, "hf_repo", f"{key.name}{at}", place)

    @property
    def _own_namespace(self) -> str:
        return f"{self.clone.namespace}/{self.clone.name}"

    def _digest(self) -> str:
        whole = len(self.weights) == 1 and self.weights[0].sha256
        return f"sha256:{whole}" if whole else ""

    def _adapt(self, name: str, code: str, message: str) -> None:
        self.gathering.adapt(f"{self.place} > {name}", code, message)
