"""What a run of Weights & Biases means as lineage.

A reader fills a `Run`; how it came by it (a folder, the public API) does not matter here.
"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec

from apps.graph import strict_json
from apps.graph.records import (
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.wandb.records import (
    is_source,
    run_record,
    said,
    storable,
    version_record,
)
from apps.ingest.connectors.wandb.runs import NUMBERED, Run, Version, metrics_of

PRODUCER = "wandb"
# An artifact of many files is found by those of the first.
MAX_MEMBERS_FOUND = 100
_RELATIONS = {
    "finetuned": "fine_tuning",
    "fine_tuning": "fine_tuning",
    "finetune": "fine_tuning",
    "adapter": "adapter",
    "quantized": "quantization",
    "quantization": "quantization",
    "pruned": "pruning",
    "pruning": "pruning",
    "distilled": "distillation",
    "distillation": "distillation",
    "merged": "merge",
    "merge": "merge",
    "converted": "conversion",
    "conversion": "conversion",
    "derived": "derived",
}
_PARTS = {
    "train": "training",
    "training": "training",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "testing",
    "testing": "testing",
}
_EVALUATES = re.compile(r"eval|test|valid", re.IGNORECASE)
_SCP_LIKE = re.compile(r"(?:[^@/]+@)?([^:/]+):(?!/)(.+)\Z")
_IMAGE_DIGEST = re.compile(r"@(sha256:[0-9a-fA-F]{64})\Z")
_IMAGE_NAMES = ("docker_image", "docker", "image", "container_image", "image_uri")


def reading_of(run: Run) -> Reading:
    """The run and everything it names, in one batch."""
    lineage = _Lineage(run)
    lineage.add_making()
    lineage.add_inputs()
    lineage.add_outputs()
    lineage.add_evaluation()
    return Reading(
        batch=LineageBatch(
            producer=PRODUCER,
            evidence=run.place,
            artifacts=tuple(
                storable(one, run) for one in (run_record(run), *lineage.artifacts.values())
            ),
            edges=tuple(lineage.edges),
            identifiers=tuple(lineage.identifiers),
        ),
        adapted=tuple(run.adapted),
        refused=tuple(run.refused),
        unit=run.unit,
        about=(run.key,),
    )


@dataclass(slots=True)
class _Lineage:
    """What one run tells, as it is gathered."""

    run: Run
    artifacts: dict[ArtifactKey, ArtifactRecord] = field(default_factory=dict)
    edges: dict[EdgeRecord, None] = field(default_factory=dict)
    identifiers: dict[IdentifierRecord, None] = field(default_factory=dict)

    def add_making(self) -> None:
        """The code, the environment and the run that this one was forked from."""
        run = self.run
        if run.team and run.project:
            self.identify(run.key, "wandb_run", f"{run.team}/{run.project}/{run.run_id}")
        else:
            run.adapt("entity", "no_entity", f"Not named by the run; taken as {run.namespace}.")
        if run.forked_from is not None:
            self.link(run.forked_from, run.key, "derived")
        if run.commit:
            self._add_code()
        if facet := self._environment():
            told = strict_json.canonical(facet)
            version = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
            name = run.image.partition("@")[0] or "python"
            key = ArtifactKey(run.namespace, Kind.ENVIRONMENT.value, name, version)
            self.state(key, {"environment": facet})
            self.link(key, run.key, "environment")

    def _environment(self) -> dict[str, Any]:
        run = self.run
        if not run.image:
            for name in _IMAGE_NAMES:
                value = run.config.get(name)
                if isinstance(value, str) and _IMAGE_DIGEST.search(value):
                    run.image = value
                    run.adapt(f"config.{name}", "image_in_config", "Is taken for the run's image.")
                    break
        digest = _IMAGE_DIGEST.search(run.image)
        return said(
            {
                "python": run.python,
                "packages": run.packages,
                "image": run.image,
                "image_digest": digest[1].lower() if digest else "",
            }
        )

    def _add_code(self) -> None:
        run = self.run
        repository = repository_of(run.remote)
        namespace = f"git://{repository}" if repository else run.namespace
        name = repository.rpartition("/")[2] or run.project or "code"
        clean = ArtifactKey(namespace, Kind.CODE.value, name, run.commit)
        facet = {"repository": repository, "commit": run.commit}
        self.state(clean, {"code": said(facet)})
        if not run.diff:
            self.link(clean, run.key, "code")
            return
        dirty = msgspec.structs.replace(clean, version=f"{run.commit}+{run.diff[:12]}")
        self.state(dirty, {"code": said({**facet, "dirty": True})})
        self.link(clean, dirty, "derived")
        self.link(dirty, run.key, "code")

    def add_inputs(self) -> None:
        for version in self.run.used:
            self.add_version(version)
            self.link(version.key, self.run.key, self._role(version))

    def _role(self, version: Version) -> str:
        """By the last word of the name; where the run evaluates, what it reads tests.

        A model it writes is contaminated by all it read, whatever that is called.
        """
        run = self.run
        if version.key.kind == Kind.CODE:
            return "code"
        if version.key.kind != Kind.DATASET:
            return "input"
        word = re.split(r"[^a-z]+", version.name.lower())[-1]
        role = _PARTS.get(word) or _PARTS.get(run.job_type.lower(), "input")
        if role == "input" and self._evaluates():
            return "testing"
        return role

    def add_outputs(self) -> None:
        """What was logged. What was read as well was not made here: no step may lead back."""
        read = {version.key for version in self.run.used}
        for version in self.run.logged:
            self.add_version(version)
            if version.key in read:
                self.run.adapt(
                    version.name, "read_and_logged", "Was read by the run as well; kept as read."
                )
            elif is_source(version, self.run):
                self.link(version.key, self.run.key, "code")
            else:
                self.link(self.run.key, version.key, "output")
                self._add_base(version)

    def _add_base(self, version: Version) -> None:
        """A model made from a model, where the metadata names the relation."""
        about = version.metadata if isinstance(version.metadata, dict) else {}
        relation = about.get("relation")
        role = _RELATIONS.get(relation.lower()) if isinstance(relation, str) else None
        if version.key.kind != Kind.MODEL or role is None:
            return
        bases = [one for one in self.run.used if one.key.kind == Kind.MODEL]
        for one in [one for one in bases if one.name == about.get("base")] or bases:
            self.link(one.key, version.key, role)

    def add_version(self, version: Version) -> None:
        key = version.key
        self.state(key, {}, record=version_record(version, self.run))
        if version.digest:
            self.identify(key, "wandb_digest", version.digest)
            if version.team and version.project:
                path = f"{version.team}/{version.project}/{version.name}"
                self.identify(key, "wandb_version", f"{path}@{version.digest}")
        if version.server_id:
            self.identify(key, "wandb_artifact_id", version.server_id)
        if (number := version.version or version.number) and version.team and version.project:
            path = f"{version.team}/{version.project}/{version.name}:{number}"
            self.identify(key, "wandb_artifact", path)
        for path in version.links:
            if NUMBERED.search(path):
                self.identify(key, "wandb_artifact", path)
        self._identify_files(version)

    def _identify_files(self, version: Version) -> None:
        """By what it refers to, or by the files it holds."""
        key = version.key
        if len(version.files) == 1:
            if ref := version.files[0].ref:
                self.identify(key, "uri", ref)
            return
        for file in version.files[:MAX_MEMBERS_FOUND]:
            if file.md5:
                self.identify(key, "file_md5", file.md5)

    def _evaluates(self) -> bool:
        made = [one for one in self.run.logged if one.key.kind == Kind.MODEL]
        models = [one for one in self.run.used if one.key.kind == Kind.MODEL]
        return bool(models and not made and _EVALUATES.search(self.run.job_type))

    def add_evaluation(self) -> None:
        """The metrics of a run that read a model to judge it and made none."""
        metrics = metrics_of(self.run.summary)[0]
        if not metrics or not self._evaluates():
            return
        mine = self.run.key
        key = ArtifactKey(mine.namespace, Kind.EVALUATION.value, mine.name, mine.version)
        self.state(key, {"evaluation": {"metrics": metrics}})
        self.link(mine, key, "output")
        for version in self.run.used:
            if version.key.kind == Kind.MODEL:
                self.link(version.key, key, "evaluation")

    def state(
        self, key: ArtifactKey, facets: dict[str, Any], *, record: ArtifactRecord | None = None
    ) -> None:
        if key not in self.artifacts:
            self.artifacts[key] = record or ArtifactRecord(
                namespace=key.namespace,
                kind=key.kind,
                name=key.name,
                version=key.version,
                facets=facets,
            )

    def link(self, upstream: ArtifactKey, downstream: ArtifactKey, role: str) -> None:
        self.edges[EdgeRecord(upstream, downstream, role)] = None

    def identify(self, key: ArtifactKey, scheme: str, value: str) -> None:
        self.identifiers[IdentifierRecord(key, scheme, value)] = None


def repository_of(remote: str) -> str:
    """Host and path of a git remote, without user and `.git`; empty for a folder.

    >>> repository_of("git@Git.example.org:acme/churn.git")
    'git.example.org/acme/churn'
    >>> repository_of("https://user:key@git.example.org/acme/churn.git/")
    'git.example.org/acme/churn'
    """
    text = remote.strip()
    if "://" not in text and (scp := _SCP_LIKE.match(text)):
        text = f"ssh://{scp[1]}/{scp[2]}"
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return ""
    path = parts.path.strip("/").removesuffix(".git").strip("/")
    return f"{host}/{path}" if parts.scheme != "file" and host and path else ""
