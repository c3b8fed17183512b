"""The data team's part: what arrives each month and the load that joins it."""

import time
from dataclasses import dataclass, field

import numpy as np

from examples.fraud import data
from examples.fraud.book import Book, Job, Key, moment
from examples.fraud.platforms import Checkout

WAREHOUSE = "payments/warehouse"
OWNER = "payments-data"
# The day each month was loaded; the load ran what was on the main branch then.
LOADED = {
    5: "2026-07-01",
    6: "2026-07-02",
    7: "2026-08-03",
    8: "2026-09-02",
    9: "2026-10-02",
    10: "2026-11-02",
}
# Snapshots of the reference tables, each longer than the one before.
CUSTOMERS = {"2026-07-01": 2200, "2026-09-01": 2400, "2026-10-30": 2600}
MERCHANTS = {"2026-07-01": 120, "2026-10-01": 140}
LEDGER = Key("payments/gateway", "dataset", "settlement_ledger", "")


@dataclass
class Warehouse:
    """What later stages read: tables in memory beside the keys they were recorded under."""

    rows: dict[int, np.ndarray] = field(default_factory=dict)
    raw: dict[int, Key] = field(default_factory=dict)
    fraud: dict[int, np.ndarray] = field(default_factory=dict)
    chargebacks: dict[int, Key] = field(default_factory=dict)
    people: dict[str, tuple[Key, np.ndarray]] = field(default_factory=dict)
    shops: dict[str, tuple[Key, np.ndarray]] = field(default_factory=dict)

    def labels(self, rows: np.ndarray, months: list[int]) -> np.ndarray:
        known = np.concatenate([self.fraud[number] for number in months])
        return np.isin(rows["txn_id"], known).astype(int)


def version_at(versions: dict[str, object], day: str) -> str:
    """The newest version not after a day."""
    return max(version for version in versions if version <= day)


def record_warehouse(book: Book, code: dict[str, Checkout], environment: Key) -> Warehouse:
    """Reference tables and six months, each loaded by the commit of its day."""
    warehouse = Warehouse()
    for version, count in CUSTOMERS.items():
        table = data.customers(count)
        words = "Customers with home country and account age, as of the day of the version."
        warehouse.people[version] = (_table(book, "customers", version, table, words), table)
    for version, count in MERCHANTS.items():
        table = data.merchants(count)
        words = "Merchants with category and risk, reviewed by hand each quarter."
        warehouse.shops[version] = (_table(book, "merchants", version, table, words), table)
    for number, day in LOADED.items():
        checkout = code[version_at(code, day)]
        _month(
            book, warehouse, number, day, Job(WAREHOUSE, checkout.key, environment, OWNER), checkout
        )
    return warehouse


def _table(book: Book, name: str, version: str, table: np.ndarray, words: str) -> Key:
    key = Key(WAREHOUSE, "dataset", name, version)
    tags = ["personal-data", "reference"] if name == "customers" else ["reference"]
    content = data.as_csv(table)
    return book.dataset(key, content, f"{version}T03:00", owner=OWNER, description=words, tags=tags)


def population(day: str) -> tuple[int, int]:
    """How many customers and merchants there were on a day."""
    return CUSTOMERS[version_at(CUSTOMERS, day)], MERCHANTS[version_at(MERCHANTS, day)]


def _month(
    book: Book, warehouse: Warehouse, number: int, day: str, job: Job, checkout: Checkout
) -> None:
    version = f"2026-{number:02d}"
    buyers, sellers = population(max(f"{version}-01", "2026-07-01"))
    arrived = data.month(number, buyers=buyers, sellers=sellers)
    delivered = {
        "gateway_export": (arrived.purchases, "Purchases as the payment gateway exports them."),
        "refunds": (arrived.refunds, "The refund ledger: a line when asked for, one when paid."),
        "chargebacks": (arrived.chargebacks, "Purchases that banks charged back within 30 days."),
    }
    keys = {}
    for name, (table, words) in delivered.items():
        key = Key(WAREHOUSE, "dataset", name, version)
        content = data.as_csv(table)
        keys[name] = book.dataset(
            key, content, f"{day}T01:00", owner=OWNER, description=words, tags=["monthly"]
        )
    book.edge(LEDGER, "derived", keys["refunds"])

    clock = time.perf_counter()
    rows = checkout.module("load").load(arrived.purchases, arrived.refunds)
    run = book.run(
        job,
        "load_transactions",
        version,
        started=moment(f"{day}T02:00"),
        seconds=time.perf_counter() - clock,
        said={
            "parameters": {"month": version},
            "metrics": {"purchases": len(arrived.purchases), "rows_written": len(rows)},
        },
        description="Joins the month's purchases with the refund ledger.",
    )
    book.edge(keys["gateway_export"], "input", run)
    book.edge(keys["refunds"], "input", run)
    raw = book.dataset(
        Key(WAREHOUSE, "dataset", "raw_transactions", version),
        data.as_csv(rows),
        f"{day}T02:05",
        owner=OWNER,
        description="One row a purchase, with whether it was refunded.",
        tags=["monthly", "payments"],
    )
    book.edge(run, "output", raw)
    warehouse.rows[number], warehouse.raw[number] = rows, raw
    warehouse.chargebacks[number] = keys["chargebacks"]
    warehouse.fraud[number] = arrived.chargebacks["txn_id"]
