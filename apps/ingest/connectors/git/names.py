"""What things of git are called here: repositories, commits, texts, times."""

import re
from datetime import UTC, datetime
from pathlib import Path

_SCP_LIKE = re.compile(r"(?:[^@/]+@)?([^:/@]+):(?!//)(.+)\Z")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/]+)/(.+)\Z", re.IGNORECASE)


def namespace_of(address: str, root: Path | None = None) -> str:
    """`git://host/path`: no user, scheme, port or `.git`, so that all addresses of one are one.

    An address on some machine's disk says nothing elsewhere: its last folder stands for it.

    >>> namespace_of("git@GitHub.com:acme/churn.git")
    'git://github.com/acme/churn'
    >>> namespace_of("https://token@github.com:443/acme/churn/")
    'git://github.com/acme/churn'
    >>> namespace_of("/home/dev/churn.git")
    'git://churn'
    """
    address = address.strip()
    if (found := _URL.match(address)) or (found := _SCP_LIKE.match(address)):
        host, path = found.groups()
        host = re.sub(r":\d+\Z", "", host.lower())
        return f"git://{host}/{path.strip('/').removesuffix('.git')}"
    last = address.rstrip("/").replace("\\", "/").rpartition("/")[2]
    if not last and root is not None:
        last = root.resolve().name
    return f"git://{last.removesuffix('.git') or 'repository'}"


def text(value: bytes) -> str:
    """Git promises no encoding. What is not UTF-8, or a control character, is made visible."""
    return re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]",
        "\N{REPLACEMENT CHARACTER}",
        value.decode("utf-8", "replace"),
    )


def moment(seconds: int | None) -> datetime | None:
    """Seconds since 1970, as far as they are a time at all."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None
