"""One thing seen under two names is one artifact: merging on arrival, by proof."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q

from apps.catalog.models import Artifact, Merge
from apps.catalog.selectors import links_from, with_live_edges
from apps.catalog.services.bearing import bearers_of
from apps.catalog.services.conflicts import ConflictDraft, Proof, record_conflicts, void_proofs
from apps.catalog.services.merging import MergeDraft, merge, split
from apps.catalog.services.writing import Change
from apps.graph.identity import (
    DIGEST_LENGTHS,
    clusters_of,
    is_trivial,
    proves,
    realm,
    refuse_merges,
    says_most,
)
from apps.graph.merge import contradicts

CHUNK = 5000
MADE_FROM_IT = "one was made from the other"
VOID = "What proved it is void: two that bear it cannot be one. The contradiction says why."
Bearers = dict[Proof, list[int]]


def merge_proved(*, change: Change, claims: Iterable[Proof]) -> None:
    """Merge what newly claimed identifiers prove to be one; the one known first survives, or the
    one whose kind says more.

    Where a path leads from one bearer to another (a copy of itself, say), the identifier does not
    tell which of them is meant: it is void from then on, and what it proved is recorded as a
    conflict.
    """
    shared = bearers_of({claim for claim in claims if proves(*claim)})
    for void in void_proofs(shared):
        del shared[void]
    if not shared:
        return
    rows = _rows({pk for ids in shared.values() for pk in ids})
    shared = _mergeable(shared, rows)
    clusters = clusters_of(shared[proof] for proof in sorted(shared))
    reason_of, paths = _refused(clusters, rows)
    named = rows | _rows({pk for path in paths.values() for pk in path} - rows.keys())
    bearing = _bearing(shared)
    drafts: list[MergeDraft] = []
    conflicts: list[ConflictDraft] = []
    for place, cluster in enumerate(clusters):
        if (why := reason_of.get(place)) is not None:
            path = [named[pk] for pk in paths.get(place, ())]
            ends = (path[0], path[-1]) if path else (rows[cluster[0]], rows[cluster[1]])
            proofs = {proof for pk in cluster for proof in bearing[pk]}
            conflicts += [_conflict(proof, *ends, why, path) for proof in sorted(proofs)]
        else:
            first = min(cluster, key=lambda pk: (says_most(rows[pk].kind), pk))
            drafts += [_draft(first, one, bearing) for one in sorted(cluster) if one != first]
    if conflicts:
        _void(change, conflicts)
    if drafts:
        merge(change=change, drafts=drafts)


def _refused(
    clusters: Sequence[Sequence[int]], rows: Mapping[int, Artifact]
) -> tuple[dict[int, str], dict[int, list[int]]]:
    """By its place, why the members of a cluster cannot be one; and where that is a path, which."""
    reason_of = {
        place: f"their digests {rows[one].digest} and {rows[other].digest} differ"
        for place, cluster in enumerate(clusters)
        if (found := _contradicting(cluster, rows))
        for one, other in [found]
    }
    standing = [place for place in range(len(clusters)) if place not in reason_of]
    on_path = refuse_merges([clusters[place] for place in standing], _steps(clusters))
    paths = {standing[place]: path for place, path in on_path.items()}
    return reason_of | dict.fromkeys(paths, MADE_FROM_IT), paths


def _rows(ids: Collection[int]) -> dict[int, Artifact]:
    every = sorted(ids)
    return {
        one.pk: one
        for start in range(0, len(every), CHUNK)
        for one in Artifact.objects.filter(pk__in=every[start : start + CHUNK])
    }


def _mergeable(shared: Bearers, rows: Mapping[int, Artifact]) -> Bearers:
    """Without content that proves nothing, content that was removed, and what a person split."""
    apart = _kept_apart(rows)
    kept: Bearers = {}
    for proof, ids in shared.items():
        left = [pk for pk in ids if _may_be_known_by(proof, rows[pk])]
        left = [pk for pk in left if not apart[pk] & set(left)]
        if len(left) > 1:
            kept[proof] = left
    return kept


def _may_be_known_by(proof: Proof, artifact: Artifact) -> bool:
    """Not if a claim contradicts the digest that the artifact's own record gives."""
    _, scheme, value = proof
    return not (
        artifact.is_tombstone
        or (scheme in DIGEST_LENGTHS and is_trivial(artifact.kind, artifact.facets))
        or contradicts(artifact.digest, f"{scheme}:{value}")
    )


