"""DVC: a git repository with `dvc.lock`, `*.dvc` and `dvc.yaml`, over all its commits and tags.

A run is (stage, command, inputs, parameters, outputs): as long as these stand in the lock it is
one run, however many commits hold it. A dataset or model is (path, digest). Tags of GTO
(`churn@v1.0.0`, `churn#prod#1`) name versions and stages of models. Nothing is checked out and
DVC's cache and remotes are not read: members of a folder are not known.
"""

from collections import defaultdict
from collections.abc import Iterator

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.ingest.connectors.contract import Access, Reading
from apps.ingest.connectors.dvc.files import Import
from apps.ingest.connectors.dvc.history import SeenData, read_history
from apps.ingest.connectors.dvc.records import Things, external_key, is_proof
from apps.ingest.connectors.dvc.registry import registered
from apps.ingest.connectors.dvc.stages import run_records
from apps.ingest.connectors.git.names import namespace_of, text
from apps.ingest.connectors.git.objects import Repository
from apps.ingest.connectors.git.records import Whole
from apps.ingest.connectors.git.remote import read_repository, said_of

PRODUCER = "dvc"
ADAPTED = {"stale_lock", "no_such_artifact", "shallow", "alternates"}


def read(access: Access) -> Iterator[Reading]:
    """One reading a registered model, a file or folder that DVC tracks, and a run."""
    yield from read_repository(access, _read)


def test(access: Access) -> str:
    """How many branches and tags there are. ConnectorError if the repository cannot be read."""
    return said_of(access)


def _read(repository: Repository) -> Iterator[Reading]:
    """Registered models first, so that they bear the names people gave; then data, then runs."""
    history = read_history(repository)
    things = Things(history)
    first = _remarks(repository)
    for whole in registered(things):
        yield whole.reading(PRODUCER)
    for data in history.data.values():
        yield _data(things, data).reading(PRODUCER)
    names = _names(repository)
    for run in history.runs.values():
        yield run_records(things, run, names).reading(PRODUCER)
    last = _remarks(repository)
    yield Reading(
        unit="history",
        adapted=(*first.adapted, *last.adapted),
        refused=(*first.refused, *last.refused),
    )


def _remarks(repository: Repository) -> Reading:
    found = repository.take_remarks()
    return Reading(
        adapted=tuple(one for one in found if one.code in ADAPTED),
        refused=tuple(one for one in found if one.code not in ADAPTED),
    )


def _names(repository: Repository) -> dict[str, list[str]]:
    """Tags and experiments by commit."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for tag in repository.tags():
        found[tag.commit].append(tag.name)
    for ref, sha in sorted(repository.refs.items()):
        if ref.startswith(b"refs/exps/") and not ref.startswith(b"refs/exps/exec/"):
            found[text(sha)].append(f"experiment {text(ref).rpartition('/')[2]}")
    return found


def _data(things: Things, seen: SeenData) -> Whole:
    place = f"{seen.commit}:{seen.place}"
    whole = Whole(place, f"data/{seen.output.path}@{seen.output.value}")
    key = things.add(whole, seen.output, seen=seen.last_time)
    whole.about[key] = None
    for one in seen.file.imports:
        _imported(things, whole, key, seen, one)
    return whole


def _imported(things: Things, whole: Whole, key: ArtifactKey, seen: SeenData, one: Import) -> None:
    """Where an import came from. A file's copy has its digest: it is the same artifact."""
    about = whole.artifacts[key].facets["dvc"]
    if one.repository:
        about["imported_from"] = {
            "repository": namespace_of(one.repository),
            "path": one.source.path,
            "asked_for": one.asked_for,
            "commit": one.commit,
        }
        version = seen.output.value or one.commit
        source = ArtifactKey(namespace_of(one.repository), key.kind, one.source.path, version)
    elif one.source.url:
        about["imported_from"] = {"url": one.source.url, one.source.scheme: one.source.value}
        source = external_key(one.source, key.kind)
    else:
        source = things.key(one.source)
    record = whole.artifacts[key]
    same = bool(one.repository) and is_proof(seen.output, record)
    whole.artifacts[source] = ArtifactRecord(
        namespace=source.namespace,
        kind=source.kind,
        name=source.name,
        version=source.version,
        digest=record.digest if same else "",
        uri=one.source.url,
    )
    if not same and source != key:
        whole.edge(source, key, "derived")
