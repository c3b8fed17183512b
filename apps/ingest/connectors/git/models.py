"""Models that tags name, and what a commit's trailers say of those it brought."""

import posixpath
from collections.abc import Mapping, Sequence

from apps.graph.records import ArtifactKey, ArtifactRecord, IdentifierRecord
from apps.ingest.connectors.formats.kinds_of_files import relation
from apps.ingest.connectors.git.contents import Content
from apps.ingest.connectors.git.objects import NamedTag, Repository
from apps.ingest.connectors.git.records import Whole, commit_key
from apps.ingest.connectors.git.statements import dataset_said, fields, model_version

MLFLOW = "mlflow"


def model_version_of(
    repository: Repository,
    code: ArtifactKey,
    tag: NamedTag,
    model: tuple[str, str],
    keys: Mapping[Content, ArtifactKey],
) -> Whole:
    """The version under the tag's name; the file of that name in the commit is its content."""
    whole = Whole(f"tag {tag.name}", f"tag/{tag.name}")
    key = ArtifactKey(repository.namespace, "model", *model)
    files = [one for one in keys if one.kind == "model" and _stem(one.path) == _stem(model[0])]
    content = files[0] if len({one.version for one in files}) == 1 else None
    if content is None:
        repository.remark(
            f"tag {tag.name}",
            "no_file_of_model",
            f"The commit holds no one LFS file called {model[0]}: which content the version has "
            "is not known.",
        )
    if tag.when is None:
        message = "Is lightweight: it may be moved and keeps no time. Taken as it stands."
        repository.remark(f"tag {tag.name}", "moving_tag", message)
    said = fields(tag.message)
    whole.artifacts[key] = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=f"sha256:{content.sha256}" if content else "",
        description=tag.message.partition("\n")[0][:500],
        occurred_at=tag.when,
        facets={"git": {"tag": tag.name, "commit": code.version} | ({"said": said} if said else {})}
        | ({"model": {"size_bytes": content.size}} if content and content.size else {}),
    )
    whole.about[key] = None
    whole.edge(code, key, "code")
    return whole


def add_declared(
    repository: Repository,
    whole: Whole,
    code: ArtifactKey,
    said: Sequence[tuple[str, str]],
    made: Sequence[ArtifactKey],
) -> None:
    """What the trailers name goes into the models that the commit brought, else into its code."""
    targets = list(made) or [code]
    words = next((value for name, value in said if name == "relation"), "")
    for key in made:
        whole.edge(code, key, "code")
    for name, value in said:
        if name == "dataset":
            upstream, role = _dataset(whole, value), "training" if made else "dependency"
        elif name == "mlflow-run":
            upstream, role = _run(whole, value), "output" if made else "dependency"
        elif name == "derived-from":
            found = _base(repository, value)
            if found is None:
                continue
            upstream, role = found, relation(words) or "derived"
        else:
            continue
        for target in targets:
            if target != upstream:
                whole.edge(upstream, target, role)


def _dataset(whole: Whole, value: str) -> ArtifactKey:
    said = dataset_said(value)
    place, _, path = said.uri.partition("://")
    host, _, name = path.partition("/")
    namespace = f"{place}://{host}" if path else "git"
    key = ArtifactKey(namespace, "dataset", name or said.uri, said.value)
    whole.artifacts[key] = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=f"{said.scheme}:{said.value}" if said.value else "",
        uri=said.uri if path else "",
    )
    return key


def _run(whole: Whole, value: str) -> ArtifactKey:
    """A placeholder that an import of MLflow finds by the run's id."""
    key = ArtifactKey(MLFLOW, "run", value, value)
    whole.identifiers[IdentifierRecord(key, "mlflow_run", value)] = None
    return key


def _base(repository: Repository, value: str) -> ArtifactKey | None:
    """A model by the tag that names it, or code by its commit."""
    if (model := model_version(value)) is not None:
        return ArtifactKey(repository.namespace, "model", *model)
    tag = next((one for one in repository.tags() if one.name == value), None)
    if tag is not None:
        return commit_key(repository, tag.commit)
    repository.remark(
        f"Derived-From: {value}", "unknown_ref", "Names no model version and no tag; left out."
    )
    return None


def _stem(path: str) -> str:
    return posixpath.basename(path).partition(".")[0].lower()
