"""The risk team's model: it shares the warehouse, and only *tests* on the newest month."""

import time
from dataclasses import dataclass

import numpy as np

from examples.fraud import data, serving
from examples.fraud.book import Book, Job, Key, moment, sha256
from examples.fraud.platforms import Checkout
from examples.fraud.warehouse import Warehouse, version_at

RISK, OWNER = "risk/chargebacks", "risk-chargebacks"
STRENGTH = 1.0


@dataclass(frozen=True)
class Plan:
    version: str
    day: str
    training: tuple[int, ...]
    testing: int
    words: str


PLANS = (
    Plan("v1", "2026-08-10", (5, 6), 7, "First version, three features."),
    Plan("v2", "2026-11-04", (7, 8, 9), 10, "Tells night from day; retrained on the summer."),
)


def record_chargebacks(
    book: Book, warehouse: Warehouse, checkouts: dict[str, Checkout], environment: Key
) -> None:
    """Two versions from data to deployment, the older one ended when the newer began."""
    words = "Shows merchants which sales may be charged back."
    desk = serving.application(book, "chargeback-desk", OWNER, words)
    for plan, start, end in zip(
        PLANS, ("2026-08-14", "2026-11-09"), ("2026-11-09", ""), strict=True
    ):
        checkout = checkouts[version_at(checkouts, plan.day)]
        model, weights = _version(book, warehouse, plan, checkout, environment)
        deployed = serving.Plan(
            "chargeback-desk", model.name, plan.version, start, end, desk.name, OWNER, 2, serving.EU
        )
        files = {"propensity.py": checkout.files["propensity.py"], "weights.json": weights}
        serving.deploy(book, deployed, model, files, desk)


def _version(
    book: Book, warehouse: Warehouse, plan: Plan, checkout: Checkout, environment: Key
) -> tuple[Key, bytes]:
    code = checkout.module("propensity")
    job = Job(RISK, checkout.key, environment, OWNER)
    features = Key(RISK, "feature_set", "chargeback_features", plan.version)
    book.artifact(
        features,
        f"{plan.day}T05:00",
        digest=sha256(checkout.files["propensity.py"]),
        owner=OWNER,
        description="Features of a sale, known once it is settled.",
        facets={"feature_set": {"features": list(code.FEATURES)}},
    )
    book.edge(checkout.key, "derived", features)
    x, y, training = _set(book, warehouse, plan, (job, code, features), "training")
    test_x, test_y, test = _set(book, warehouse, plan, (job, code, features), "test")

    clock = time.perf_counter()
    weights = code.fit(x, y, STRENGTH)
    metrics = code.measure(test_y, code.score(weights, test_x))
    run = book.run(
        job,
        "train_chargeback_propensity",
        plan.version,
        started=moment(f"{plan.day}T07:00"),
        seconds=time.perf_counter() - clock,
        said={
            "parameters": {"C": STRENGTH},
            "metrics": {f"test_{name}": value for name, value in metrics.items()},
        },
        description="Fits on the training months, tests on the month after them.",
    )
    book.edge(training, "training", run)
    book.edge(test, "testing", run)
    book.edge(features, "features", run)
    return _model(book, plan, run, test, (weights, metrics)), weights


def _set(
    book: Book, warehouse: Warehouse, plan: Plan, made_by: tuple, part: str
) -> tuple[np.ndarray, np.ndarray, Key]:
    """Features and labels of the training months, or of the month to test on."""
    job, code, features = made_by
    months = plan.training if part == "training" else (plan.testing,)
    version = version_at(warehouse.shops, plan.day)
    shops = warehouse.shops[version]
    clock = time.perf_counter()
    rows = np.concatenate([warehouse.rows[number] for number in months])
    x, y = code.table(rows, shops[1]), warehouse.labels(rows, list(months))
    run = book.run(
        job,
        f"build_{part}_set",
        plan.version,
        started=moment(f"{plan.day}T06:00"),
        seconds=time.perf_counter() - clock,
        said={"parameters": {"months": [f"2026-{number:02d}" for number in months]}},
    )
    for number in months:
        book.edge(warehouse.raw[number], "input", run)
        book.edge(warehouse.chargebacks[number], "input", run)
    book.edge(shops[0], "input", run)
    book.edge(features, "features", run)
    key = book.dataset(
        Key(RISK, "dataset", f"chargeback_{part}", plan.version),
        data.as_csv(np.column_stack([x, y]), (*code.FEATURES, "charged_back")),
        f"{plan.day}T06:02",
        owner=OWNER,
        description=f"The {part} rows for chargeback-propensity {plan.version}.",
        tags=["labelled"],
    )
    book.edge(run, "output", key)
    return x, y, key


def _model(
    book: Book, plan: Plan, run: Key, test: Key, made: tuple[bytes, dict[str, float]]
) -> Key:
    weights, metrics = made
    key = Key(RISK, "model", "chargeback-propensity", plan.version)
    digest = sha256(weights)
    book.artifact(
        key,
        f"{plan.day}T08:00",
        digest=digest,
        uri=f"s3://risk-models/chargeback-propensity/{plan.version}/weights.json",
        owner=OWNER,
        description=plan.words,
        tags=["chargebacks"],
        facets={
            "model": {
                "format": "json",
                "framework": "scikit-learn",
                "task": "binary classification",
                "license": "proprietary",
                "size_bytes": len(weights),
                "metrics": metrics,
            }
        },
    )
    book.edge(run, "output", key)
    book.identifier(key, "sha256", digest.partition(":")[2])
    evaluation = Key(RISK, "evaluation", "chargeback-propensity-quality", plan.version)
    book.artifact(
        evaluation,
        f"{plan.day}T09:00",
        owner=OWNER,
        description=f"{plan.version} measured on 2026-{plan.testing:02d}.",
        facets={"evaluation": {"metrics": metrics}},
    )
    book.edge(key, "evaluation", evaluation)
    book.edge(test, "testing", evaluation)
    return key
