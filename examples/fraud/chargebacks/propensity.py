"""How likely a merchant's sale is charged back within 30 days: a logistic regression."""

import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

MORNING = 6
FEATURES = ("amount_log", "merchant_risk", "refunded", "night")


def table(rows: np.ndarray, merchants: np.ndarray) -> np.ndarray:
    seller = merchants[np.searchsorted(merchants["merchant_id"], rows["merchant_id"])]
    night = rows["hour"] < MORNING
    columns = (np.log1p(rows["amount"]), seller["risk"], rows["refunded"], night)
    return np.column_stack(columns).astype(np.float64)


def fit(x: np.ndarray, y: np.ndarray, strength: float) -> bytes:
    """The weights as JSON, with means and scales folded in."""
    mean, scale = x.mean(axis=0), x.std(axis=0)
    fitted = LogisticRegression(C=strength).fit((x - mean) / scale, y)
    slope = fitted.coef_[0] / scale
    offset = float(fitted.intercept_[0] - (slope * mean).sum())
    document = {"features": list(FEATURES), "offset": offset, "slope": slope.tolist()}
    return json.dumps(document, sort_keys=True).encode()


def score(weights: bytes, x: np.ndarray) -> np.ndarray:
    model = json.loads(weights)
    return 1 / (1 + np.exp(-(x @ np.array(model["slope"]) + model["offset"])))


def measure(y: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Quality on the month after the training months."""
    return {
        "auc": round(float(roc_auc_score(y, scores)), 4),
        "average_precision": round(float(average_precision_score(y, scores)), 4),
        "log_loss": round(float(log_loss(y, scores)), 4),
    }
