"""The fraud team's part: training sets, four scorers, and the search of November."""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from examples.fraud import data
from examples.fraud.book import Book, Job, Key, moment, sha256
from examples.fraud.platforms import Checkout
from examples.fraud.warehouse import Warehouse, version_at

TRAIN, FEATURES, REGISTRY = "payments/fraud-train", "payments/features", "payments/registry"
OWNER = "fraud-ml"
SEARCH_TRIALS = 40
SETTINGS = {
    "learning_rate": 0.1,
    "max_depth": 3,
    "min_samples_leaf": 20,
    "n_estimators": 60,
    "subsample": 0.8,
}


@dataclass(frozen=True)
class Plan:
    """One version of the scorer: when, from which months, by which commit and features."""

    version: str
    day: str
    months: tuple[int, ...]
    features: str
    seed: int
    environment: str
    settings: dict[str, float] | None
    words: str


PLANS = (
    Plan("v1", "2026-07-03", (5, 6), "v1", 11, "2026.06", SETTINGS, "First scorer in production."),
    Plan("v2", "2026-09-03", (6, 7, 8), "v2", 12, "2026.06", {**SETTINGS, "max_depth": 4},
         "Knows how often the card was used today."),
    Plan("v3", "2026-10-05", (7, 8, 9), "v3", 13, "2026.10", SETTINGS,
         "Knows purchases abroad and at odd hours."),
    Plan("v4", "2026-11-05", (8, 9, 10), "v3", 14, "2026.10", None,
         "Winner of a search over 40 settings, chosen by average precision on validation."),
)  # fmt: skip


@dataclass
class Sets:
    """The three parts of one training table, in memory and as recorded."""

    x: dict[str, np.ndarray]
    y: dict[str, np.ndarray]
    keys: dict[str, Key]
    features: Key


@dataclass
class Scorer:
    """A trained scorer: its weights, what made them, its metrics on its own test rows."""

    key: Key
    weights: bytes
    checkout: Checkout
    job: Job
    sets: Sets
    plan: Plan
    metrics: dict[str, float]


def feature_set(book: Book, checkout: Checkout, version: str) -> Key:
    names = checkout.module("features").FEATURES
    key = Key(FEATURES, "feature_set", "checkout_features", version)
    book.artifact(
        key,
        checkout.commit.when,
        digest=sha256(checkout.files["features.py"]),
        owner=OWNER,
        description=f"{len(names)} features of a purchase at the moment of checkout.",
        facets={"feature_set": {"features": list(names)}},
    )
    book.edge(checkout.key, "derived", key)
    return key


def build_sets(
    book: Book, warehouse: Warehouse, plan: Plan, checkout: Checkout, job: Job, features: Key
) -> Sets:
    """Join the plan's months with labels and features, split them, record the three parts."""
    clock = time.perf_counter()
    people, shops = (
        versions[version_at(versions, plan.day)] for versions in (warehouse.people, warehouse.shops)
    )
    rows = np.concatenate([warehouse.rows[number] for number in plan.months])
    x = checkout.module("features").table(rows, people[1], shops[1])
    y = warehouse.labels(rows, list(plan.months))
    parts = checkout.module("train").split(len(rows), plan.seed)
    run = book.run(
        job,
        "build_training_sets",
        plan.version,
        started=moment(f"{plan.day}T06:00"),
        seconds=time.perf_counter() - clock,
        said={
            "seed": plan.seed,
            "parameters": {"months": [f"2026-{number:02d}" for number in plan.months]},
            "metrics": {"rows": len(rows), "fraud_share": round(float(y.mean()), 4)},
        },
        description="Labels purchases by chargebacks, computes features, splits by row.",
    )
    for number in plan.months:
        book.edge(warehouse.raw[number], "input", run)
        book.edge(warehouse.chargebacks[number], "input", run)
    for upstream in (people[0], shops[0]):
        book.edge(upstream, "input", run)
    book.edge(features, "features", run)
    sets = Sets({}, {}, {}, features)
    names = (*checkout.module("features").FEATURES, "fraud")
    for part, chosen in parts.items():
        sets.x[part], sets.y[part] = x[chosen], y[chosen]
        sets.keys[part] = book.dataset(
            Key(TRAIN, "dataset", f"fraud_{part}", plan.version),
            data.as_csv(np.column_stack([x[chosen], y[chosen]]), names),
            f"{plan.day}T06:05",
            owner=OWNER,
            description=f"The {part} rows for fraud-scorer {plan.version}.",
            tags=["labelled"],
        )
        book.edge(run, "output", sets.keys[part])
    return sets


