"""When two artifacts are one: which names elsewhere prove it, and which merges the graph can bear.

An identifier that *proves* belongs to one artifact of its kind: a record that arrives with it is
that artifact. Any other identifier finds what bears it and proves nothing: a deployment shares its
endpoint with the one before it, and its image with the one beside it.
"""

import hashlib
import re
from collections import deque
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from apps.graph.cycles import members_of_cycles
from apps.graph.traverse import adjacency
from apps.graph.vocabulary import Kind

N = TypeVar("N", bound=Hashable)

# Hexadecimal digits of each digest of raw content. A digest of another make, such as MLflow's
# eight digits over the first 10,000 rows, bears a scheme of its own and proves nothing.
DIGEST_LENGTHS = {
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "blake3": 64,
}
# The digest of one of these is that of a file about it. Two runs may log the same file.
NOT_ITS_CONTENT = frozenset({Kind.RUN, Kind.EVALUATION, Kind.DEPLOYMENT, Kind.APPLICATION})
# What many unrelated things contain.
_WORDS = (b"", b"{}", b"[]", b"null", b"true", b"false", b"0", b"1", b'""', b"---", b"\xef\xbb\xbf")
_EMPTY_ARCHIVES = (b"PK\x05\x06" + bytes(18), bytes(1024), bytes(10240))
TRIVIAL_CONTENTS = (
    *(word + end for word in _WORDS for end in (b"", b"\n", b"\r\n")),
    *(b" ", b"\0"),
    *_EMPTY_ARCHIVES,
)
TRIVIAL_DIGESTS = frozenset(
    (scheme, hashlib.new(scheme, content).hexdigest())
    for scheme in DIGEST_LENGTHS.keys() - {"blake3"}
    for content in TRIVIAL_CONTENTS
) | {
    ("blake3", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
    # Git's own digests of an empty file and an empty folder.
    ("sha1", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
    ("sha1", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
}
TRIVIAL_BYTES = 64

# Under which OpenLineage knows what it calls a dataset: data, features and models alike.
OPENLINEAGE = "openlineage"
DATASET_LIKE = (Kind.MODEL, Kind.FEATURE_SET, Kind.DATASET)

# What names one version elsewhere, by scheme, and what it then looks like.
SUGGESTING = {
    "model_uri": re.compile(r"models:/[^/@]+/[0-9]+\Z"),
    "mlflow_model": re.compile(r"m-[0-9a-f]{32}\Z"),
    "mlflow_run": re.compile(r"[0-9a-f]{32}\Z"),
    "kfp_run": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"),
    "wandb_artifact": re.compile(r".+/.+/.+:v[0-9]+\Z"),
    "hf_repo": re.compile(r".+@[0-9a-f]{40}\Z"),
    "uri": re.compile(r"[?&#](?:versionId|generation|version)=[^&]+|@sha256:[0-9a-f]{64}\Z"),
}
RUN_SCHEMES = frozenset({"mlflow_run", "kfp_run"})

_HEX = re.compile(r"[0-9a-f]+\Z")
# W&B keeps one version of a collection for one digest over its files: `team/project/name@digest`.
_WANDB_VERSION = re.compile(r".+/.+/.+@([0-9a-f]{32})\Z")
_WANDB_OF_NOTHING = "64e7c61456b10382e2f3b571ac24b659"
_COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_IMAGE_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_LOWER_CASE = DIGEST_LENGTHS.keys() | {"git_commit", "git_dirty_commit"}


def normalised(scheme: str, value: str) -> str:
    """The one spelling of an identifier.

    >>> normalised("git_commit", "A91F3E2")
    'a91f3e2'
    >>> normalised("oci_image", "registry.example/scorer@sha256:9f86")
    'sha256:9f86'
    """
    if scheme == "oci_image":
        _, at, digest = value.rpartition("@")
        return digest.lower() if at or value.lower().startswith("sha256:") else value
    return value.lower() if scheme in _LOWER_CASE else value


def realm(kind: str, scheme: str) -> str:
    """The kind within which an identifier of the scheme belongs to one artifact.

    One event may know as a dataset what another knows to be a model.

    >>> realm("model", "openlineage"), realm("model", "sha256")
    ('dataset', 'model')
    """
    alike = scheme == OPENLINEAGE and kind in DATASET_LIKE
    return Kind.DATASET.value if alike else kind


def says_most(kind: str) -> int:
    """Of several kinds of one thing the one with the least number is the most exact."""
    return DATASET_LIKE.index(Kind(kind)) if kind in DATASET_LIKE else 0


def suggests(kind: str, scheme: str, value: str) -> bool:
    """Whether two artifacts of the kind that bear this identifier, normalised, may well be one, so
    that a person should look: a version in a registry, an address that names a version.

    >>> suggests("model", "model_uri", "models:/fraud/4")
    True
    >>> suggests("model", "model_uri", "models:/fraud@champion")  # a name that moves
    False
    >>> suggests("run", "kfp_run", "5ce1b0c4-7a53-4a43-9d5f-1f7f0a3d2b11")
    True
    >>> suggests("dataset", "uri", "s3://lake/raw.csv?versionId=3HL4kqt")
    True
    >>> suggests("dataset", "uri", "s3://lake/raw.csv")  # written again tomorrow
    False
    """
    if kind in NOT_ITS_CONTENT and scheme not in RUN_SCHEMES:
        return False
    pattern = SUGGESTING.get(scheme)
    return pattern is not None and pattern.search(value) is not None


def proves(kind: str, scheme: str, value: str) -> bool:
    """Whether two artifacts of the kind that bear this identifier, normalised, are one.

    >>> proves("model", "md5", "9e107d9d372bb6826bd81d3542a419d6")
    True
    >>> proves("model", "md5", "d41d8cd98f00b204e9800998ecf8427e")  # of empty content
    False
    >>> proves("code", "git_commit", "a91f3e2"), proves("dataset", "mlflow", "0ab12c34")
    (False, False)
    >>> proves("model", "wandb_version", "acme/churn/churn-model@189c8dee8c5704bfd38bbe5dea649936")
    True
    """
    if scheme in DIGEST_LENGTHS:
        return (
            kind not in NOT_ITS_CONTENT
            and len(value) == DIGEST_LENGTHS[scheme]
            and _HEX.match(value) is not None
            and len(set(value)) > 1
            and (scheme, value) not in TRIVIAL_DIGESTS
        )
    if scheme == OPENLINEAGE:
        return kind in DATASET_LIKE
    if scheme == "git_commit":
        return kind == Kind.CODE and _COMMIT.match(value) is not None and len(set(value)) > 1
    if scheme == "oci_image":
        return (
            kind == Kind.ENVIRONMENT
            and _IMAGE_DIGEST.match(value) is not None
            and len(set(value.removeprefix("sha256:"))) > 1
        )
    if scheme == "wandb_version":
        found = _WANDB_VERSION.match(value)
        return kind not in NOT_ITS_CONTENT and found is not None and found[1] != _WANDB_OF_NOTHING
    return False


def is_trivial(kind: str, facets: Mapping[str, Any]) -> bool:
    """Whether the content is said to be so little that its digest proves nothing.

    >>> is_trivial("dataset", {"dataset": {"rows": 0}}), is_trivial("dataset", {})
    (True, False)
    """
    about = facets.get(kind)
    if not isinstance(about, dict):
        return False
    size = about.get("size_bytes")
    return about.get("rows") == 0 or (isinstance(size, int) and size <= TRIVIAL_BYTES)


def clusters_of(groups: Iterable[Collection[N]]) -> list[list[N]]:
    """Groups that share a member, as one; each in the order in which its members were met.

    >>> clusters_of([[1, 2], [3, 4], [2, 5]])
    [[1, 2, 5], [3, 4]]
    """
    of: dict[N, list[N]] = {}
    for group in groups:
        whole: list[N] = []
        for member in group:
            for one in of.get(member, [member]):
                if one not in whole:
                    whole.append(one)
        of.update(dict.fromkeys(whole, whole))
    return list({id(cluster): cluster for cluster in of.values()}.values())


def refuse_merges(
    clusters: Sequence[Sequence[N]], steps: Iterable[tuple[N, N]]
) -> dict[int, list[N]]:
    """The clusters, by their place, whose members cannot be one, each with a path that leads from
    one member to another. Clusters are taken in the order given.

    `steps` are those of the graph, as far as the members reach.

    >>> refuse_merges([["raw", "copy"], ["x", "y"]], [("raw", "job"), ("job", "copy")])
    {0: ['raw', 'job', 'copy']}
    >>> refuse_merges([["a1", "a2"], ["b1", "b2"]], [("a1", "b1"), ("b2", "a2")])
    {1: ['b2', 'a1', 'b1']}
    """
    downstream = adjacency(steps)
    one_of = {member: cluster[0] for cluster in clusters for member in cluster}
    joined: dict[N, set[N]] = {}
    for up, downs in downstream.items():
        joined.setdefault(one_of.get(up, up), set()).update(one_of.get(to, to) for to in downs)
    suspects = members_of_cycles(joined)
    accepted: dict[N, Sequence[N]] = {}
    refused: dict[int, list[N]] = {}
    for cluster in clusters:
        if cluster[0] not in suspects:
            accepted.update(dict.fromkeys(cluster, cluster))
    for place, cluster in enumerate(clusters):
        if cluster[0] in suspects:
            if (path := _path_within(cluster, downstream, accepted)) is None:
                accepted.update(dict.fromkeys(cluster, cluster))
            else:
                refused[place] = path
    return refused


def _path_within(
    cluster: Sequence[N], downstream: Mapping[N, Sequence[N]], accepted: Mapping[N, Sequence[N]]
) -> list[N] | None:
    """A path from one member to another, where what is accepted as one is passed through as one."""
    for start in cluster:
        others = set(cluster) - {start}
        came_from: dict[N, N] = {}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            if here in others:
                return _path_back(came_from, start, here)
            for standing in accepted.get(here, (here,)):
                for following in downstream.get(standing, ()):
                    first = accepted.get(following, (following,))[0]
                    if first not in came_from and first != start:
                        came_from[first] = here
                        queue.append(first)
    return None


def _path_back(came_from: Mapping[N, N], start: N, end: N) -> list[N]:
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
