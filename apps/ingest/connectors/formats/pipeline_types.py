"""What the type names of TFX, Kubeflow Pipelines and ML Metadata stand for, and the words of tasks.

The base types are those of `metadata_store.proto` (`SystemDefinedBaseType`), the `system.*` ones
those of Kubeflow's `dsl`, the others TFX's `standard_artifacts`.
"""

import re
from collections.abc import Collection

from apps.graph.vocabulary import Kind

OTHER = "artifact"

_KINDS: dict[str, str] = {
    **dict.fromkeys(
        (
            *("system.Dataset", "Examples", "ExampleStatistics", "ExampleAnomalies"),
            *("InferenceResult", "mlmd.Dataset", "mlmd.Statistics", "google.VertexDataset"),
            *("google.BQTable", "Statistics", "ExampleGen"),
        ),
        Kind.DATASET.value,
    ),
    **dict.fromkeys(("Schema", "TransformGraph", "TransformCache"), Kind.FEATURE_SET.value),
    **dict.fromkeys(
        (
            *("system.Model", "Model", "mlmd.Model", "google.VertexModel", "google.BQMLModel"),
            "google.UnmanagedContainerModel",
        ),
        Kind.MODEL.value,
    ),
    **dict.fromkeys(
        (
            *("system.Metrics", "system.ClassificationMetrics", "mlmd.Metrics"),
            *("system.SlicedClassificationMetrics", "ModelEvaluation", "ModelBlessing"),
            *("InfraBlessing", "Metrics", "google.ClassificationMetrics"),
            *("google.RegressionMetrics", "google.ForecastingMetrics"),
        ),
        Kind.EVALUATION.value,
    ),
    **dict.fromkeys(("PushedModel", "google.VertexEndpoint"), Kind.DEPLOYMENT.value),
}
SCOPES = frozenset({"system.DAGExecution"})
PIPELINES = frozenset({"system.Pipeline", "pipeline"})
PIPELINE_RUNS = frozenset({"system.PipelineRun", "pipeline_run"})
TASKS = frozenset({"node", "component_run"})
IGNORED_CONTEXTS = frozenset({"execution_cache"})

# Relation as a property may say it, and the role of the edge from the one model to the other.
RELATIONS = {
    **dict.fromkeys(("fine_tuning", "finetuned", "fine_tuned", "finetune"), "fine_tuning"),
    **dict.fromkeys(("adapter", "lora", "adapted"), "adapter"),
    **dict.fromkeys(("quantization", "quantized", "quantised", "quantize"), "quantization"),
    **dict.fromkeys(("pruning", "pruned", "prune"), "pruning"),
    **dict.fromkeys(("distillation", "distilled", "distill"), "distillation"),
    **dict.fromkeys(("merge", "merged"), "merge"),
    **dict.fromkeys(("conversion", "converted", "convert"), "conversion"),
    **dict.fromkeys(("derived", "derivation"), "derived"),
}
RELATION_FIELDS = ("relation", "derivation", "base_model_relation")

_TRAINING = re.compile(r"(?:train|training)(?:[_-]|\Z)|examples\Z|(?:\w+_)?train(?:ing)?\Z")
_VALIDATION = re.compile(r"(?:valid|validation|val|dev)(?:[_-](?:data|dataset|set|examples))?\Z")
_TESTING = re.compile(
    r"(?:test|testing|holdout|eval|evaluation)(?:[_-](?:data|dataset|set|examples))?\Z"
)
_MEASURED = frozenset({Kind.MODEL.value, Kind.EVALUATION.value, Kind.DEPLOYMENT.value})


def kind_of(type_name: str, base: str = "") -> str:
    """The kind of an artifact by its type, else by its base type, else `artifact`.

    >>> kind_of("system.Model"), kind_of("ChurnScores", "mlmd.Dataset"), kind_of("HTML")
    ('model', 'dataset', 'artifact')
    """
    return _KINDS.get(type_name) or _KINDS.get(base) or OTHER


def input_role(
    key: str, kind: str, *, written: Collection[str], trains: bool = False, measures: bool = False
) -> str:
    """The role of what a task read, by the name it read it under.

    `written` are the kinds of what it wrote. Validation and testing spare the weights from taint,
    so those two are taken only where nothing but models, measurements and deployments came out.

    >>> input_role("train", "dataset", written=["model"])
    'training'
    >>> input_role("test", "dataset", written=["evaluation"])
    'testing'
    >>> input_role("test", "dataset", written=["dataset"])
    'input'
    """
    name = key.lower()
    if kind not in {Kind.DATASET, Kind.FEATURE_SET, OTHER}:
        return "input"
    if kind == Kind.FEATURE_SET:
        return "features"
    if _MEASURED.issuperset(written):
        if _VALIDATION.match(name):
            return "validation"
        if _TESTING.match(name) or (measures and kind == Kind.DATASET):
            return "testing"
    if trains or Kind.MODEL in written:
        return "training" if _TRAINING.match(name) or (trains and kind == Kind.DATASET) else "input"
    return "input"


def relation_of(properties: dict[str, object]) -> str:
    """The role a model's own properties give to the step from the model it was made of, or ``.

    >>> relation_of({"derivation": "pruned"}), relation_of({"derivation": "?"})
    ('pruning', '')
    """
    for field in RELATION_FIELDS:
        value = properties.get(field)
        if isinstance(value, str) and (role := RELATIONS.get(value.lower().replace("-", "_"))):
            return role
    return ""
