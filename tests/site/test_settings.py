"""Settings of a production site."""

import secrets
import subprocess
import sys
from pathlib import Path

from lineage_site.embedded.place import SITE_DIR
from tests.processes import environment


def checked(directory: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=SITE_DIR,
        env=environment(directory, **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_passes_django_s_own_check_for_production(tmp_path: Path) -> None:
    done = checked(
        tmp_path,
        SECRET_KEY=secrets.token_urlsafe(50),
        ALLOWED_HOSTS="lineage.example.org",
        BEHIND_TLS="true",
    )
    assert done.returncode == 0, done.stderr


def test_it_does_not_pass_with_the_secret_everybody_knows(tmp_path: Path) -> None:
    done = checked(tmp_path, ALLOWED_HOSTS="lineage.example.org", BEHIND_TLS="true")
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr
