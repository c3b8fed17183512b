"""What a file in a repository is likely to be, by its name alone."""

import posixpath
import re

_CODE = frozenset(
    {
        "py",
        "ipynb",
        "r",
        "rmd",
        "jl",
        "sh",
        "bash",
        "sql",
        "scala",
        "java",
        "kt",
        "go",
        "rs",
        "c",
        "cc",
        "cpp",
        "cu",
        "js",
        "ts",
        "rb",
        "pl",
    }
)
_MODELS = frozenset(
    {
        "joblib",
        "onnx",
        "pt",
        "pth",
        "ckpt",
        "safetensors",
        "gguf",
        "keras",
        "tflite",
        "cbm",
        "mlmodel",
        "pmml",
    }
)
# Also the endings of much else: a model only if its path says so.
_MAYBE_MODELS = frozenset(
    {"pkl", "pickle", "bin", "h5", "hdf5", "pb", "ubj", "bst", "json", "txt", "npz", "model"}
)
_ENVIRONMENTS = re.compile(
    r"(requirements[^/]*\.txt|environment\.ya?ml|conda[^/]*\.ya?ml|pyproject\.toml|"
    r"(uv|poetry|pipfile|pdm|conda)[-.]?lock[^/]*|pipfile|dockerfile([.-][^/]*)?)\Z",
    re.IGNORECASE,
)
_MODEL_WORD = re.compile(r"(?:^|[/_.-])models?(?:[/_.-]|$)", re.IGNORECASE)
_RELATIONS = {
    "pruning": ("prune", "pruned", "pruning"),
    "quantization": ("quantize", "quantized", "quantise", "quantised", "quantization"),
    "distillation": ("distill", "distil", "distilled", "distillation"),
    "fine_tuning": ("finetune", "finetuned", "fine_tune", "fine_tuning", "finetuning"),
    "adapter": ("adapter", "lora"),
    "merge": ("merge", "merged"),
    "conversion": ("convert", "converted", "conversion"),
}


def is_code(path: str) -> bool:
    return _ending(path) in _CODE


def is_environment(path: str) -> bool:
    return _ENVIRONMENTS.match(posixpath.basename(path)) is not None


def is_model(path: str, *, folder: bool = False) -> bool:
    """
    >>> is_model("out/churn.onnx"), is_model("data/rows.pkl"), is_model("models/rf.pkl")
    (True, False, True)
    """
    if folder:
        return posixpath.basename(path).lower().replace("-", "_").endswith(("model", "models"))
    ending = _ending(path)
    return ending in _MODELS or (ending in _MAYBE_MODELS and bool(_MODEL_WORD.search(path)))


def relation(words: str) -> str:
    """The role in which a model was made from another, if a name says it; else nothing.

    >>> relation("prune"), relation("model-quantized@int8"), relation("train")
    ('pruning', 'quantization', '')
    """
    said = "_" + re.sub(r"[^a-z]+", "_", words.lower()) + "_"
    return next(
        (
            role
            for role, names in _RELATIONS.items()
            if any(f"_{name}_" in said for name in (role, *names))
        ),
        "",
    )


def data_role(path: str) -> str:
    """What data was for, if its name says so; else nothing.

    >>> data_role("data/train.csv"), data_role("holdout/x.parquet"), data_role("data/features")
    ('training', 'testing', '')
    """
    words = set(re.split(r"[^a-z]+", path.lower()))
    if words & {"test", "testing", "holdout"}:
        return "testing"
    if words & {"valid", "val", "validation", "dev"}:
        return "validation"
    return "training" if words & {"train", "training"} else ""


def _ending(path: str) -> str:
    return posixpath.basename(path).lower().rpartition(".")[2]
