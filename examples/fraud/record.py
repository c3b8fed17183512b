"""Live through the example for real and write its lineage down.

Run from the repository's root, in an environment that has scikit-learn (the extra `example`):

    python -m examples.fraud.record

Data are drawn, months loaded, models trained, compressed, measured and packed into images; what is
written to `lineage.json` are the digests, sizes, counts, metrics and durations of exactly that.
Only the calendar is invented.
"""

import json
import tempfile
from pathlib import Path

from examples.fraud.book import Book, Job, write
from examples.fraud.chargeback import RISK, record_chargebacks
from examples.fraud.history import CHARGEBACKS, HERE, PIPELINE, repository
from examples.fraud.platforms import Checkout, check_out, environment
from examples.fraud.registry import record_november, record_variants
from examples.fraud.serving import record_scores, record_serving
from examples.fraud.training import (
    OWNER,
    PLANS,
    TRAIN,
    Scorer,
    build_sets,
    feature_set,
    train,
)
from examples.fraud.warehouse import Warehouse, record_warehouse, version_at

EVIDENCE = "examples/fraud/record.py"


def main() -> None:
    """Record the whole story and say how it went."""
    warehouse_book, training, registry, platform, risk = (
        Book(producer, EVIDENCE)
        for producer in (
            "warehouse-loads",
            "fraud-pipeline",
            "model-registry",
            "serving-platform",
            "chargeback-pipeline",
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        code = _checkouts(training, "pipeline", Path(folder), TRAIN, "fraud-pipeline")
        images = _images(training, code)
        warehouse = record_warehouse(warehouse_book, code, images["2026.06"])
        scorers = _scorers(training, warehouse, code, images)
        weights = {
            version: record_variants(registry, scorer, scorer.plan.day)
            for version, scorer in scorers.items()
        }
        latest = [max(versions.items())[1][0] for versions in (warehouse.people, warehouse.shops)]
        november = record_november(registry, [scorers["v3"], scorers["v4"]], tuple(latest))
        record_serving(platform, scorers, weights)
        record_scores(platform, scorers, images["serving"])
        risk_code = _checkouts(risk, "chargebacks", Path(folder), RISK, "chargeback-model")
        first = min(risk_code.values(), key=lambda one: one.commit.when)
        image = environment(
            risk, first, name="chargeback-train", version="2026.08", when=first.commit.when
        )
        record_chargebacks(risk, warehouse, risk_code, image)
    size = write(HERE / "lineage.json", [warehouse_book, training, registry, platform, risk])
    print(f"lineage.json: {size:,} bytes")
    for version, scorer in scorers.items():
        print(version, scorer.plan.settings, json.dumps(scorer.metrics))
    print("On November:", json.dumps(november))


def _checkouts(
    book: Book, source: str, folder: Path, namespace: str, name: str
) -> dict[str, Checkout]:
    """Every commit of a repository by the day it was made."""
    planned = PIPELINE if source == "pipeline" else CHARGEBACKS
    owner = OWNER if source == "pipeline" else "risk-chargebacks"
    return {
        commit.when[:10]: check_out(
            book, commit, folder, namespace=namespace, name=name, owner=owner
        )
        for commit in repository(source, planned)
    }


def _images(book: Book, code: dict[str, Checkout]) -> dict:
    oldest, third = code[min(code)], code["2026-09-24"]
    made = {
        version: environment(book, checkout, name="fraud-train", version=version, when=when)
        for version, checkout, when in (
            ("2026.06", oldest, "2026-06-30T12:00"),
            ("2026.10", third, "2026-10-01T12:00"),
        )
    }
    made["serving"] = environment(
        book, third, name="fraud-serving", version="2026.10", when="2026-10-01T12:30", serving=True
    )
    return made


def _scorers(
    book: Book, warehouse: Warehouse, code: dict[str, Checkout], images: dict
) -> dict[str, Scorer]:
    scorers: dict[str, Scorer] = {}
    features = {}
    for plan in PLANS:
        checkout = code[version_at(code, plan.day)]
        if plan.features not in features:
            features[plan.features] = feature_set(book, checkout, plan.features)
        job = Job(TRAIN, checkout.key, images[plan.environment], OWNER)
        sets = build_sets(book, warehouse, plan, checkout, job, features[plan.features])
        scorers[plan.version] = train(book, sets, plan, checkout, job)
    return scorers


if __name__ == "__main__":
    main()
