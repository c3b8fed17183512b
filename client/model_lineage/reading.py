"""From the JSON of an answer to its dataclass. Fields that are not known here are left out, so an
older client reads a newer server.
"""

from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def read(shape: type[T], told: dict[str, Any]) -> T:
    """The answer as the dataclass, its parts too; TypeError if a field that must be there is not.

    >>> from model_lineage.answers import Step
    >>> read(Step, {"upstream": 1, "downstream": 2, "role": "training", "since": "v9"})
    Step(upstream=1, downstream=2, role='training')
    """
    untold: Any = shape
    hints = _hints(untold)
    known = {name: _value(hint, told[name]) for name, hint in hints.items() if name in told}
    return shape(**known)


@cache
def _hints(shape: Any) -> dict[str, Any]:
    hints = get_type_hints(shape)
    return {one.name: hints[one.name] for one in fields(shape)}


def _value(hint: Any, told: Any) -> Any:
    if get_origin(hint) is Union:
        return None if told is None else _value(get_args(hint)[0], told)
    if get_origin(hint) is list and isinstance(told, list):
        return [_value(get_args(hint)[0], one) for one in told]
    if hint is datetime and isinstance(told, str):
        return datetime.fromisoformat(told.replace("Z", "+00:00"))
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(told, dict):
        return read(hint, told)
    return told
