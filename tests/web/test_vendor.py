"""Copies of others' work are what the manifest says; pages load nothing from elsewhere."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.web.management.commands.vendor_assets import FILES

HERE = Path(settings.BASE_DIR)


def test_it_proves_the_copies() -> None:
    call_command("vendor_assets", "--check")


def test_it_notices_a_copy_that_was_altered(tmp_path: Path) -> None:
    vendor = tmp_path / "static" / "vendor"
    for name in [*FILES.values(), "MANIFEST.sha256"]:
        copy = vendor / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((HERE / "static" / "vendor" / name).read_bytes())
    (vendor / "htmx" / "htmx.min.js").write_text("evil()")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "BASE_DIR", tmp_path)
        with pytest.raises(CommandError, match="differs from its MANIFEST"):
            call_command("vendor_assets", "--check")


def test_it_pins_each_package_by_content_and_names_no_address() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text())
    packages = [each for path, each in lock["packages"].items() if path]
    assert all(each["integrity"].startswith("sha512-") for each in packages)
    assert not any("resolved" in each for each in packages)


def test_it_loads_nothing_from_elsewhere() -> None:
    ours = [
        *HERE.glob("templates/**/*.html"),
        *HERE.glob("static/css/*.css"),
        *HERE.glob("static/js/**/*.js"),
    ]
    for path in ours:
        found = re.findall(
            r"(?:src|href)=\"(?:https?:)?//|@import|url\(\"?(?:https?:)?//", path.read_text()
        )
        assert not found, path
