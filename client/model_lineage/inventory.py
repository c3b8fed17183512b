"""Which Python this is and what is installed in it. Run by a program's own Python too, so it
imports nothing but the standard library.
"""

import json
import platform
import re
import sys
from importlib import metadata
from typing import Any


def inventory() -> dict[str, Any]:
    """`python`, `implementation` and `packages`: versions by normalised name."""
    packages: dict[str, str] = {}
    for one in metadata.distributions():
        name = one.metadata["Name"]
        if name:
            # The first on the path is the one that is imported.
            packages.setdefault(re.sub(r"[-_.]+", "-", name).lower(), one.version or "unknown")
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "packages": dict(sorted(packages.items())),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(inventory()))
