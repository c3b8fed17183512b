"""Model cards of the Hugging Face Hub and the files beside them."""

import hashlib
import json
import struct
from pathlib import Path

import pytest

from apps.catalog.models import Artifact, Edge
from apps.graph.records import ArtifactRecord, EdgeRecord, IdentifierRecord
from apps.ingest.connectors.contract import ConnectorError, Reading
from apps.ingest.connectors.huggingface import connector
from apps.ingest.services import import_path
from tests.ingest.shared import SHARED, of_path

read = of_path(connector.read)

PAYLOADS = Path(__file__).parent / "payloads" / "huggingface"
STORE = SHARED / "tracking" / "stores" / "huggingface"
SEEDS = "oak/seeds@0123456789abcdef0123456789abcdef01234567"
COMMIT = "a91f3e2" * 5 + "a91f3"


def artifacts(readings: list[Reading]) -> dict[str, ArtifactRecord]:
    return {str(one.key): one for each in readings if each.batch for one in each.batch.artifacts}


def edges(readings: list[Reading]) -> list[EdgeRecord]:
    return [one for each in readings if each.batch for one in each.batch.edges]


def identifiers(readings: list[Reading]) -> list[IdentifierRecord]:
    return [one for each in readings if each.batch for one in each.batch.identifiers]


def made_from(name: str, readings: list[Reading]) -> set[tuple[str, str]]:
    return {(str(one.upstream), one.role) for one in edges(readings) if one.downstream.name == name}


def codes(readings: list[Reading]) -> set[str]:
    return {one.code for each in readings for one in (*each.adapted, *each.refused)}


