"""What is made of a trained scorer: whole-number leaves, one small tree, calibrated scores."""

import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeRegressor


def quantise(weights: bytes) -> bytes:
    """Leaf values rounded to int8 steps of one scale, thresholds to float16."""
    model = json.loads(weights)
    largest = max(abs(value) for tree in model["trees"] for value in tree["value"])
    step = largest / 127
    for tree in model["trees"]:
        tree["value"] = [round(value / step) for value in tree["value"]]
        tree["threshold"] = np.array(tree["threshold"], dtype=np.float16).tolist()
    return json.dumps({**model, "step": step}, sort_keys=True).encode()


def as_float(quantised: bytes) -> bytes:
    """The weights that serving computes with after reading the int8 form."""
    model = json.loads(quantised)
    for tree in model["trees"]:
        tree["value"] = [value * model["step"] for value in tree["value"]]
    return json.dumps(model, sort_keys=True).encode()


def distil(x: np.ndarray, teacher_scores: np.ndarray, depth: int, seed: int) -> bytes:
    """One tree that answers as the teacher does, in log-odds."""
    limited = np.clip(teacher_scores, 1e-4, 1 - 1e-4)
    odds = np.log(limited / (1 - limited))
    tree = DecisionTreeRegressor(max_depth=depth, random_state=seed).fit(x, odds).tree_
    document = {
        "start": 0.0,
        "learning_rate": 1.0,
        "trees": [
            {
                "feature": tree.feature.tolist(),
                "threshold": tree.threshold.tolist(),
                "left": tree.children_left.tolist(),
                "right": tree.children_right.tolist(),
                "value": tree.value[:, 0, 0].tolist(),
            }
        ],
    }
    return json.dumps(document, sort_keys=True).encode()


def calibrate(weights: bytes, scores: np.ndarray, y: np.ndarray) -> bytes:
    """The same trees with slope and offset fitted to the validation labels (Platt)."""
    limited = np.clip(scores, 1e-6, 1 - 1e-6)
    odds = np.log(limited / (1 - limited)).reshape(-1, 1)
    fitted = LogisticRegression().fit(odds, y)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    model = json.loads(weights)
    model["start"] = slope * model["start"] + offset
    model["learning_rate"] = slope * model["learning_rate"]
    return json.dumps(model, sort_keys=True).encode()
