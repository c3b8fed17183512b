"""The features of a purchase at the moment of checkout."""

import numpy as np

MORNING = 6
FEATURES = (
    "amount_log",
    "hour",
    "merchant_risk",
    "account_age_days",
    "device_age_days",
    "card_uses_today",
    "abroad",
    "odd_hour",
)


def table(rows: np.ndarray, customers: np.ndarray, merchants: np.ndarray) -> np.ndarray:
    """One line of FEATURES a purchase, as float64 of shape (rows, features)."""
    buyer = customers[np.searchsorted(customers["customer_id"], rows["customer_id"])]
    seller = merchants[np.searchsorted(merchants["merchant_id"], rows["merchant_id"])]
    columns = {
        "amount_log": np.log1p(rows["amount"]),
        "hour": rows["hour"],
        "merchant_risk": seller["risk"],
        "account_age_days": buyer["account_age_days"],
        "device_age_days": rows["device_age_days"],
        "card_uses_today": rows["card_uses_today"],
        "abroad": rows["country"] != buyer["country"],
        "odd_hour": rows["hour"] < MORNING,
    }
    return np.column_stack([columns[name] for name in FEATURES]).astype(np.float64)
