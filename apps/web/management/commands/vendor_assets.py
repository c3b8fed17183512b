"""Copy the front end's libraries from node_modules into static/vendor, or check the copies."""

import hashlib
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": (
        "inter/inter-latin-wght-normal.woff2"
    ),
    "@fontsource-variable/inter/LICENSE": "inter/LICENSE",
}
MANIFEST = "MANIFEST.sha256"


class Command(BaseCommand):
    help = "Copies what package.json pins into static/vendor and writes its SHA-256 manifest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail if a copy was altered"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        vendor = Path(settings.BASE_DIR) / "static" / "vendor"
        if options["check"]:
            if vendor.joinpath(MANIFEST).read_text() != manifest(vendor):
                raise CommandError(f"{vendor} differs from its {MANIFEST}; run vendor_assets.")
            self.stdout.write("The copies are as the manifest says.")
            return
        copy(Path(settings.BASE_DIR) / "node_modules", vendor)
        vendor.joinpath(MANIFEST).write_text(manifest(vendor))
        self.stdout.write(f"Copied {len(FILES)} files into {vendor}.")


def copy(modules: Path, vendor: Path) -> None:
    for source, target in FILES.items():
        if not modules.joinpath(source).is_file():
            raise CommandError(f"{source} is not there; run `npm ci --ignore-scripts` first.")
        vendor.joinpath(target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, vendor / target)


def manifest(vendor: Path) -> str:
    """One line a file, as `sha256sum -c` reads it."""
    lines = []
    for target in sorted(FILES.values()):
        digest = hashlib.sha256(vendor.joinpath(target).read_bytes()).hexdigest()
        lines.append(f"{digest}  {target}\n")
    return "".join(lines)
