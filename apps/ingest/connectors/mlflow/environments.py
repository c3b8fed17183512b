"""The software that a model says it needs, from the files that MLflow puts beside it.

`conda.yaml` names Python and, under `pip`, the packages; `requirements.txt` names the packages
again; `python_env.yaml` names Python and what builds them. They are read, never installed.
https://mlflow.org/docs/latest/ml/model/dependencies/
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from apps.graph import strict_json
from apps.ingest.connectors.errors import ConnectorError
from apps.ingest.connectors.formats.yaml_cards import parse_yaml
from apps.ingest.connectors.mlflow.values import mapping, said, words

MAX_PACKAGES = 2_000
# `numpy==2.4.6`, `torch[cuda]>=2`, `mlflow<4,>=3`, `python=3.11.7` of conda.
_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([=<>~!].*)?\Z")


def environment_in(texts: Mapping[str, bytes], faults: list[str]) -> dict[str, Any]:
    """The facet of an environment; empty where no file says anything."""
    conda = _yaml(texts, "conda.yaml", faults)
    python_env = _yaml(texts, "python_env.yaml", faults)
    named: dict[str, str] = {}
    python = words(python_env.get("python"))
    listed = conda.get("dependencies")
    for one in listed if isinstance(listed, list) else ():
        for line in one.get("pip") or () if isinstance(one, dict) else (one,):
            _add(named, line)
    python = python or named.get("python", "")
    for line in texts.get("requirements.txt", b"").decode("utf-8", "replace").splitlines():
        _add(named, line)
    # The interpreter and the installer are no packages of the model.
    packages = {name: one for name, one in named.items() if name not in {"python", "pip"}}
    if len(packages) > MAX_PACKAGES:
        faults.append(f"{len(packages):,} packages; the first {MAX_PACKAGES:,} are kept.")
        packages = dict(list(packages.items())[:MAX_PACKAGES])
    return said({"python": python, "packages": packages})


def _add(named: dict[str, str], line: object) -> None:
    text = words(line).partition("#")[0].partition(";")[0].strip()
    if text and (found := _REQUIREMENT.match(text)):
        version = (found[2] or "").strip()
        exact = version.lstrip("=").strip() if re.match(r"={1,3}[^=]", version) else version
        named[found[1].lower().replace("_", "-")] = exact


def version_of(environment: Mapping[str, Any]) -> str:
    """Equal for equal software, whichever model needs it."""
    told = strict_json.canonical(environment)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def model_file(texts: Mapping[str, bytes], faults: list[str]) -> dict[str, Any]:
    """What `MLmodel` says: flavours, signature, which MLflow wrote it."""
    return _yaml(texts, "MLmodel", faults)


def framework_of(told: Mapping[str, Any]) -> tuple[str, str]:
    """The framework that a model is of, and its release; `python_function` wraps any.

    >>> framework_of({"flavors": {"python_function": {}, "sklearn": {"sklearn_version": "1.9.1"}}})
    ('sklearn', '1.9.1')
    """
    flavors = mapping(told.get("flavors"))
    for name, about in sorted(flavors.items()):
        if name != "python_function":
            stem = name.replace("-", "_")
            version = mapping(about).get(f"{stem}_version") or mapping(about).get("version")
            return words(name), words(version)
    return ("python_function", "") if flavors else ("", "")


def _yaml(texts: Mapping[str, bytes], name: str, faults: list[str]) -> dict[str, Any]:
    try:
        return mapping(parse_yaml(texts.get(name, b"")))
    except ConnectorError as error:
        faults.append(f"{name}: {error}")
        return {}
