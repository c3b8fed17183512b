"""Post lineage batches over REST, with nothing but Python's standard library.

    python examples/post_batch.py http://127.0.0.1:8000 TOKEN examples/fraud/lineage.json

The file holds one batch or a list of batches. The token needs the scope `record`.
"""

import argparse
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any


def main() -> int:
    """Post every batch of the file in turn; stop at the first that is refused."""
    parser = argparse.ArgumentParser(description="Post lineage batches over REST.")
    parser.add_argument("url", help="where the site answers, such as http://127.0.0.1:8000")
    parser.add_argument("token", help="an API token with the scope record")
    parser.add_argument("file", type=Path, help="a JSON file with one batch or a list of them")
    given = parser.parse_args()
    if not given.url.startswith(("http://", "https://")):
        parser.error("the URL must begin with http:// or https://")
    found = json.loads(given.file.read_text())
    for batch in found if isinstance(found, list) else [found]:
        status, answer = post(f"{given.url.rstrip('/')}/api/v1/batches", given.token, batch)
        print(batch.get("producer", "unnamed"), status, answer)
        if status >= 400:  # noqa: PLR2004
            return 1
    return 0


def post(url: str, token: str, document: dict[str, Any]) -> tuple[int, str]:
    """The status and the text of the answer; ends the script when nothing answers."""
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked
        url,
        data=json.dumps(document).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except urllib.error.URLError as error:
        print(f"Nothing answers at {url}: {error.reason}", file=sys.stderr)
        raise SystemExit(2) from error


if __name__ == "__main__":
    sys.exit(main())