def _kept_apart(rows: Mapping[int, Artifact]) -> dict[int, set[int]]:
    """Of each survivor those that a person split it from."""
    ids = list(rows)
    found: dict[int, set[int]] = defaultdict(set)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        either = Q(artifact__in=chunk) | Q(artifact__merged_into__in=chunk)
        parted = Merge.objects.filter(either, split_by__isnull=False)
        for merged in parted.select_related("artifact", "survivor").only(
            "artifact__merged_into", "survivor__merged_into"
        ):
            found[merged.artifact.survivor_id].add(merged.survivor.survivor_id)
    return found


def _contradicting(cluster: Sequence[int], rows: Mapping[int, Artifact]) -> tuple[int, int] | None:
    for place, one in enumerate(cluster):
        for other in cluster[:place]:
            if contradicts(rows[other].digest, rows[one].digest):
                return other, one
    return None


def _steps(clusters: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The steps over which one member of a cluster may lead to another."""
    every = {pk for cluster in clusters for pk in cluster}
    leading = with_live_edges(ids=every, end="upstream")
    led_to = with_live_edges(ids=every, end="downstream") if leading else set()
    starts = {
        pk
        for cluster in clusters
        for pk in cluster
        if pk in leading and any(other in led_to for other in cluster if other != pk)
    }
    return [(up, down) for up, down, _ in links_from(starts)] if starts else []


def _bearing(shared: Bearers) -> dict[int, list[Proof]]:
    found: dict[int, list[Proof]] = defaultdict(list)
    for proof in sorted(shared):
        for pk in shared[proof]:
            found[pk].append(proof)
    return found


def _draft(survivor: int, artifact: int, bearing: Mapping[int, list[Proof]]) -> MergeDraft:
    both = [one for one in bearing[artifact] if one in bearing[survivor]]
    _, scheme, value = (both or bearing[artifact])[0]
    return MergeDraft(artifact=artifact, survivor=survivor, scheme=scheme, value=value)


def _conflict(
    proof: Proof, first: Artifact, second: Artifact, why: str, path: Sequence[Artifact] = ()
) -> ConflictDraft:
    """That both bear the identifier and yet are two."""
    _, scheme, value = proof
    detail = (
        f"{first.key} and {second.key} both bear {scheme}:{value}, yet {why}. They are kept as two."
    )
    keys = tuple(one.key for one in path)
    return ConflictDraft("identity", first, second, detail, path=keys, proof=proof)


def _void(change: Change, conflicts: Sequence[ConflictDraft]) -> None:
    """Keep it as conflicts that these identifiers prove nothing, and undo what they did prove."""
    record_conflicts(change=change, drafts=conflicts)
    proofs = {draft.proof for draft in conflicts if draft.proof}
    live = Merge.objects.filter(split_in__isnull=True, value__in={value for _, _, value in proofs})
    undone = [
        one for one in live.select_related("artifact").order_by("pk") if _proof_of(one) in proofs
    ]
    if undone:
        split(change=change, merges=undone, reason=VOID)


def part_proved(*, change: Change, paths: Iterable[Sequence[int]]) -> bool:
    """Split what was merged by proof on paths that a new edge would close; say if there was any.

    The edge is a statement, the merge only a conclusion from one.
    """
    every = sorted({pk for path in paths for pk in path})
    by_proof: dict[Proof, Merge] = {}
    for start in range(0, len(every), CHUNK):
        live = Merge.objects.filter(split_in__isnull=True).exclude(scheme="")
        on_path = live.filter(artifact__merged_into__in=every[start : start + CHUNK])
        for one in on_path.select_related("artifact", "survivor").order_by("pk"):
            by_proof.setdefault(_proof_of(one), one)
    if by_proof:
        _void(
            change,
            [
                _conflict(proof, one.survivor, one.artifact, MADE_FROM_IT)
                for proof, one in sorted(by_proof.items(), key=lambda found: found[0])
            ],
        )
    return bool(by_proof)


def _proof_of(merged: Merge) -> Proof:
    return realm(merged.artifact.kind, merged.scheme), merged.scheme, merged.value