def clone(folder: Path, card: str = "---\nlicense: mit\n---\n", **files: bytes | str) -> Path:
    """A clone with this card and these files; `__` in a name stands for its dot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(card, encoding="utf-8")
    for name, content in files.items():
        raw = content.encode() if isinstance(content, str) else content
        (folder / name.replace("__", ".")).write_bytes(raw)
    return folder


def safetensors(**metadata: str) -> bytes:
    head = json.dumps({"__metadata__": metadata}).encode()
    return struct.pack("<Q", len(head)) + head + b"\0" * 64


def gguf(values: dict[str, str | int]) -> bytes:
    found = b"GGUF" + struct.pack("<IQQ", 3, 0, len(values) + 1)
    tokens = struct.pack("<IIQ", 9, 8, 2) + 2 * (struct.pack("<Q", 1) + b"a")
    found += struct.pack("<Q", 21) + b"tokenizer.ggml.tokens" + tokens
    for name, value in values.items():
        found += struct.pack("<Q", len(name)) + name.encode()
        if isinstance(value, int):
            found += struct.pack("<II", 4, value)
        else:
            found += struct.pack("<IQ", 8, len(value)) + value.encode()
    return found


def test_it_names_the_relation_to_each_base() -> None:
    found = list(read(PAYLOADS))
    assert made_from("oak/acorn-small-sft", found) == {
        ("oak/acorn-small", "fine_tuning"),
        (SEEDS, "training"),
        ("Notes from the lab", "training"),
    }
    assert made_from("oak/acorn-small-GGUF", found) == {("oak/acorn-small", "quantization")}
    assert made_from("oak/acorn-blend", found) == {
        ("elm/twig", "merge"),
        ("oak/acorn-small-sft", "merge"),
        ("oak/acorn-lora", "merge"),
        ("./checkpoints/last", "merge"),
    }


def test_it_takes_the_revision_of_the_adapter_and_the_clone_that_may_be_it() -> None:
    assert made_from("oak/acorn-lora", list(read(PAYLOADS))) == {
        ("oak/acorn-small@76543210fedcba9876543210fedcba9876543210", "adapter"),
        ("oak/acorn-small", "adapter"),
    }


def test_it_takes_the_digest_of_one_file_for_the_model_and_of_several_for_none() -> None:
    found = list(read(PAYLOADS))
    digest = "5d2c1f6c0b7a4b5e93e0e2a4c1d4f0b6a7980e1f2d3c4b5a69788796a5b4c3d2"
    assert artifacts(found)["oak/acorn-small"].digest == f"sha256:{digest}"
    assert artifacts(found)["oak/acorn-small-GGUF"].digest == ""
    assert [one.scheme for one in identifiers(found)].count("file_sha256") == 2


def test_it_takes_measurements_on_one_dataset_together() -> None:
    found = list(read(PAYLOADS))
    name = "oak/acorn-small: text-generation on elm/twigs (en, test)"
    assert artifacts(found)[name].facets["evaluation"] == {
        "metrics": {"accuracy": 0.71, "perplexity": "NaN", "accuracy (accuracy at 5)": 0.92}
    }
    assert made_from(name, found) == {("oak/acorn-small", "evaluation"), ("elm/twigs", "testing")}


def test_it_knows_datasets_and_applications() -> None:
    found = list(read(PAYLOADS))
    assert made_from("oak/seeds", found) == {("elm/twigs", "derived")}
    assert made_from("oak/grove", found) == {
        ("oak/acorn-small-sft", "dependency"),
        (SEEDS, "dependency"),
    }


def test_it_reads_the_card_as_typed_fields_and_keeps_it_whole() -> None:
    small = artifacts(list(read(PAYLOADS)))["oak/acorn-small"]
    assert small.description == "A small model, planted in one afternoon."
    assert (small.owner, small.tags) == ("oak", ("acorn", "text-generation"))
    assert small.facets["model"] == {
        "license": "other (oak-research-1.0)",
        "format": "safetensors",
        "framework": "transformers",
        "task": "text-generation",
        "size_bytes": 2468101,
    }
    assert small.facets["huggingface"]["card"]["language"] == "en"


def test_it_does_not_take_a_base_from_prose_but_says_so() -> None:
    found = list(read(PAYLOADS))
    assert made_from("oak/acorn-small-AWQ", found) == set()
    (remark,) = [one for each in found for one in each.adapted if one.code == "base_unnamed"]
    assert "oak/acorn-small" in remark.message


def test_it_knows_the_repository_and_commit_of_a_clone_by_git(tmp_path: Path) -> None:
    folder = clone(tmp_path / "whatever")
    (folder / ".git" / "refs" / "heads").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / ".git" / "packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n")
    url = "https://bob:secret@HuggingFace.co/oak/acorn.git"
    (folder / ".git" / "config").write_text(f'[core]\n[remote "origin"]\n\turl = {url}\n')
    found = list(read(folder))
    assert list(artifacts(found)) == [f"oak/acorn@{COMMIT}"]
    assert [one.value for one in identifiers(found)] == [f"oak/acorn@{COMMIT}"]
    assert "secret" not in repr(found)


def test_it_reads_the_head_of_weights(tmp_path: Path) -> None:
    weights = safetensors(git_commit=COMMIT, training_run="mlflow:" + "0ab1" * 8)
    clone(tmp_path / "oak--a", model__safetensors=weights)
    url = "https://huggingface.co/oak/a"
    head: dict[str, str | int] = {
        "general.base_model.count": 1,
        "general.base_model.0.repo_url": url,
    }
    clone(tmp_path / "oak--q", q__gguf=gguf({**head, "general.file_type": 7}))
    clone(tmp_path / "oak--c", c__gguf=gguf({**head, "general.file_type": 1}))
    found = list(read(tmp_path))
    run = "0ab1" * 8
    assert made_from("oak/a", found) == {(f"{run}@{run}", "output")}
    assert made_from(run, found) == {(f"a@{COMMIT}", "code")}
    assert made_from("oak/q", found) == {("oak/a", "quantization")}
    assert made_from("oak/c", found) == {("oak/a", "conversion")}
    assert artifacts(found)["oak/a"].digest == f"sha256:{hashlib.sha256(weights).hexdigest()}"


def test_it_reads_one_card_alone() -> None:
    found = list(read(PAYLOADS / "oak--acorn-small-sft" / "README.md"))
    assert list(artifacts(found)) == ["oak/acorn-small-sft"]
    assert ("oak/seeds", "training") in made_from("oak/acorn-small-sft", found)


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("---\na: [\n---\n", "not_yaml"),
        ("---\na: &x [1]\nb: *x\n---\n", "not_yaml"),
        ("---\na: !!python/object/apply:os.system [true]\n---\n", "not_yaml"),
        ("---\na: " + "[" * 500 + "\n---\n", "not_yaml"),
        ("---\n- a\n---\n", "no_mapping"),
        ("---\nlicense: mit\n", "no_front_matter"),
        ("words", "no_front_matter"),
        ("---\nbase_model: oak/self\n---\n", "own_upstream"),
        ("---\nbase_model: a\nbase_model_relation: brewed\n---\n", "unknown_relation"),
        ("---\nmodel-index: 5\n---\n", "no_evaluation"),
        ("---\nmodel-index: [5, {results: [5, {}]}]\n---\n", "no_evaluation"),
        ('---\nlicense: "a\\0b"\n---\n', "field_left_out"),
    ],
)
def test_it_says_what_is_wrong_with_a_card(tmp_path: Path, card: str, code: str) -> None:
    found = list(read(clone(tmp_path / "oak--self", card)))
    assert code in codes(found)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.safetensors", b"\xff" * 64, "no_head"),
        ("a.safetensors", b"", "no_head"),
        ("a.safetensors", struct.pack("<Q", 9) + b'{"a":NaN}', "no_head"),
        ("a.gguf", b"GGUF\x03", "no_head"),
        ("a.gguf", b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60), "no_head"),
        ("a.gguf", gguf({})[:-3] + b"\xff" * 16, "no_head"),
        ("config.json", b"[" * 5000, "no_configuration"),
        ("adapter_config.json", b"[]", "no_configuration"),
        ("mergekit_config.yml", b"a: &x 1\nb: *x", "no_configuration"),
    ],
)
def test_it_survives_any_file(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (clone(tmp_path / "oak--a") / name).write_bytes(content)
    found = list(read(tmp_path))
    assert code in codes(found)
    assert list(artifacts(found)) == ["oak/a"]


def test_it_keeps_a_model_without_the_fields_that_cannot_be_kept(tmp_path: Path) -> None:
    card = '---\nlicense: "a\\0"\nbase_model: oak/b\n---\nText \x01 here.\n'
    found = list(read(clone(tmp_path / "oak--a", card)))
    assert artifacts(found)["oak/a"].description == ""
    assert made_from("oak/a", found) == {("oak/b", "derived")}
    assert codes(found) == {"field_left_out"}


def test_it_does_not_follow_links_out_of_the_folder(tmp_path: Path) -> None:
    outside = clone(tmp_path / "outside", model__safetensors=safetensors())
    folder = tmp_path / "inside" / "oak--a"
    folder.mkdir(parents=True)
    for name in ("README.md", "model.safetensors"):
        (folder / name).symlink_to(outside / name)
    found = list(read(tmp_path / "inside"))
    assert [one.code for each in found for one in each.refused] == ["outside", "outside"]
    assert artifacts(found)["oak/a"].digest == ""


def test_it_needs_something_to_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ConnectorError):
            list(read(path))


@pytest.mark.django_db
def test_it_says_the_same_twice() -> None:
    first = import_path(kind="huggingface", path=PAYLOADS)
    again = import_path(kind="huggingface", path=PAYLOADS)
    assert first.revision
    assert not any(again.written.values())


@pytest.mark.skipif(not STORE.is_dir(), reason="the recorded stores are not beside this repository")
@pytest.mark.django_db
def test_it_reads_a_whole_store() -> None:
    import_path(kind="huggingface", path=STORE)
    stated = Artifact.objects.filter(kind="model", is_placeholder=False)
    assert stated.count() == sum(one.is_dir() for one in STORE.iterdir())
    assert Edge.objects.filter(role__in=("fine_tuning", "adapter", "quantization")).count() == 3
    assert Edge.objects.filter(role="merge").count() == 2
