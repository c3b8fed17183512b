"""Container images, built for real but never pushed: one layer, its config and its manifest.

An image digest is the SHA-256 of the manifest, which names the config and the layer by theirs, so
it changes with every byte of the code, the weights and the package list.
"""

import hashlib
import io
import json
import platform
import tarfile
from importlib.metadata import version

TRAINING = ("joblib", "numpy", "scikit-learn", "scipy", "threadpoolctl")
SERVING = ("numpy",)


def packages(names: tuple[str, ...]) -> dict[str, str]:
    """The installed versions, as they are in the environment that records."""
    return {name: version(name) for name in names}


def image_digest(
    files: dict[str, bytes], *, wanted: tuple[str, ...], labels: dict[str, str]
) -> str:
    """`sha256:…` of the manifest of an image that holds the files and a package list."""
    listed = "".join(f"{name}=={found}\n" for name, found in packages(wanted).items())
    layer = _layer({**files, "requirements.txt": listed.encode()})
    config = _canonical(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": [f"PYTHON_VERSION={platform.python_version()}"], "Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
    )
    vendor = "application/vnd.oci.image"
    manifest = _canonical(
        {
            "schemaVersion": 2,
            "mediaType": f"{vendor}.manifest.v1+json",
            "config": {
                "mediaType": f"{vendor}.config.v1+json",
                "digest": _digest(config),
                "size": len(config),
            },
            "layers": [
                {
                    "mediaType": f"{vendor}.layer.v1.tar",
                    "digest": _digest(layer),
                    "size": len(layer),
                }
            ],
        }
    )
    return _digest(manifest)


def _layer(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def _canonical(document: dict) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
