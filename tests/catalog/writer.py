"""A writer in a process of its own: `python -m tests.catalog.writer NAME up>down …`.

Waits for a line on standard input, so that several start together, then records each pair in a
batch of its own and prints how many of its edges were refused.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lineage_site.settings")
django.setup()

from tests.catalog.lineage import record  # noqa: E402 - the models need the set-up above


def main() -> None:
    name, *pairs = sys.argv[1:]
    print("ready", flush=True)  # noqa: T201 - read by the test
    sys.stdin.readline()
    results = [record(pair, atomic=False, producer=name) for pair in pairs]
    print(sum(len(result.refusals) for result in results))  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
