"""Secrets are masked before an event is stored; what was never kept cannot leak.

Credentials in URLs, private keys and access keys are masked wherever they stand. Assignments such
as `PASSWORD=…` are masked in free text: SQL, source code, stack traces, environment variables.
"""

import re
from typing import Any

MASK = "********"
# No secret that is known by its shape is shorter.
SHORTEST = 8

_SECRET_NAME = re.compile(
    r"(?i)(?:(?:^|[_.-])(?:pass|pwd|auth)|passwd|passwords?|passphrase|secrets?|authorization"
    r"|(?:api|access|secret|private|account|encryption)[_-]?keys?(?:[_-]id)?|credentials?"
    # eos_token and its like are what a tokenizer reads.
    r"|(?<!eos_)(?<!bos_)(?<!pad_)(?<!unk_)(?<!sep_)(?<!cls_)(?<!mask_)(?<!stop_)token)\Z"
)
# One start for each run of word characters, so that the search stays linear.
_NAME = (
    r"(?<![\w.-])[\w.-]*(?:passwords?|passwd|passphrase|pwd|secrets?|token|credentials?"
    r"|(?:api|access|secret|private|account|encryption)[_-]?keys?(?:[_-]id)?)"
)
_URL_PASSWORD = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{0,40}://[^\s/:@'\"]{0,200}):[^\s/@'\"]+@")
# The user alone may be a token.
_URL_TOKEN = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{0,40}://)[^\s/:@'\"]{16,}@")
_QUERY_SECRET = re.compile(
    r"(?i)([?&;](?:[\w.-]{0,64}(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key"
    r"|signature|credential)|sig)=)[^&;\s'\"#]+"
)
_KNOWN_SHAPES = re.compile(
    r"(?<![\w-])(?:A(?:KIA|SIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[\w-]{16,}"
    r"|hf_[A-Za-z0-9]{20,}|xox[abposr]-[\w-]{10,}|sk-(?:proj-)?[A-Za-z0-9]{20,}"
    r"|AIza[\w-]{30,}|eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[\w-]+)"
)
_PRIVATE_KEY = re.compile(
    r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----).*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_BEARER = re.compile(
    r"(?i)(\bauthorization\\?[\"']?\s{0,8}[:=]\s{0,8}\\?[\"']?(?:bearer|basic|token)\s{1,8}"
    r"|\bbearer\s{1,8}(?=[A-Za-z0-9._~+/=-]{20}))[A-Za-z0-9._~+/=-]{4,}"
)
_QUOTED_ASSIGNMENT = re.compile(
    rf"(?i)({_NAME}(?:\\?[\"'])?\s{{0,8}}(?::=|=>|[:=])\s{{0,8}})(\\?[\"'])(.{{0,4000}}?)\2"
)
_BARE_ASSIGNMENT = re.compile(rf"(?i)({_NAME}\s{{0,8}}=\s{{0,8}})(?![\"'\\\s(\[{{=])[^\s,;&)\"']+")
_SQL_PASSWORD = re.compile(r"(?i)(\b(?:password|identified\s{1,8}by)\s{1,8})'(?:[^']|'')*'")

FREE_TEXT_FACETS = frozenset(
    {
        "environmentVariables",
        "sql",
        "sourceCode",
        "errorMessage",
        "extractionError",
        "executionParameters",
        "unknownSourceAttribute",
        "externalQuery",
    }
)
FREE_TEXT_FIELDS = frozenset(
    {"query", "sourcecode", "source_code", "stacktrace", "stack_trace", "sql", "command"}
)


def mask_text(text: str) -> str:
    """Mask what is a secret by its shape alone.

    >>> mask_text("postgres://app:hunter2@db:5432/shop")
    'postgres://app:********@db:5432/shop'
    """
    if len(text) < SHORTEST:
        return text
    if "://" in text:
        text = _URL_PASSWORD.sub(rf"\1:{MASK}@", text)
        text = _URL_TOKEN.sub(rf"\1{MASK}@", text)
    if "=" in text:
        text = _QUERY_SECRET.sub(rf"\1{MASK}", text)
    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(rf"\1{MASK}", text)
    return _KNOWN_SHAPES.sub(MASK, _BEARER.sub(rf"\1{MASK}", text))


def mask_free_text(text: str) -> str:
    """Mask assignments to names that sound like secrets, too.

    >>> mask_free_text("export DB_PASSWORD=hunter2 DEBUG=1")
    'export DB_PASSWORD=******** DEBUG=1'
    """
    text = _QUOTED_ASSIGNMENT.sub(rf"\1\2{MASK}\2", text)
    text = _BARE_ASSIGNMENT.sub(rf"\1{MASK}", text)
    return mask_text(_SQL_PASSWORD.sub(rf"\1'{MASK}'", text))


def is_secret_name(name: str) -> bool:
    """Whether a value under this name is to be hidden whole.

    >>> is_secret_name("AWS_SECRET_ACCESS_KEY"), is_secret_name("primary_key")
    (True, False)
    """
    return bool(_SECRET_NAME.search(name))


def mask_event(value: Any, *, free: bool = False) -> Any:
    """A JSON value with every secret in it masked; `free` inside facets of free text."""
    match value:
        case str():
            return mask_free_text(value) if free else mask_text(value)
        case list():
            return [mask_event(one, free=free) for one in value]
        case dict():
            named = str(value.get("name") or value.get("key") or "")
            return {
                name: _masked_field(name, inner, free=free, named=named)
                for name, inner in value.items()
            }
        case _:
            return value


def _masked_field(name: str, value: Any, *, free: bool, named: str) -> Any:
    hidden = is_secret_name(name) or (name == "value" and is_secret_name(named))
    if hidden and isinstance(value, str) and value:
        return MASK
    free = free or name in FREE_TEXT_FACETS or name.lower() in FREE_TEXT_FIELDS
    return mask_event(value, free=free)
