"""Descriptions of deployments that are broken, huge, or made to do harm."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.deployments import connector
from tests.ingest.shared import of_path
from tests.ingest.test_deployments import (
    PAYLOADS,
    batches,
    deployed,
    identifiers,
    remarks,
    written,
)

read = of_path(connector.read)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x [*x]\n", "not_yaml"),
        ("a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n"
            for i in range(9)
        ), "not_yaml"),
        ("- !!python/object/apply:os.system [true]\n", "not_yaml"),
        ("[" * 5000, "not_yaml"),
        ("image: {{ .Values.image }}\n", "not_yaml"),
        ("\x00\x01\x02", "not_yaml"),
        ("? [a]\n: b\n", "not_yaml"),
        ("", "empty"),
        ("# nothing\n---\n", "empty"),
        ("just words\n", "no_description"),
        ("kind: ConfigMap\napiVersion: v1\n", "no_deployment"),
        ("a: .nan\n", "no_deployment"),
        (f"{{kind: Secret, a: 0x{'f' * 9000}}}\n", "no_deployment"),
        ("...   \n\n\n" * 300 + "a: b\n", "not_yaml"),
        ("{kind: Deployment, apiVersion: apps/v1}\n", "invalid"),
        ("{kind: Deployment, apiVersion: apps/v1, metadata: 5, spec: [], status: x}\n", "invalid"),
        ('{kind: Pod, apiVersion: v1, metadata: {name: "a\\0b", namespace: n}}\n', "invalid"),
    ],
)  # fmt: skip
def test_it_refuses_what_it_cannot_read_and_says_why(tmp_path: Path, text: str, code: str) -> None:
    assert code in remarks(list(read(written(tmp_path, text))))
    assert batches(tmp_path) == []


@pytest.mark.parametrize("odd", [5, "x", [[]], {"a": 1}, 10**30, "\ud800"])
def test_it_survives_any_field_of_another_type(tmp_path: Path, odd: Any) -> None:
    for file in sorted(PAYLOADS.rglob("*.json")):
        whole = json.loads(file.read_text())
        for index, spoilt in enumerate(spoilt_copies(whole, odd)):
            path = written(tmp_path, json.dumps(spoilt), f"{index}.json")
            for reading in read(path):
                assert reading.batch or reading.refused
            path.unlink()


def spoilt_copies(whole: Any, odd: Any) -> list[Any]:
    """The value with one field after another replaced."""
    if isinstance(whole, dict):
        return [
            {**whole, name: one}
            for name, inner in whole.items()
            for one in [odd, *spoilt_copies(inner, odd)]
        ]
    if isinstance(whole, list):
        first = whole[:1]
        return [[odd, *whole[1:]]] + [
            [one, *whole[1:]] for inner in first for one in spoilt_copies(inner, odd)
        ]
    return []


def test_one_bad_document_does_not_sink_its_neighbours(tmp_path: Path) -> None:
    good = (PAYLOADS / "kubernetes" / "stateful.yaml").read_text()
    path = written(tmp_path, f"{good}---\nimage: {{{{ .Values }}}}\n---\n{good}")
    found = list(read(path))
    assert len([one for one in found if one.batch]) == 2
    assert [one.refused[0].place for one in found if one.refused] == ["a.yaml#2"]


def test_it_reads_zipped_json_and_files_without_a_known_ending(tmp_path: Path) -> None:
    whole = (PAYLOADS / "kubernetes" / "get.json").read_bytes()
    written(tmp_path, gzip.compress(whole), "get.json.gz")
    assert len(deployed(tmp_path)) == 3
    assert len(deployed(written(tmp_path, whole, "saved"))) == 3
    torn = written(tmp_path, gzip.compress(whole)[:60], "torn.json.gz")
    assert "unreadable" in remarks(list(read(tmp_path)))
    with pytest.raises(ConnectorError):
        list(read(torn))


def test_it_does_not_follow_links_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(PAYLOADS / "kubernetes" / "stateful.yaml")
    assert remarks(list(read(folder))) == {"outside"}


def test_it_keeps_no_credentials_of_a_url(tmp_path: Path) -> None:
    uri = "https://user:hunter2hunter2@models.example.org/a.pkl?X-Amz-Signature=abc&versionId=v1"
    text = f"services: {{a: {{image: x, environment: {{MODEL_URI: '{uri}'}}}}}}\n"
    path = written(tmp_path, text)
    assert "hunter2" not in repr(list(read(path)))
    assert ("model", "uri", "https://models.example.org/a.pkl?versionId=v1") in identifiers(path)
