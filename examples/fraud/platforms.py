"""The code and the environments that runs name: commits checked out, images described."""

import importlib.util
import platform
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from examples.fraud.book import Book, Key
from examples.fraud.history import Commit
from examples.fraud.images import SERVING, TRAINING, image_digest, packages


@dataclass
class Checkout:
    """A commit as an artifact and as importable modules."""

    key: Key
    commit: Commit
    folder: Path
    loaded: dict[str, ModuleType] = field(default_factory=dict)

    def module(self, name: str) -> ModuleType:
        """The module as the commit has it."""
        if name not in self.loaded:
            path = self.folder / f"{name}.py"
            spec = importlib.util.spec_from_file_location(f"{name}_{self.commit.sha}", path)
            if spec is None or spec.loader is None:
                raise ImportError(f"{path} is not a Python module.")
            self.loaded[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self.loaded[name])
        return self.loaded[name]

    @property
    def files(self) -> dict[str, bytes]:
        return {name: text.encode() for name, text in self.commit.files}


def check_out(
    book: Book, commit: Commit, folder: Path, *, namespace: str, name: str, owner: str
) -> Checkout:
    """Write the commit's files to a folder of their own and note it as a code artifact."""
    target = folder / commit.sha
    target.mkdir(parents=True)
    for path, text in commit.files:
        (target / path).write_text(text)
    key = Key(namespace, "code", name, commit.sha[:12])
    address = f"https://git.example.com/{namespace}/{name}"
    book.artifact(
        key,
        commit.when,
        uri=f"{address}/commit/{commit.sha}",
        owner=owner,
        description=f"{commit.message}\n\n{commit.author}",
        facets={
            "code": {
                "repository": address,
                "commit": commit.sha,
                "branch": "main",
                "dirty": False,
            }
        },
    )
    book.identifier(key, "git_commit", commit.sha)
    return Checkout(key, commit, target)


def environment(
    book: Book, checkout: Checkout, *, name: str, version: str, when: str, serving: bool = False
) -> Key:
    """An image built from a commit, with the packages of the environment that records."""
    wanted = SERVING if serving else TRAINING
    key = Key(checkout.key.namespace, "environment", name, version)
    digest = image_digest(checkout.files, wanted=wanted, labels={"name": name, "version": version})
    book.artifact(
        key,
        when,
        digest=digest,
        uri=f"registry.example.com/{key.namespace}/{name}@{digest}",
        owner="ml-platform",
        description=f"{'Serving' if serving else 'Training'} image, {platform.system()} amd64.",
        facets={
            "environment": {
                "python": platform.python_version(),
                "image_digest": digest,
                "packages": packages(wanted),
            }
        },
    )
    book.edge(checkout.key, "derived", key)
    book.identifier(key, "oci_image", digest)
    return key
