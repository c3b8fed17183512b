"""The artifacts that a batch speaks of: found or made, what is said of them joined in."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from apps.catalog.models import Artifact, Deployment
from apps.catalog.services.conflicts import ConflictDraft, record_conflicts
from apps.catalog.services.stating import STATED_FIELDS, state, state_for_survivor
from apps.catalog.services.writing import Change
from apps.graph.facets import DeploymentFacet, read_facet
from apps.graph.hashing import family_hash, key_hash
from apps.graph.merge import contradicts, stated_by
from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind

# Bound values of one IN list; below every database's limit.
CHUNK = 5000
WRITE_CHUNK = 1000
WRITTEN_FIELDS = (*STATED_FIELDS, "is_placeholder", "merged_into", "own_statements")


class StoredArtifacts:
    """The rows of some keys, in memory for the length of one change."""

    def __init__(self, *, change: Change, keys: set[ArtifactKey]) -> None:
        self._change = change
        self._by_key: dict[ArtifactKey, Artifact] = {}
        self._known: set[ArtifactKey] = set()
        self._touched: dict[ArtifactKey, Artifact] = {}
        self._conflicts: list[ConflictDraft] = []
        self._survivors: dict[int, Artifact] = {}
        self._load(keys)
        self._known.update(self._by_key)
        for key in sorted(keys - self._known):
            self._by_key[key] = self._touched[key] = _new_artifact(key, change)

    def __getitem__(self, key: ArtifactKey) -> Artifact:
        return self._by_key[key]

    def __iter__(self) -> Iterator[Artifact]:
        return iter(self._by_key.values())

    def survivor(self, key: ArtifactKey) -> Artifact:
        """What the key's artifact has proved to be; mostly itself."""
        artifact = self._by_key[key]
        return self._survivors.get(artifact.survivor_id, artifact)

    def is_new(self, artifact: Artifact) -> bool:
        return artifact.key not in self._known

    def join(self, records: Iterable[ArtifactRecord]) -> None:
        """Take in what the records say, the ones that carry a digest first."""
        for record in sorted(records, key=lambda one: (one.key, not one.digest, one.digest)):
            artifact = self._by_key[record.key]
            if contradicts(artifact.digest, record.digest):
                artifact = self._other_content(artifact, record)
            if not artifact.is_tombstone:
                self._join_one(artifact, record)

    def _join_one(self, artifact: Artifact, record: ArtifactRecord) -> None:
        stated = stated_by(record)
        if state(artifact, stated):
            self._touched[artifact.key] = artifact
        survivor = self._survivors.get(artifact.survivor_id, artifact)
        if survivor is not artifact and state_for_survivor(survivor, stated):
            self._touched[survivor.key] = survivor

    def _other_content(self, known: Artifact, record: ArtifactRecord) -> Artifact:
        """The version that stands for the contradicting content, made if it is new.

        Edges of this batch that name the version mean the content that this batch states.
        """
        short = record.digest.partition(":")[2][:12]
        version = f"{record.version}+{short}" if record.version else short
        key = ArtifactKey(record.namespace, record.kind, record.name, version)
        if key not in self._by_key:
            self._load({key})
            if key in self._by_key:
                self._known.add(key)
            else:
                self._by_key[key] = _new_artifact(key, self._change)
        other = self._by_key[record.key] = self._by_key[key]
        detail = (
            f"{known.key} is known with the digest {known.digest}, but was stated with "
            f"{record.digest}. Both contents are kept; the second as version {version}."
        )
        self._conflicts.append(ConflictDraft("digest", known, other, detail))
        return other

    def write(self) -> None:
        """Insert the new rows and update the changed ones."""
        new = [one for key, one in self._touched.items() if key not in self._known]
        changed = [one for key, one in self._touched.items() if key in self._known]
        Artifact.objects.bulk_create(new, batch_size=WRITE_CHUNK)
        update_artifacts(changed)
        _write_deployments(new)
        self._change.artifacts_added += len(new)
        self._change.artifacts_changed += len(changed)
        record_conflicts(change=self._change, drafts=self._conflicts)

    def refresh(self) -> None:
        """Read the rows anew, after artifacts were merged or split."""
        ids = [one.pk for one in self._by_key.values()]
        fresh = {
            one.pk: one
            for start in range(0, len(ids), CHUNK)
            for one in Artifact.objects.filter(pk__in=ids[start : start + CHUNK])
        }
        self._by_key = {key: fresh[one.pk] for key, one in self._by_key.items()}
        self._survivors = {}
        self._load_survivors(self._by_key.values())

    def _load(self, keys: set[ArtifactKey]) -> None:
        hashes = [key_hash(key) for key in keys]
        loaded: dict[ArtifactKey, Artifact] = {}
        for start in range(0, len(hashes), CHUNK):
            for one in Artifact.objects.filter(key_hash__in=hashes[start : start + CHUNK]):
                loaded[one.key] = self._survivors.get(one.pk, one)
        self._by_key.update(loaded)
        self._load_survivors(loaded.values())

    def _load_survivors(self, rows: Iterable[Artifact]) -> None:
        """Of each artifact one row only, or what is written to the one is lost with the other."""
        ids = {one.merged_into_id for one in rows if one.merged_into_id}
        if ids:
            held = {one.pk: one for one in self._by_key.values() if one.pk in ids}
            absent = Artifact.objects.filter(pk__in=ids - held.keys())
            self._survivors.update(held | {one.pk: one for one in absent})
            self._known.update(one.key for one in self._survivors.values())


def _new_artifact(key: ArtifactKey, change: Change) -> Artifact:
    return Artifact(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        key_hash=key_hash(key),
        family_hash=family_hash(key),
        is_placeholder=True,
        added_in_id=change.number,
    )


def update_artifacts(changed: Sequence[Artifact]) -> None:
    """Write back rows that exist."""
    # An upsert: bulk_update spells each value as a CASE and takes ten times as long.
    Artifact.objects.bulk_create(
        changed,
        batch_size=WRITE_CHUNK,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=WRITTEN_FIELDS,
    )
    _write_deployments(changed)


def _write_deployments(artifacts: Sequence[Artifact]) -> None:
    rows = [
        Deployment(artifact=one, **msgspec.structs.asdict(_deployment_facet(one)))
        for one in artifacts
        if one.kind == Kind.DEPLOYMENT
    ]
    Deployment.objects.bulk_create(
        rows,
        batch_size=WRITE_CHUNK,
        update_conflicts=True,
        unique_fields=["artifact"],
        update_fields=list(DeploymentFacet.__struct_fields__),
    )


def _deployment_facet(artifact: Artifact) -> DeploymentFacet:
    return read_facet(DeploymentFacet, artifact.facets.get("deployment", {}))
