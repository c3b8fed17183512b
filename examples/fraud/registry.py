"""What is made of a scorer after training, and what each was measured at."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from examples.fraud import data
from examples.fraud.book import Book, Key, moment
from examples.fraud.training import OWNER, REGISTRY, TRAIN, Scorer, model_version
from examples.fraud.warehouse import WAREHOUSE, population

DISTILLED_DEPTH = 5
NOVEMBER_DAYS = 20


@dataclass(frozen=True)
class Variant:
    """One thing made of a scorer: `make` gives its weights."""

    name: str
    role: str
    job: str
    style: tuple[str, str]
    words: str
    make: Callable[[Scorer], bytes]
    parameters: dict[str, float | str]
    reads: str = ""


def _scores(scorer: Scorer, part: str) -> np.ndarray:
    return scorer.checkout.module("score").score(scorer.weights, scorer.sets.x[part])


VARIANTS = (
    Variant(
        "fraud-scorer-int8",
        "quantization",
        "quantise_scorer",
        ("json-int8", "numpy"),
        "Leaf values in int8, thresholds in float16: small enough for card terminals.",
        lambda scorer: scorer.checkout.module("compress").quantise(scorer.weights),
        {"leaves": "int8", "thresholds": "float16"},
    ),
    Variant(
        "fraud-scorer-lite",
        "distillation",
        "distil_scorer",
        ("json", "scikit-learn"),
        "One tree that answers as the full scorer does; merchants can be told why.",
        lambda scorer: scorer.checkout.module("compress").distil(
            scorer.sets.x["training"], _scores(scorer, "training"), DISTILLED_DEPTH, 21
        ),
        {"max_depth": DISTILLED_DEPTH},
        reads="training",
    ),
    Variant(
        "fraud-scorer-calibrated",
        "fine_tuning",
        "calibrate_scorer",
        ("json", "scikit-learn"),
        "Scores that can be read as probabilities (Platt scaling on the validation rows).",
        lambda scorer: scorer.checkout.module("compress").calibrate(
            scorer.weights, _scores(scorer, "validation"), scorer.sets.y["validation"]
        ),
        {"method": "platt"},
        reads="validation",
    ),
)


def record_variants(book: Book, scorer: Scorer, day: str) -> dict[str, tuple[Key, bytes]]:
    """Quantise, distil and calibrate, from the commit that can.

    Returns key and weights by model name.
    """
    made = {scorer.key.name: (scorer.key, scorer.weights)}
    evaluate(book, scorer, scorer.key, scorer.weights, day)
    able = "compress.py" in scorer.checkout.files
    for hour, variant in enumerate(VARIANTS if able else (), start=10):
        clock = time.perf_counter()
        weights = variant.make(scorer)
        run = book.run(
            scorer.job,
            variant.job,
            scorer.plan.version,
            started=moment(f"{day}T{hour}:00"),
            seconds=time.perf_counter() - clock,
            said={"parameters": variant.parameters},
            description=variant.words,
        )
        book.edge(scorer.key, variant.role, run)
        if variant.reads:
            # Calibration learns from its rows, so they contaminate like any training rows.
            book.edge(scorer.sets.keys[variant.reads], "training", run)
        key = model_version(
            book,
            variant.name,
            scorer.plan,
            weights,
            metrics=measured(scorer, weights, scorer.sets.x["test"], scorer.sets.y["test"]),
            words=variant.words,
            style=variant.style,
        )
        book.edge(run, "output", key)
        evaluate(book, scorer, key, weights, day)
        made[variant.name] = (key, weights)
    return made


def measured(scorer: Scorer, weights: bytes, x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """The metrics of weights in any of the forms, as serving would compute them."""
    if b'"step"' in weights:
        weights = scorer.checkout.module("compress").as_float(weights)
    scores = scorer.checkout.module("score").score(weights, x)
    return scorer.checkout.module("train").measure(y, scores)


def evaluate(book: Book, scorer: Scorer, key: Key, weights: bytes, day: str) -> None:
    """The evaluation on the test rows of the scorer's own table."""
    found = measured(scorer, weights, scorer.sets.x["test"], scorer.sets.y["test"])
    version = f"{scorer.plan.version}-test"
    _evaluation(book, key, scorer.sets.keys["test"], version, (f"{day}T18:00", found))


def _evaluation(
    book: Book, model: Key, test: Key, version: str, result: tuple[str, dict[str, float]]
) -> None:
    when, metrics = result
    key = Key(REGISTRY, "evaluation", f"{model.name}-quality", version)
    book.artifact(
        key,
        when,
        owner=OWNER,
        description=f"{model.name} {model.version} measured on {test.name} {test.version}.",
        facets={"evaluation": {"metrics": metrics}},
    )
    book.edge(model, "evaluation", key)
    book.edge(test, "testing", key)


def record_november(book: Book, scorers: list[Scorer], references: tuple[Key, Key]) -> dict:
    """The look back of 22 November: both recent scorers on purchases no training set holds."""
    buyers, sellers = population("2026-11-20")
    arrived = data.month(11, buyers=buyers, sellers=sellers, days=NOVEMBER_DAYS)
    people, shops = data.customers(buyers), data.merchants(sellers)
    newest = scorers[-1]
    clock = time.perf_counter()
    x = newest.checkout.module("features").table(arrived.purchases, people, shops)
    y = np.isin(arrived.purchases["txn_id"], arrived.chargebacks["txn_id"]).astype(int)
    sources = []
    for name, table, words in (
        ("gateway_export", arrived.purchases, "Purchases of 1 to 20 November."),
        ("chargebacks", arrived.chargebacks, "Chargebacks of November as known on the 22nd."),
    ):
        key = Key(WAREHOUSE, "dataset", name, "2026-11")
        content = data.as_csv(table)
        sources.append(
            book.dataset(
                key,
                content,
                "2026-11-22T01:00",
                owner="payments-data",
                description=words,
                tags=["monthly"],
            )
        )
    run = book.run(
        newest.job,
        "build_november_holdout",
        "2026-11-22",
        started=moment("2026-11-22T08:00"),
        seconds=time.perf_counter() - clock,
        said={"metrics": {"rows": len(y), "fraud_share": round(float(y.mean()), 4)}},
        description="Straight from the gateway, without the load that joins refunds.",
    )
    for source in (*sources, *references):
        book.edge(source, "input", run)
    book.edge(newest.sets.features, "features", run)
    names = (*newest.checkout.module("features").FEATURES, "fraud")
    holdout = book.dataset(
        Key(TRAIN, "dataset", "fraud_november_holdout", "2026-11-22"),
        data.as_csv(np.column_stack([x, y]), names),
        "2026-11-22T08:01",
        owner=OWNER,
        description="Purchases of November that no scorer was trained on.",
        tags=["labelled", "holdout"],
    )
    book.edge(run, "output", holdout)
    found = {}
    for scorer in scorers:
        version = scorer.plan.version
        found[version] = measured(scorer, scorer.weights, x, y)
        result = ("2026-11-22T09:00", found[version])
        _evaluation(book, scorer.key, holdout, f"{version}-november", result)
    return found
