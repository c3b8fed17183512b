"""What is secret is in nothing that is written or sent."""

import json

import pytest

from tests.client.conftest import Project

SECRET = "s3cr3t-hunter2"
AWS = "AKIA" + "IOSFODNN7EXAMPLE"


def everything(project: Project) -> str:
    spooled = [one.read_text() for one in (project.folder / ".lineage").glob("*.json")]
    return json.dumps([project.recorded(), spooled])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--password", SECRET),
        (f"--api-key={SECRET}",),
        ("--db", f"postgres://app:{SECRET}@db/shop"),
        (f"API_TOKEN={SECRET}",),
        ("-H", f"Authorization: Bearer {SECRET}"),
        ("--url", f"https://x.example/?X-Amz-Signature={SECRET}&a=1"),
    ],
)
def test_it_masks_arguments_that_look_like_secrets(
    project: Project, arguments: tuple[str, ...]
) -> None:
    project.lineage("run", "--to", "out.jsonl", "--", "true", *arguments, AWS)
    assert project.artifact("run")["facets"]["process"]["command"][0] == "true"
    assert SECRET not in everything(project)
    assert AWS not in everything(project)


def test_it_never_records_variables(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMLESS", "harmless-value")
    monkeypatch.setenv("LINEAGE_TOKEN", SECRET)
    project.lineage("run", "--", "true")
    project.run()
    assert SECRET not in everything(project)
    assert "harmless-value" not in everything(project)
    assert "hunter2" not in everything(project)


def test_it_masks_secrets_among_what_is_declared(project: Project) -> None:
    project.commit(
        "p.json", json.dumps({"db": {"password": SECRET}, "key": AWS, "eos_token": "</s>"})
    )
    project.run(
        *("--params", "p.json", "--param", f"api_token={SECRET}"),
        *("--input", f"https://me:{SECRET}@x.example/train.csv?sig={SECRET}"),
        *("--image", f"user:{SECRET}@registry.example/x"),
    )
    project.run("--params", "p.json", "--input", f"s3://b/x.csv?X-Amz-Signature={SECRET}")
    assert SECRET not in everything(project)
    assert AWS not in everything(project)
    parameters = project.artifact("run")["facets"]["run"]["parameters"]
    assert parameters == {"db": {"password": "********"}, "key": "********", "eos_token": "</s>"}


def test_it_does_not_take_a_package_for_a_secret(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = project.folder.parent / "site"
    (site / "tiktoken-0.7.dist-info").mkdir(parents=True)
    (site / "tiktoken-0.7.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tiktoken\nVersion: 0.7\n\nName: not this\n"
    )
    monkeypatch.syspath_prepend(str(site))
    project.run()
    found = project.artifact("environment")["facets"]["environment"]["packages"]
    assert found["tiktoken"] == "0.7"


def test_it_refuses_a_token_in_the_repository(project: Project) -> None:
    project.commit("lineage.toml", f'token = "{SECRET}"\n')
    status, said = project.run()
    assert status == 125
    assert "does not belong in a repository" in said
    assert SECRET not in said
