"""`lineage_site/setup.sh` on machines that lack something."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lineage_site.embedded.place import SITE_DIR

NEEDED = ("sh", "dirname", "id", "cksum", "cat", "grep", "rm")
# A Python that works but for what Debian leaves out, until the package is installed.
BARE_PYTHON = f"""#!/bin/sh
case "$2" in *ensurepip*) [ -e "$(dirname "$0")/installed" ] || exit 1 ;; esac
exec {sys.executable} "$@"
"""
APT = """#!/bin/sh
echo "$*" >> "$(dirname "$0")/apt.log"
: > "$(dirname "$0")/installed"
"""


class Machine:
    """A copy of what set-up reads, and a PATH with no more on it than the test puts there."""

    def __init__(self, directory: Path) -> None:
        self.tree = directory / "a tree"
        self.path = directory / "bin"
        (self.tree / "lineage_site").mkdir(parents=True)
        shutil.copy(SITE_DIR / "lineage_site/setup.sh", self.tree / "lineage_site")
        self.lock("# no packages\n")
        self.path.mkdir()
        for name in NEEDED:
            found = shutil.which(name)
            assert found
            (self.path / name).symlink_to(found)

    def has(self, name: str, script: str) -> None:
        file = self.path / name
        file.unlink(missing_ok=True)
        file.write_text(script, encoding="utf-8")
        file.chmod(0o755)

    def lock(self, text: str) -> None:
        (self.tree / "requirements.txt").write_text(text, encoding="utf-8")

    def set_up(self, goal: str = "run") -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        return subprocess.run(
            [self.tree / "lineage_site/setup.sh", goal],
            env={**kept, "PATH": str(self.path), "HOME": str(self.tree)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_says_which_python_it_needs(machine: Machine) -> None:
    done = machine.set_up()
    assert done.returncode == 1
    assert "Python 3.11 to 3.14 is needed and was not found." in done.stderr


def test_it_names_the_command_where_it_may_not_install(machine: Machine) -> None:
    machine.has("python3", BARE_PYTHON)
    done = machine.set_up()
    assert done.returncode == 1
    major, minor = sys.version_info[:2]
    assert f"sudo apt-get install -y python{major}.{minor}-venv" in done.stderr


def test_it_installs_what_debian_leaves_out_where_it_may(machine: Machine) -> None:
    machine.has("python3", BARE_PYTHON)
    machine.has("apt-get", APT)
    machine.has("id", "#!/bin/sh\necho 0\n")
    done = machine.set_up()
    assert done.returncode == 0, done.stderr
    asked = (machine.path / "apt.log").read_text(encoding="utf-8").splitlines()
    assert asked[0].startswith("update")
    assert asked[1].endswith("-venv")
    assert (machine.tree / ".venv/bin/python").exists()


def test_it_does_nothing_when_nothing_has_changed(machine: Machine) -> None:
    machine.has("python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    assert "Making .venv" in machine.set_up().stdout
    assert machine.set_up().stdout == ""
    machine.lock("# still no packages\n")
    assert "Installing" in machine.set_up().stdout


def test_it_refuses_a_package_without_its_hash(machine: Machine) -> None:
    machine.has("python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    machine.lock("django==5.2\n")
    done = machine.set_up()
    assert done.returncode != 0
    assert "hash" in done.stderr.lower()


def test_it_names_the_command_for_chromium(machine: Machine) -> None:
    done = machine.set_up("browser")
    assert done.returncode == 1
    assert "sudo apt-get install -y chromium" in done.stderr
