"""From a flag to its settled case in a real browser."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import expect

from apps.accounts.models import User
from apps.impact import jobs
from apps.impact.models import Flag, Report
from tests.browser.conftest import Visit, Visits
from tests.browser.test_pages import serious
from tests.impact.story import artifact, bad_apple

pytestmark = [pytest.mark.browser]


@pytest.fixture
def ritas(visits: Visits, person: Callable[[str, str], User]) -> Visit:
    """A reviewer's window."""
    visit: Visit = visits()
    cookies = Client()
    cookies.force_login(person("rita", "reviewer"))
    session = cookies.cookies["sessionid"].value
    visit.context.add_cookies([{"name": "sessionid", "value": session, "url": visit.address}])
    return visit


@pytest.mark.django_db(transaction=True)
def test_it_leads_from_the_flag_to_the_settled_case(ritas: Visit) -> None:
    bad_apple()
    page = ritas.open(f"/artifacts/{artifact('dataset:raw@1').pk}/flag")
    assert serious(ritas) == []
    page.get_by_label("What is wrong").select_option(label="Corrupt or duplicated data")
    page.get_by_label("Every version of this name").check()
    expect(page.locator("#preview")).to_contain_text("every version of raw")
    page.get_by_label("High: within 3 days").check()
    page.get_by_label("What was seen").fill("Refund rows were joined twice.")
    page.get_by_role("button", name="Raise the flag").click()
    expect(page.locator("#progress")).to_contain_text("waits for a worker")
    assert serious(ritas) == []

    report = Report.objects.get()
    Report.objects.update(state="running", stage="Judging the consequences", done=3, total=8)
    expect(page.locator("#progress")).to_contain_text("3 of 8 artifacts")
    Report.objects.update(state="pending")
    assert jobs.compute_report(report_id=report.pk)
    expect(page.locator(".headline").first).to_contain_text("1 model was trained on it")
    expect(page.locator("#progress")).to_have_count(0)
    assert serious(ritas) == []

    page.locator("#to-settle summary").first.click()
    page.get_by_label("What was done").first.fill("Rolled back.")
    page.get_by_role("button", name="Settle").first.click()
    expect(page.locator("#to-settle")).to_contain_text("1 of 5 settled")
    page.get_by_label("Kind").select_option("run")
    expect(page.locator("#findings")).to_contain_text("1 of 7 match")
    page.get_by_role("link", name="Withdraw…").click()
    page.get_by_label("Why").fill("The rows were right after all.")
    page.get_by_role("button", name="Withdraw the flag").click()
    expect(page.locator(".headline").first).to_contain_text("Withdrawn")
    assert Flag.objects.get().state == "withdrawn"
    assert ritas.complaints == []


@pytest.mark.parametrize(
    ("width", "theme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
@pytest.mark.usefixtures("story")
def test_it_shows_a_case_well(width: int, theme: str, visits: Visits) -> None:
    visit: Visit = visits(width=width, theme=theme)
    flag = Flag.objects.get()
    for name, path in {
        "case": f"/flags/{flag.pk}",
        "to-settle": f"/flags/{flag.pk}/obligations",
        "withdraw": f"/flags/{flag.pk}/withdraw",
        "flags": "/flags",
        "flag-new": f"/artifacts/{flag.artifact_id}/flag",
    }.items():
        visit.open(path)
        assert visit.overflow() <= 0, path
        assert serious(visit) == [], path
        visit.keep(f"{name}-{width}-{theme}")
    assert visit.complaints == []
