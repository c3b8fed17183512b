"""The commits of the two small repositories, with the hashes git itself would give them.

The files on disk are the newest state. Each commit names the files it added and the passages it
changed, so every earlier text is found by going back, and every recorded run executes the text of
the commit it names.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Change:
    """`before` became `after` in one file."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Commit:
    """A commit as it is planned; `sha` and `files` are filled in by `repository`."""

    message: str
    author: str
    when: str
    added: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()
    sha: str = ""
    files: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> dict[str, str]:
        return dict(self.files)


PIPELINE = (
    Commit(
        "Load, features, training, scoring",
        "Ines Duarte <ines@example.com>",
        "2026-06-29T09:12:00",
        added=("features.py", "load.py", "score.py", "train.py"),
    ),
    Commit(
        "Count how often the card was used today",
        "Ines Duarte <ines@example.com>",
        "2026-08-20T14:31:00",
        changed=(
            Change("features.py", "", '    "card_uses_today",\n'),
            Change("features.py", "", '        "card_uses_today": rows["card_uses_today"],\n'),
        ),
    ),
    Commit(
        "Purchases abroad and at odd hours; int8, distilled and calibrated scorers",
        "Tomas Berg <tomas@example.com>",
        "2026-09-24T16:05:00",
        added=("compress.py",),
        changed=(
            Change("features.py", "", '    "abroad",\n    "odd_hour",\n'),
            Change(
                "features.py",
                "",
                '        "abroad": rows["country"] != buyer["country"],\n'
                '        "odd_hour": rows["hour"] < MORNING,\n',
            ),
        ),
    ),
    Commit(
        "Mark refunds from the day they are asked for",
        "Joost Maas <joost@example.com>",
        "2026-10-29T17:48:00",
        changed=(
            Change(
                "load.py",
                '    lines = np.sort(refunds[refunds["state"] == "paid"], order="txn_id")\n',
                '    lines = np.sort(refunds, order="txn_id")\n',
            ),
        ),
    ),
    Commit(
        "Search over settings instead of taking last month's",
        "Tomas Berg <tomas@example.com>",
        "2026-11-04T10:22:00",
        changed=(
            Change(
                "train.py",
                "",
                '''def candidates(count: int, seed: int) -> list[dict]:
    """Settings to try, drawn at random."""
    draw = np.random.default_rng(seed)
    return [
        {
            "learning_rate": float(draw.choice([0.03, 0.05, 0.1, 0.2])),
            "max_depth": int(draw.integers(2, 10)),
            "min_samples_leaf": int(draw.choice([1, 2, 5, 20, 50])),
            "n_estimators": int(draw.choice([30, 60, 90])),
            "subsample": float(draw.choice([0.6, 0.8, 1.0])),
        }
        for _ in range(count)
    ]


''',
            ),
        ),
    ),
)

CHARGEBACKS = (
    Commit(
        "Chargeback propensity",
        "Amara Obi <amara@example.com>",
        "2026-08-05T11:40:00",
        added=("propensity.py",),
        changed=(),
    ),
    Commit(
        "Tell night from day",
        "Amara Obi <amara@example.com>",
        "2026-10-05T08:55:00",
        changed=(
            Change(
                "propensity.py",
                'FEATURES = ("amount_log", "merchant_risk", "refunded")\n',
                'FEATURES = ("amount_log", "merchant_risk", "refunded", "night")\n',
            ),
            Change("propensity.py", "", '    night = rows["hour"] < MORNING\n'),
            Change("propensity.py", 'rows["refunded"])\n', 'rows["refunded"], night)\n'),
        ),
    ),
)


def repository(folder: str, planned: tuple[Commit, ...]) -> list[Commit]:
    """The commits, oldest first, with their texts and git hashes.

    Raises `ValueError` when a file on disk no longer holds a passage that a commit brought.
    """
    texts = {path.name: path.read_text() for path in sorted((HERE / folder).glob("*.py"))}
    states = []
    for commit in reversed(planned):
        states.append(dict(texts))
        for change in reversed(commit.changed):
            if texts[change.path].count(change.after) != 1:
                raise ValueError(f"{change.path} does not hold {change.after!r} exactly once.")
            texts[change.path] = texts[change.path].replace(change.after, change.before)
        for name in commit.added:
            del texts[name]
    if texts:
        raise ValueError(f"No commit of {folder} adds {sorted(texts)}.")
    found: list[Commit] = []
    for commit, files in zip(planned, reversed(states), strict=True):
        before = found[-1].sha if found else ""
        found.append(_hashed(commit, files, before))
    return found


def git_hash(kind: str, body: bytes) -> str:
    """The name git gives a blob, tree or commit."""
    header = f"{kind} {len(body)}\0".encode()
    return hashlib.sha1(header + body, usedforsecurity=False).hexdigest()


def tree_hash(files: dict[str, str]) -> str:
    body = b"".join(
        f"100644 {name}\0".encode() + bytes.fromhex(git_hash("blob", text.encode()))
        for name, text in sorted(files.items())
    )
    return git_hash("tree", body)


def _hashed(commit: Commit, files: dict[str, str], before: str) -> Commit:
    seconds = int(datetime.fromisoformat(commit.when).replace(tzinfo=UTC).timestamp())
    lines = [f"tree {tree_hash(files)}"]
    lines += [f"parent {before}"] if before else []
    lines += [f"{who} {commit.author} {seconds} +0000" for who in ("author", "committer")]
    body = "\n".join([*lines, "", commit.message, ""]).encode()
    return Commit(
        commit.message,
        commit.author,
        commit.when,
        commit.added,
        commit.changed,
        git_hash("commit", body),
        tuple(sorted(files.items())),
    )
