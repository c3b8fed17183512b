"""Split the months, fit the fraud scorer, measure it, write its weights as JSON."""

import json

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

REVIEW_ABOVE = 0.3


def split(rows: int, seed: int) -> dict[str, np.ndarray]:
    """Row numbers for training, validation and test: 70, 15 and 15 in 100, drawn by row."""
    order = np.random.default_rng(seed).permutation(rows)
    one, two = int(rows * 0.70), int(rows * 0.85)
    return {"training": order[:one], "validation": order[one:two], "test": order[two:]}


def fit(x: np.ndarray, y: np.ndarray, parameters: dict, seed: int) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(random_state=seed, **parameters).fit(x, y)


def candidates(count: int, seed: int) -> list[dict]:
    """Settings to try, drawn at random."""
    draw = np.random.default_rng(seed)
    return [
        {
            "learning_rate": float(draw.choice([0.03, 0.05, 0.1, 0.2])),
            "max_depth": int(draw.integers(2, 10)),
            "min_samples_leaf": int(draw.choice([1, 2, 5, 20, 50])),
            "n_estimators": int(draw.choice([30, 60, 90])),
            "subsample": float(draw.choice([0.6, 0.8, 1.0])),
        }
        for _ in range(count)
    ]


def measure(y: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Quality of scores in 0..1, and the share of purchases that people would have to review."""
    return {
        "auc": round(float(roc_auc_score(y, scores)), 4),
        "average_precision": round(float(average_precision_score(y, scores)), 4),
        "log_loss": round(float(log_loss(y, np.clip(scores, 1e-6, 1 - 1e-6))), 4),
        "review_share": round(float(np.mean(scores > REVIEW_ABOVE)), 4),
    }


def weights(model: GradientBoostingClassifier) -> bytes:
    """Every tree as arrays of feature, threshold, left, right and leaf value."""
    trees = []
    for stage in model.estimators_[:, 0]:
        tree = stage.tree_
        trees.append(
            {
                "feature": tree.feature.tolist(),
                "threshold": tree.threshold.tolist(),
                "left": tree.children_left.tolist(),
                "right": tree.children_right.tolist(),
                "value": tree.value[:, 0, 0].tolist(),
            }
        )
    prior = float(model.init_.class_prior_[1])
    document = {
        "start": float(np.log(prior / (1 - prior))),
        "learning_rate": model.learning_rate,
        "trees": trees,
    }
    return json.dumps(document, sort_keys=True).encode()
