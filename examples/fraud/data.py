"""The months as the outside world delivers them: drawn from fixed seeds, so always the same bytes.

Every array is structured; `as_csv` gives the bytes that sizes and digests are computed from.
"""

from dataclasses import dataclass

import numpy as np

SEED = 20260501
PURCHASES_A_MONTH = 4000
ABROAD = 0.12
REPORTED = 0.97
NEW_DEVICE_DAYS = 7
MORNING = 6
COUNTRIES = ("AT", "BE", "DE", "ES", "FR", "IT", "NL", "PL")
CATEGORIES = ("books", "electronics", "fashion", "games", "groceries", "travel", "vouchers")
# What a category adds to the log-odds of fraud.
CATEGORY_RISK = (-0.6, 0.7, 0.1, 0.5, -0.9, 0.3, 1.1)

PURCHASE = [
    ("txn_id", "i8"), ("customer_id", "i4"), ("merchant_id", "i4"), ("day", "i4"), ("hour", "i4"),
    ("amount", "f8"), ("country", "U2"), ("device_age_days", "i4"), ("card_uses_today", "i4"),
    ("refunded", "?"),
]  # fmt: skip
REFUND = [("txn_id", "i8"), ("state", "U9"), ("day", "i4")]
CHARGEBACK = [("txn_id", "i8"), ("reason", "U12")]
CUSTOMER = [("customer_id", "i4"), ("country", "U2"), ("account_age_days", "i4")]
MERCHANT = [("merchant_id", "i4"), ("category", "U12"), ("country", "U2"), ("risk", "f8")]


@dataclass(frozen=True)
class Month:
    """What arrives for one month: purchases, the refund ledger, the banks' chargebacks."""

    purchases: np.ndarray
    refunds: np.ndarray
    chargebacks: np.ndarray


def customers(count: int) -> np.ndarray:
    """The first `count` customers; a later snapshot is a longer one."""
    draw = np.random.default_rng([SEED, 1])
    table = np.zeros(3000, CUSTOMER)
    table["customer_id"] = np.arange(3000)
    table["country"] = draw.choice(COUNTRIES, 3000)
    table["account_age_days"] = np.round(draw.gamma(1.5, 400, 3000))
    return table[:count]


def merchants(count: int) -> np.ndarray:
    draw = np.random.default_rng([SEED, 2])
    table = np.zeros(160, MERCHANT)
    category = draw.integers(0, len(CATEGORIES), 160)
    table["merchant_id"] = np.arange(160)
    table["category"] = np.array(CATEGORIES)[category]
    table["country"] = draw.choice(COUNTRIES, 160)
    table["risk"] = np.round(np.array(CATEGORY_RISK)[category] + draw.normal(0, 0.4, 160), 3)
    return table[:count]


def month(number: int, *, buyers: int, sellers: int, days: int = 28) -> Month:
    """Days 1 to `days` of month `number` of 2026, with `buyers` customers at `sellers` shops."""
    count = PURCHASES_A_MONTH * days // 28
    draw = np.random.default_rng([SEED, 3, number])
    people, shops = customers(buyers), merchants(sellers)
    rows = np.zeros(count, PURCHASE)
    rows["txn_id"] = number * 1_000_000 + np.arange(count)
    rows["customer_id"] = draw.integers(0, buyers, count)
    rows["merchant_id"] = draw.integers(0, sellers, count)
    rows["day"] = draw.integers(1, days + 1, count)
    rows["hour"] = draw.choice(24, count, p=_hours())
    rows["amount"] = np.round(draw.lognormal(3.4, 1.0, count), 2)
    home = people["country"][rows["customer_id"]]
    rows["country"] = np.where(draw.random(count) < ABROAD, draw.choice(COUNTRIES, count), home)
    rows["device_age_days"] = np.round(draw.exponential(180, count))
    rows["card_uses_today"] = draw.poisson(1.2, count)
    fraud = draw.random(count) < _chance(rows, people, shops)
    return Month(rows, _refunds(draw, rows, fraud), _chargebacks(draw, rows[fraud]))


def _hours() -> np.ndarray:
    busy = np.array([1] * 6 + [3] * 3 + [6] * 12 + [4] * 3, dtype=float)
    return busy / busy.sum()


def _chance(rows: np.ndarray, people: np.ndarray, shops: np.ndarray) -> np.ndarray:
    odds = (
        -7.6
        + 0.9 * np.log1p(rows["amount"])
        + 1.3 * shops["risk"][rows["merchant_id"]]
        + 2.2 * (rows["country"] != people["country"][rows["customer_id"]])
        + 2.0 * (rows["device_age_days"] < NEW_DEVICE_DAYS)
        + 0.7 * rows["card_uses_today"]
        + 1.2 * (rows["hour"] < MORNING)
        - 0.002 * people["account_age_days"][rows["customer_id"]]
    )
    return 1 / (1 + np.exp(-odds))


def _refunds(draw: np.random.Generator, rows: np.ndarray, fraud: np.ndarray) -> np.ndarray:
    """Each refund has two lines in the ledger: asked for, and paid."""
    asked = rows[draw.random(len(rows)) < np.where(fraud, 0.85, 0.02)]
    lines = np.zeros(2 * len(asked), REFUND)
    lines["txn_id"] = np.tile(asked["txn_id"], 2)
    lines["state"] = np.repeat(["requested", "paid"], len(asked))
    lines["day"] = np.tile(asked["day"], 2) + np.repeat([1, 5], len(asked))
    return np.sort(lines, order=("txn_id", "day"))


def _chargebacks(draw: np.random.Generator, frauds: np.ndarray) -> np.ndarray:
    reported = frauds[draw.random(len(frauds)) < REPORTED]
    lines = np.zeros(len(reported), CHARGEBACK)
    lines["txn_id"] = reported["txn_id"]
    lines["reason"] = draw.choice(["fraud", "unrecognised", "not received"], len(reported))
    return lines


def as_csv(table: np.ndarray, names: tuple[str, ...] = ()) -> bytes:
    """Header and lines; a plain matrix takes its header from `names`."""
    header = table.dtype.names or names
    lines = [",".join(map(str, line)) for line in table.tolist()]
    return "\n".join([",".join(header), *lines, ""]).encode()
