"""Versions as Marquez names them: by UUID."""

import re
from uuid import UUID, uuid5

from apps.graph.strict_json import canonical

# Any constant does, as long as it stays: what was answered once is answered for ever.
_VERSIONS = UUID("6f1c2b1e-6d0b-5c55-9a63-6d6172717565")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def version_id(namespace: str, name: str, version: str) -> str:
    """The version itself if it is a UUID, else one that stands for it.

    >>> version_id("lake", "orders", "5a0d6c4e-1b9b-4a57-9a9b-5f8f7c1f0d11")
    '5a0d6c4e-1b9b-4a57-9a9b-5f8f7c1f0d11'
    >>> version_id("lake", "orders", "v2") == version_id("lake", "orders", "v2")
    True
    """
    return (
        version
        if is_uuid(version)
        else str(uuid5(_VERSIONS, canonical([namespace, name, version])))
    )


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID as it is printed."""
    return bool(_UUID.match(text))
