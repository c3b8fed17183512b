"""What a model was made from, as its card, its configuration and its weights say.

In order of strength: mergekit's and peft's own files, which may name a revision; GGUF's head; the
card; `_name_or_path`, which is where the weights were loaded from and may be anybody's folder.
Where the card gives no relation it follows from the files; if nothing tells it is `derived`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.ingest.connectors.gathering import text, texts
from apps.ingest.connectors.huggingface.clone import hub_name
from apps.ingest.connectors.huggingface.model_card import RELATIONS, Card

TRAINED_TAGS = frozenset({"generated_from_trainer", "trl", "sft", "dpo", "grpo", "finetuned"})
# GGUF's file types that keep every digit, by number: F32, F16, BF16.
UNQUANTISED = frozenset({0, 1, 32})


@dataclass(frozen=True, slots=True)
class Base:
    """One thing a model was made from, as named, and the file that says so."""

    name: str
    revision: str
    role: str
    said_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The configuration beside the weights. Empty where there is none."""

    config: Mapping[str, Any]
    adapter: Mapping[str, Any]
    merge: Mapping[str, Any]
    gguf: Mapping[str, Any]


def bases(card: Card, files: Files) -> list[Base]:
    """Every base, each by the strongest that names it."""
    every = [*_merged(files.merge), *_adapted(files.adapter), *_converted(files.gguf)]
    every += _declared(card, files)
    if not every:
        every += _loaded(card, files)
    found: dict[str, Base] = {}
    for base in sorted(every, key=lambda one: not hub_name(one.name)[0]):
        # A head that has only a title adds nothing where another names the repository.
        if not found or hub_name(base.name)[0] or not base.said_in.startswith("GGUF"):
            found.setdefault(hub_name(base.name)[0] or base.name, base)
    return list(found.values())


def training_data(card: Card, files: Files) -> Iterator[tuple[str, str]]:
    """The datasets a model is said to be trained on, with the place that says so."""
    for name in texts(card.fields.get("datasets")):
        yield name, "datasets"
    for index in _numbers(files.gguf, "general.dataset"):
        prefix = f"general.dataset.{index}"
        for end in ("repo_url", "name"):
            if name := text(files.gguf.get(f"{prefix}.{end}")):
                yield name, prefix
                break


def declared_relation(card: Card) -> tuple[str, str]:
    """The role and the word that the card has for it; of a word unknown, `derived`."""
    word = text(card.fields.get("base_model_relation"))
    return RELATIONS.get(word.lower(), "derived" if word else ""), word


def is_quantised(files: Files) -> bool:
    return isinstance(files.config.get("quantization_config"), dict)


def _merged(merge: Mapping[str, Any]) -> Iterator[Base]:
    """Models in any place of a mergekit file: `models`, `slices > sources`, `base_model`."""
    waiting: list[Any] = [merge]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            for name, inner in value.items():
                if name in ("model", "base_model", "lora", "path"):
                    yield from _merge_reference(inner)
                if isinstance(inner, dict | list):
                    waiting.append(inner)


def _merge_reference(value: object) -> Iterator[Base]:
    """`org/model@revision+org/adapter`."""
    for part in text(value).split("+"):
        name, _, revision = part.strip().partition("@")
        if name:
            yield Base(name, revision, "merge", "mergekit_config.yml")


def _adapted(adapter: Mapping[str, Any]) -> Iterator[Base]:
    if name := text(adapter.get("base_model_name_or_path")):
        revision = text(adapter.get("revision"))
        yield Base(name, revision, "adapter", "adapter_config.json")


def _converted(gguf: Mapping[str, Any]) -> Iterator[Base]:
    plain = gguf.get("general.file_type") in UNQUANTISED
    role = "conversion" if plain else "quantization"
    for index in _numbers(gguf, "general.base_model"):
        prefix = f"general.base_model.{index}"
        url, name = text(gguf.get(f"{prefix}.repo_url")), text(gguf.get(f"{prefix}.name"))
        if url or name:
            yield Base(url or name, "", role, f"GGUF {prefix}")


def _numbers(values: Mapping[str, Any], prefix: str) -> range:
    count = values.get(f"{prefix}.count")
    return range(min(count, 100) if isinstance(count, int) else 0)


def _declared(card: Card, files: Files) -> Iterator[Base]:
    names = list(dict.fromkeys(texts(card.fields.get("base_model"))))
    role = declared_relation(card)[0] or _inferred(card, files, several=len(names) > 1)
    for name in names:
        yield Base(name, "", role, "README.md")


def _inferred(card: Card, files: Files, *, several: bool) -> str:
    tags = {tag.lower() for tag in texts(card.fields.get("tags"))}
    if files.adapter or text(card.fields.get("library_name")).lower() == "peft":
        return "adapter"
    if several or files.merge or "mergekit" in tags:
        return "merge"
    if is_quantised(files) or files.gguf:
        return "quantization"
    return "fine_tuning" if TRAINED_TAGS & tags else "derived"


def _loaded(card: Card, files: Files) -> Iterator[Base]:
    if name := text(files.config.get("_name_or_path")):
        role = declared_relation(card)[0] or _inferred(card, files, several=False)
        yield Base(name, text(files.config.get("_commit_hash")), role, "config.json")
