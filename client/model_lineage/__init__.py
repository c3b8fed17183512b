"""Record what a run read, ran and wrote, and ask Model Lineage about it.

lineage run --input training=data/train.csv --output models/churn.joblib -- python train.py
"""

from model_lineage.client import Client
from model_lineage.errors import (
    ApiError,
    ConfigError,
    DirtyTreeError,
    LineageError,
    NotFoundError,
    RefusedError,
    UnreachableError,
)
from model_lineage.records import ArtifactRecord, Batch, EdgeRecord, IdentifierRecord, Key
from model_lineage.tracking import Run, current, log_metric, log_param, run, seed
from model_lineage.version import __version__

__all__ = [
    "ApiError",
    "ArtifactRecord",
    "Batch",
    "Client",
    "ConfigError",
    "DirtyTreeError",
    "EdgeRecord",
    "IdentifierRecord",
    "Key",
    "LineageError",
    "NotFoundError",
    "RefusedError",
    "Run",
    "UnreachableError",
    "__version__",
    "current",
    "log_metric",
    "log_param",
    "run",
    "seed",
]
