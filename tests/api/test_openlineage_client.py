"""The OpenLineage project's own client, unmodified, given an address and a key."""

from datetime import UTC, datetime

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.accounts.services import create_token
from apps.catalog.models import Artifact, Edge, Revision

RUN_ID = "0190a5c0-0000-7000-8000-000000000001"


def event(state: RunState) -> RunEvent:
    return RunEvent(
        eventTime=datetime(2026, 10, 1, 2, state is RunState.COMPLETE, tzinfo=UTC).isoformat(),
        eventType=state,
        producer="https://example.org/bakery",
        run=Run(RUN_ID),
        job=Job("shop", "bake"),
        inputs=[InputDataset("shop", "flour")],
        outputs=[OutputDataset("shop", "bread")],
    )


@pytest.fixture
def key(contributor: User) -> str:
    _, secret = create_token(owner=contributor, name="ol", scopes=["record"], actor=contributor)
    return secret


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("compression", ["", "gzip"])
def test_it_takes_what_the_real_client_sends(
    key: str, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, compression: str
) -> None:
    if compression:
        config = {
            "type": "http",
            "url": live_server.url,
            "auth": {"type": "api_key", "apiKey": key},
            "compression": compression,
        }
        client = OpenLineageClient(config={"transport": config})
    else:
        monkeypatch.setenv("OPENLINEAGE_URL", live_server.url)
        monkeypatch.setenv("OPENLINEAGE_API_KEY", key)
        client = OpenLineageClient()

    for state in (RunState.START, RunState.COMPLETE):
        client.emit(event(state))
    client.close()

    assert Artifact.objects.filter(kind="run", version=RUN_ID).exists()
    roles = Edge.objects.values_list("upstream__name", "downstream__name")
    assert set(roles) == {("flour", "bake"), ("bake", "bread")}
    assert {one.actor.username for one in Revision.objects.all() if one.actor} == {"carl"}


@pytest.mark.django_db(transaction=True)
def test_it_refuses_the_real_client_without_a_key(live_server: LiveServer, db: None) -> None:
    config = {"type": "http", "url": live_server.url}
    client = OpenLineageClient(config={"transport": config})

    with pytest.raises(Exception, match="401"):
        client.emit(event(RunState.START))
    client.close()