def train(book: Book, sets: Sets, plan: Plan, checkout: Checkout, job: Job) -> Scorer:
    """One run with last month's settings, or a search that keeps its losers as runs."""
    started = moment(f"{plan.day}T07:00")
    if plan.settings:
        run, model, _ = _trial(
            book, sets, plan, checkout, job, ("train_fraud_scorer", plan.version, started)
        )
        return _note(book, run, model, sets, plan, checkout, job)
    best: tuple[float, Key, object, Plan] | None = None
    settings = checkout.module("train").candidates(SEARCH_TRIALS, plan.seed)
    for number, candidate in enumerate(settings, start=1):
        tried = replace(plan, settings=candidate, seed=100 + number)
        where = ("search_fraud_scorer", f"trial-{number:02d}", started + timedelta(minutes=number))
        run, model, quality = _trial(book, sets, tried, checkout, job, where)
        if best is None or quality > best[0]:
            best = (quality, run, model, tried)
    _, run, model, tried = best
    return _note(book, run, model, sets, tried, checkout, job)


def _trial(
    book: Book,
    sets: Sets,
    plan: Plan,
    checkout: Checkout,
    job: Job,
    where: tuple[str, str, datetime],
) -> tuple[Key, object, float]:
    """Fit, measure on validation, note the run. Returns its key, the model, the quality."""
    name, version, started = where
    code = checkout.module("train")
    clock = time.perf_counter()
    model = code.fit(sets.x["training"], sets.y["training"], plan.settings, plan.seed)
    seconds = time.perf_counter() - clock
    scores = model.predict_proba(sets.x["validation"])[:, 1]
    measured = code.measure(sets.y["validation"], scores)
    run = book.run(
        job,
        name,
        version,
        started=started,
        seconds=seconds,
        said={
            "seed": plan.seed,
            "parameters": plan.settings,
            "metrics": {f"validation_{metric}": value for metric, value in measured.items()},
        },
    )
    book.edge(sets.keys["training"], "training", run)
    book.edge(sets.keys["validation"], "validation", run)
    book.edge(sets.features, "features", run)
    tracked = sha256(f"{name} {version} {checkout.commit.sha}".encode())
    book.identifier(run, "mlflow_run", tracked.partition(":")[2][:32])
    return run, model, measured["average_precision"]


def _note(
    book: Book,
    run: Key,
    model: object,
    sets: Sets,
    plan: Plan,
    checkout: Checkout,
    job: Job,
) -> Scorer:
    """Record the weights as a model version, measured on the test set of its own table."""
    weights = checkout.module("train").weights(model)
    scores = checkout.module("score").score(weights, sets.x["test"])
    metrics = checkout.module("train").measure(sets.y["test"], scores)
    key = model_version(
        book,
        "fraud-scorer",
        plan,
        weights,
        metrics=metrics,
        words=plan.words,
        style=("json", "scikit-learn"),
    )
    book.edge(run, "output", key)
    return Scorer(key, weights, checkout, job, sets, plan, metrics)


def model_version(
    book: Book,
    name: str,
    plan: Plan,
    weights: bytes,
    *,
    metrics: dict[str, float],
    words: str,
    style: tuple[str, str],
) -> Key:
    """A model in the registry; `style` is its format and framework."""
    key = Key(REGISTRY, "model", name, plan.version)
    digest = sha256(weights)
    book.artifact(
        key,
        f"{plan.day}T09:00",
        digest=digest,
        uri=f"s3://payments-registry/{name}/{plan.version}/weights.json",
        owner=OWNER,
        description=words,
        tags=["fraud"],
        facets={
            "model": {
                "format": style[0],
                "framework": style[1],
                "task": "binary classification",
                "license": "proprietary",
                "size_bytes": len(weights),
                "metrics": metrics,
            }
        },
    )
    book.identifier(key, "sha256", digest.partition(":")[2])
    return key
