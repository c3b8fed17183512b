"""Where the models run: deployments past and present, the scores they wrote, the applications."""

import time
from dataclasses import dataclass

import numpy as np

from examples.fraud import data
from examples.fraud.book import Book, Job, Key, moment, stamp
from examples.fraud.images import SERVING, image_digest
from examples.fraud.registry import NOVEMBER_DAYS
from examples.fraud.training import Scorer
from examples.fraud.warehouse import population

NAMESPACE = "payments/serving"
Weights = dict[str, tuple[Key, bytes]]

APPLICATIONS = {
    "checkout": ("checkout", "Blocks or lets through a purchase while the customer waits."),
    "manual-review-desk": ("trust-operations", "People look at purchases that scored high."),
    "card-terminals": ("point-of-sale", "Scores on the terminal itself when it is offline."),
    "merchant-dashboard": ("merchant-products", "Tells merchants why a purchase was held."),
}


@dataclass(frozen=True)
class Plan:
    """One deployment: what runs where, from when until when."""

    name: str
    model: str
    version: str
    start: str
    end: str
    application: str
    owner: str
    replicas: int
    infrastructure: str
    environment: str = "production"


EU, US = "Kubernetes, eu-west-1", "Kubernetes, us-east-1"
SCORER, CALIBRATED = "fraud-scorer", "fraud-scorer-calibrated"
INT8, LITE = "fraud-scorer-int8", "fraud-scorer-lite"
DEPLOYMENTS = (
    Plan("checkout-eu", SCORER, "v1", "2026-07-06", "2026-09-07", "checkout", "checkout", 4, EU),
    Plan("checkout-eu", SCORER, "v2", "2026-09-07", "2026-10-08", "checkout", "checkout", 6, EU),
    Plan("checkout-eu", SCORER, "v3", "2026-10-08", "2026-11-12", "checkout", "checkout", 6, EU),
    Plan("checkout-us", SCORER, "v3", "2026-10-12", "2026-11-12", "checkout", "checkout", 4, US),
    Plan("checkout-staging", SCORER, "v4", "2026-11-09", "", "checkout", "fraud-ml", 1, EU,
         "staging"),
    Plan("checkout-canary", SCORER, "v4", "2026-11-11", "2026-11-12", "checkout", "checkout", 1,
         EU),
    Plan("checkout-eu", SCORER, "v4", "2026-11-12", "", "checkout", "checkout", 6, EU),
    Plan("checkout-us", SCORER, "v4", "2026-11-12", "", "checkout", "checkout", 4, US),
    Plan("review-desk", CALIBRATED, "v3", "2026-10-09", "2026-11-13", "manual-review-desk",
         "trust-operations", 2, EU),
    Plan("review-desk", CALIBRATED, "v4", "2026-11-13", "", "manual-review-desk",
         "trust-operations", 2, EU),
    Plan("terminals", INT8, "v3", "2026-10-15", "2026-11-16", "card-terminals", "point-of-sale",
         1800, "Card terminals, firmware 7.2"),
    Plan("terminals", INT8, "v4", "2026-11-16", "", "card-terminals", "point-of-sale", 1800,
         "Card terminals, firmware 7.3"),
    # Nobody took this one over when the team was split; that is part of the story.
    Plan("dashboard-reasons", LITE, "v4", "2026-11-17", "", "merchant-dashboard", "", 2, EU),
)  # fmt: skip
SCORED = {"2026-11-05": "v3", "2026-11-18": "v4", "2026-11-19": "v4", "2026-11-20": "v4"}


def application(book: Book, name: str, team: str, words: str) -> Key:
    key = Key("payments/applications", "application", name, "")
    address = f"https://{name}.example.com"
    book.artifact(
        key,
        uri=address,
        owner=team,
        description=words,
        facets={"application": {"url": address, "team": team}},
    )
    return key


def deploy(book: Book, plan: Plan, model: Key, files: dict[str, bytes], serves: Key) -> Key:
    """An image of the weights and the scoring code, live from one day to another."""
    key = Key(NAMESPACE, "deployment", plan.name, plan.start)
    labels = {"deployment": plan.name, "environment": plan.environment, "model": plan.version}
    digest = image_digest(files, wanted=SERVING, labels=labels)
    endpoint = f"https://{plan.name}.models.example.com/v1/score"
    live = {"live_from": stamp(moment(f"{plan.start}T10:00"))}
    if plan.end:
        live["live_until"] = stamp(moment(f"{plan.end}T10:00"))
    book.artifact(
        key,
        f"{plan.start}T10:00",
        owner=plan.owner,
        description=f"{plan.model} {plan.version} for {plan.application}.",
        tags=["canary"] if plan.name.endswith("canary") else [],
        facets={
            "deployment": {
                "environment": plan.environment,
                "endpoint": endpoint,
                "image_digest": digest,
                "replicas": plan.replicas,
                "infrastructure": plan.infrastructure,
                **live,
            }
        },
    )
    book.edge(model, "deployment", key)
    book.edge(key, "serving", serves)
    book.identifier(key, "oci_image", digest)
    return key


def record_serving(book: Book, scorers: dict[str, Scorer], weights: dict[str, Weights]) -> None:
    """All deployments of the fraud team's models, then the scores they wrote day by day."""
    serves = {
        name: application(book, name, team, words) for name, (team, words) in APPLICATIONS.items()
    }
    for plan in DEPLOYMENTS:
        model, content = weights[plan.version][plan.model]
        code = scorers[plan.version].checkout.files["score.py"]
        files = {"score.py": code, "weights.json": content}
        deploy(book, plan, model, files, serves[plan.application])


def record_scores(book: Book, scorers: dict[str, Scorer], environment: Key) -> None:
    """A few days of batch scores: here a model is upstream of a dataset."""
    buyers, sellers = population("2026-11-20")
    arrived = data.month(11, buyers=buyers, sellers=sellers, days=NOVEMBER_DAYS)
    people, shops = data.customers(buyers), data.merchants(sellers)
    dashboard = Key("payments/applications", "application", "merchant-dashboard", "")
    for day, version in SCORED.items():
        scorer = scorers[version]
        rows = arrived.purchases[arrived.purchases["day"] == int(day[-2:])]
        log = book.dataset(
            Key(NAMESPACE, "dataset", "checkout_log", day),
            data.as_csv(rows),
            f"{day}T23:59",
            owner="checkout",
            description="The day's purchases as the checkout saw them.",
            tags=["daily"],
        )
        clock = time.perf_counter()
        x = scorer.checkout.module("features").table(rows, people, shops)
        scores = scorer.checkout.module("score").score(scorer.weights, x)
        job = Job(NAMESPACE, scorer.checkout.key, environment, "fraud-ml")
        run = book.run(
            job,
            "score_checkout_log",
            day,
            started=moment(f"{day}T23:59"),
            seconds=time.perf_counter() - clock,
            said={"metrics": {"rows": len(rows), "mean_score": round(float(scores.mean()), 4)}},
            description="Scores the day again, in one batch.",
        )
        book.edge(log, "input", run)
        book.edge(scorer.key, "input", run)
        written = book.dataset(
            Key(NAMESPACE, "dataset", "fraud_scores", day),
            data.as_csv(np.column_stack([rows["txn_id"], scores]), ("txn_id", "score")),
            f"{day}T23:59",
            owner="fraud-ml",
            description=f"Scores by fraud-scorer {version}.",
            tags=["daily", "model-written"],
        )
        book.edge(run, "output", written)
        if day == max(SCORED):
            book.edge(written, "input", dashboard)
