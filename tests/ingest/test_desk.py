"""Imports and events at the governance desk: to be read, not to be changed."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory

from apps.accounts.models import User
from apps.ingest.models import ImportRun, OpenLineageEvent


@pytest.mark.django_db
@pytest.mark.parametrize("model", [ImportRun, OpenLineageEvent])
def test_it_offers_no_way_to_change_a_row(
    model: type[ImportRun] | type[OpenLineageEvent], administrator: User, rf: RequestFactory
) -> None:
    desk = admin.site.get_model_admin(model)
    request = rf.get("/")
    request.user = administrator
    assert desk.has_view_permission(request)
    assert not desk.has_add_permission(request)
    assert not desk.has_change_permission(request)
    assert not desk.has_delete_permission(request)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["importrun", "openlineageevent"])
def test_it_lists_them_for_a_reviewer(
    table: str, reviewer: User, client_for: Callable[[User], Client]
) -> None:
    assert client_for(reviewer).get(f"/admin/ingest/{table}/").status_code == 200
