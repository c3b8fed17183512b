"""Models and code named by convention: environment variables, command lines, annotations."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.deployments.references import (
    Reference,
    commit_at,
    hugging_face,
    model_at,
)

_COMMIT_WORDS = frozenset(
    {"git_commit", "git_sha", "git_revision", "commit_sha", "commit", "vcs_ref"}
    | {"org_opencontainers_image_revision", "source_commit", "commit_id"}
)
_REPOSITORY_WORDS = frozenset(
    {"git_repository", "git_repo", "git_url", "repository", "vcs_url"}
    | {"org_opencontainers_image_source"}
)
_HUB_WORDS = frozenset({"hf_model_id", "model_id", "hf_model", "model"})
_HASH_WORDS = frozenset({"model_sha256", "model_hash", "model_digest", "model_checksum"})
_RUN_WORDS = frozenset({"mlflow_run_id"})
_OPTIONS = frozenset(
    {"--model", "-m", "--model-uri", "--model-path", "--model-id", "--model_uri", "--model_path"}
    | {"--model-dir", "--model_dir", "--model_id", "--model_name_or_path", "--storage-uri"}
    | {"--model-repository", "--hf-model-id"}
)
_REVISIONS = frozenset({"--revision", "--model-revision"})
_HEX64 = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")
_MLFLOW_RUN = re.compile(r"[0-9a-f]{32}\Z")
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+\Z")


@dataclass(slots=True)
class Hints:
    """What the words of one workload refer to. `runs` are MLflow's run ids."""

    models: list[Reference] = field(default_factory=list)
    code: list[Reference] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)


def hints(
    words: Mapping[str, str], commands: Iterable[Sequence[str]] = (), *, namespace: str
) -> Hints:
    """From `words`, which are variables, annotations and labels by name, and command lines.

    `namespace` is where a model stands that is known by its registered name and version alone.
    """
    found = Hints()
    by_word = {_word(name): value.strip() for name, value in words.items() if value.strip()}
    for value in words.values():
        if (model := model_at(value)) and _is_model(model, words, value):
            found.models.append(model)
    for name in sorted(_HUB_WORDS & by_word.keys()):
        revision = by_word.get("revision", by_word.get("hf_revision", ""))
        if _HUB_NAME.match(by_word[name]) and (model := hugging_face(by_word[name], revision)):
            found.models.append(model)
    for command in commands:
        found.models += _in_command(command)
    _by_hash(by_word, found, namespace)
    _by_name(by_word, found, namespace)
    found.runs += [by_word[one] for one in _RUN_WORDS & by_word.keys() if _is_run(by_word[one])]
    repository = next((by_word[one] for one in sorted(_REPOSITORY_WORDS & by_word.keys())), "")
    for name in sorted(_COMMIT_WORDS & by_word.keys()):
        if code := commit_at(by_word[name], repository):
            found.code.append(code)
    return found


def _word(name: str) -> str:
    """The last part of a name as one word: `example.org/git-commit` is git_commit."""
    last = name.rpartition("/")[2].lower()
    return last.replace("-", "_").replace(".", "_")


def _is_model(model: Reference, words: Mapping[str, str], value: str) -> bool:
    """A registry's URI always; a place in storage only under a name that says model."""
    if model.key.namespace in {"mlflow", "huggingface.co"}:
        return True
    called = [_word(name) for name, given in words.items() if given == value]
    return any("model" in one or "storage_uri" in one for one in called) or any(
        scheme == "mlflow_model" for scheme, _ in model.identifiers
    )


def _is_run(value: str) -> bool:
    return _MLFLOW_RUN.match(value) is not None


def _in_command(command: Sequence[str]) -> Iterator[Reference]:
    """`mlflow models serve -m models:/churn/2`, `vllm serve --model=org/name --revision …`."""
    arguments = [part for one in command for part in one.split()]
    options: dict[str, str] = {}
    for index, one in enumerate(arguments):
        option, equals, value = one.partition("=")
        if not one.startswith("-"):
            continue
        options.setdefault(option, value if equals else "".join(arguments[index + 1 : index + 2]))
    revision = next((options[one] for one in sorted(_REVISIONS & options.keys())), "")
    for option in sorted(_OPTIONS & options.keys()):
        value = options[option]
        if option == "-m" and "mlflow" not in arguments:
            continue
        hub = hugging_face(value, revision) if _HUB_NAME.match(value) else None
        if model := model_at(value) or hub:
            yield model
    if arguments[:2] == ["vllm", "serve"]:
        served = hugging_face("".join(arguments[2:3]), revision)
        yield from [served] if served else []
    for one in arguments:
        if one.startswith(("models:/", "runs:/", "hf://")) and (model := model_at(one)):
            yield model


def _by_hash(words: Mapping[str, str], found: Hints, namespace: str) -> None:
    """The digest of the model's file: of the one model that is named, else of one without name."""
    for name in sorted(_HASH_WORDS & words.keys()):
        if digest := _HEX64.match(words[name].lower()):
            pair = ("sha256", digest.group(1))
            known = {one.key: one for one in found.models if not one.is_moving}
            if len(known) == 1:
                (one,) = known.values()
                found.models = [replace(one, identifiers=(*one.identifiers, pair))]
                continue
            key = ArtifactKey(namespace, Kind.MODEL.value, "model file", f"sha256:{pair[1]}")
            found.models.append(Reference(key=key, said=words[name], identifiers=(pair,)))


def _by_name(words: Mapping[str, str], found: Hints, namespace: str) -> None:
    """Registered name and version, where nothing stronger is given."""
    name, version = words.get("model_name", ""), words.get("model_version", "")
    if found.models or not name or not version or "/" in name:
        return
    key = ArtifactKey(namespace, Kind.MODEL.value, name, version)
    found.models.append(
        Reference(key=key, said=f"{name} {version}", is_moving=version.lower() == "latest")
    )
