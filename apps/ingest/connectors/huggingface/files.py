"""The files beside a card: configurations and weights, read within limits and within the folder."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.formats.weight_files import WeightFile, is_weights, read_weights
from apps.ingest.connectors.formats.yaml_cards import load_yaml
from apps.ingest.connectors.gathering import Gathering, text
from apps.ingest.connectors.huggingface.base_models import Files
from apps.ingest.connectors.huggingface.clone import Clone
from apps.ingest.connectors.huggingface.model_card import Card

MAX_CONFIG_BYTES = 1024 * 1024
MAX_WEIGHTS = 1000
NO_FILES = Files(config={}, adapter={}, merge={}, gguf={})


def read_files(clone: Clone, gathering: Gathering) -> tuple[Files, list[WeightFile]]:
    """The configurations of a repository and, if it is a model's, its weights."""
    weights = list(_weights(clone, gathering)) if clone.kind == Kind.MODEL else []
    heads = [one.head for one in weights if one.suffix == ".gguf" and one.head]
    merge = _configuration(clone, gathering, "mergekit_config.yml", load_yaml)
    return Files(
        config=_configuration(clone, gathering, "config.json", _json),
        adapter=_configuration(clone, gathering, "adapter_config.json", _json),
        merge=merge or _configuration(clone, gathering, "mergekit_config.yaml", load_yaml),
        gguf=heads[0] if heads else {},
    ), weights


def facets(
    clone: Clone, card: Card, files: Files, weights: list[WeightFile], gathering: Gathering
) -> dict[str, Any]:
    """The typed facet, and under `huggingface` all that was read, as it stands."""
    place = f"{clone.place}/README.md"
    own = {
        "card": gathering.kept(card.fields, place),
        "config": gathering.kept(files.config, f"{clone.place}/config.json"),
        "adapter_config": gathering.kept(files.adapter, f"{clone.place}/adapter_config.json"),
        "mergekit_config": gathering.kept(files.merge, f"{clone.place}/mergekit_config.yml"),
        "files": [_file(one, gathering, clone) for one in weights],
    }
    return {clone.kind: _typed(clone, card, weights)} | {
        "huggingface": {name: value for name, value in own.items() if value}
    }


def _typed(clone: Clone, card: Card, weights: list[WeightFile]) -> dict[str, Any]:
    about: dict[str, Any] = {"license": card.license}
    if clone.kind == Kind.MODEL:
        formats = sorted({one.suffix.removeprefix(".") for one in weights})
        about |= {
            "format": ", ".join(formats),
            "framework": text(card.fields.get("library_name")),
            "task": text(card.fields.get("pipeline_tag")),
            "size_bytes": sum(one.size for one in weights),
        }
    return {name: value for name, value in about.items() if value}


def _file(one: WeightFile, gathering: Gathering, clone: Clone) -> dict[str, Any]:
    about = {"path": one.name, "size_bytes": one.size, "sha256": one.sha256, "digest_from": one.how}
    found = {name: value for name, value in about.items() if value}
    head = gathering.kept(one.head, f"{clone.place}/{one.name}")
    return found | ({"metadata": head} if head else {})


def _weights(clone: Clone, gathering: Gathering) -> Iterator[WeightFile]:
    names = list(_weight_names(clone))
    if len(names) > MAX_WEIGHTS:
        message = f"{len(names):,} files of weights; the first {MAX_WEIGHTS:,} are read."
        gathering.adapt(clone.place, "many_weights", message)
    for name in names[:MAX_WEIGHTS]:
        place, file = f"{clone.place}/{name}", clone.inside(name)
        if file is None:
            gathering.refuse(place, "outside", "Leads out of the folder or nowhere; not read.")
            continue
        try:
            found = read_weights(file, name)
        except OSError as error:
            gathering.refuse(place, "unreadable", f"Cannot be read: {error.strerror}.")
            continue
        if found.fault:
            gathering.adapt(place, "no_head", f"{found.fault} Only its digest is taken.")
        if not found.sha256:
            message = f"{found.size:,} bytes are too many to be hashed here; it bears no digest."
            gathering.adapt(place, "not_hashed", message)
        yield found


def _weight_names(clone: Clone) -> Iterator[str]:
    """The paths of files of weights in the folder, by name; what is hidden is left alone."""
    for here, folders, files in os.walk(clone.folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(here).relative_to(clone.folder)
        yield from ((inside / name).as_posix() for name in sorted(files) if is_weights(name))


def _configuration(
    clone: Clone, gathering: Gathering, name: str, reader: Callable[[Path], Any]
) -> dict[str, Any]:
    file, place = clone.inside(name), f"{clone.place}/{name}"
    if file is None:
        if (clone.folder / name).is_symlink():
            gathering.refuse(place, "outside", "Leads out of the folder or nowhere; not read.")
        return {}
    try:
        found = reader(file)
    except (ConnectorError, RecordError) as error:
        gathering.refuse(place, "no_configuration", str(error)[:500])
        return {}
    if not isinstance(found, dict):
        message = f"Holds a {type(found).__name__}, not a configuration."
        gathering.refuse(place, "no_configuration", message)
        return {}
    return {str(key): value for key, value in found.items()}


def _json(file: Path) -> Any:
    try:
        with file.open("rb") as content:
            read = content.read(MAX_CONFIG_BYTES + 1)
    except OSError as error:
        raise ConnectorError(f"Cannot be read: {error.strerror}.") from error
    if len(read) > MAX_CONFIG_BYTES:
        raise ConnectorError(f"Is larger than {MAX_CONFIG_BYTES:,} bytes.")
    return strict_json.loads(read, keep_non_finite=True)
