"""Which environment a deployment belongs to, by its labels, else by the words of a name."""

import re
from collections.abc import Mapping

WORDS = {
    "production": ("production", "prod", "prd"),
    "staging": ("staging", "stage", "stg", "preprod", "preproduction"),
    "development": ("development", "dev", "devel", "sandbox"),
    "test": ("test", "testing", "qa", "uat"),
}
_CALLED = {word: name for name, words in WORDS.items() for word in words}
_LABELS = ("environment", "env", "stage", "deployment-environment", "deployment_environment")
_NOT = frozenset({"non", "no", "not", "pre"})


def stated_environment(labels: Mapping[str, object]) -> str:
    """By a label such as `environment`, `app.example.org/env`, whatever its case.

    >>> stated_environment({"example.org/env": "prd"}), stated_environment({"env": "blue"})
    ('production', 'blue')
    """
    by_word = {name.lower().rpartition("/")[2]: value for name, value in labels.items()}
    for label in _LABELS:
        value = by_word.get(label)
        if isinstance(value, str) and value.strip():
            return _CALLED.get(value.strip().lower(), value.strip())
    return ""


def environment_in(name: str) -> str:
    """By the words of a name. What is before or not production is not production.

    >>> environment_in("prod-eu"), environment_in("pre-prod"), environment_in("products")
    ('production', 'staging', '')
    >>> environment_in("non-prod")
    ''
    """
    words = re.split(r"[^a-z]+", name.lower())
    for before, word in zip(["", *words], words, strict=False):
        found = _CALLED.get(word, "")
        if found and before not in _NOT:
            return found
        if found == "production" and before == "pre":
            return "staging"
    return ""
