"""Every page in a real browser: wide and narrow, light and dark, no violation, accessible."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from apps.impact.models import Flag
from apps.ingest.models import ImportRun, Source
from tests.browser.conftest import Visit, Visits
from tests.impact.story import artifact

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("story")]

PAGES = {
    "home": "/",
    "catalogue": "/artifacts",
    "nothing-found": "/artifacts?q=nothing-like-this",
    "flagged": "/artifacts/{raw}",
    "model": "/artifacts/{fraud}",
    "in-doubt": "/artifacts/{churn}",
    "downstream": "/artifacts/{raw}/downstream",
    "versions": "/artifacts/{raw}/versions",
    "describe": "/artifacts/{raw}/describe",
    "deployments": "/deployments",
    "connectedness": "/connectedness",
    "connectedness-none": "/connectedness?namespace=elsewhere",
    "flags": "/flags",
    "case": "/flags/{case}",
    "flag-new": "/artifacts/{churn}/flag",
    "graph": "/artifacts/{raw}/graph",
    "model-cards": "/model-cards",
    "model-card": "/model-cards/{fraud}",
    "deployment-record": "/deployments/{api}",
    "sources": "/sources",
    "source": "/sources/{prod}",
    "source-failing": "/sources/{failing}",
    "source-busy": "/sources/{busy}",
    "import": "/imports/{done}",
    "imports": "/imports",
    "tokens": "/tokens",
    "token-new": "/tokens/new",
    "components": "/components",
}
WINDOWS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


def path_of(name: str) -> str:
    return PAGES[name].format(
        raw=artifact("dataset:raw@1").pk,
        fraud=artifact("model:fraud@7").pk,
        churn=artifact("model:churn@2").pk,
        api=artifact("deployment:api@3").pk,
        case=Flag.objects.get().pk,
        prod=Source.objects.get(name="mlflow-prod").pk,
        failing=Source.objects.get(name="manifests").pk,
        busy=Source.objects.get(name="wandb").pk,
        done=ImportRun.objects.get(state="complete").pk,
    )


def serious(visit: Visit) -> list[str]:
    """What axe finds serious or critical, each with the first place it was found at."""
    answer = Axe().run(visit.page).response
    assert answer["passes"], "axe looked at nothing"
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary'][:200]}"
        for one in answer["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize(("width", "theme"), WINDOWS)
def test_it_shows_every_page_well(width: int, theme: str, visits: Visits) -> None:
    visit = visits(width=width, theme=theme)
    wrong: dict[str, list[str]] = {}
    for name in PAGES:
        visit.open(path_of(name))
        visit.keep(f"{name}-{width}-{theme}")
        troubles = serious(visit) + visit.complaints
        if over := visit.overflow():
            troubles.append(f"{over} pixels too wide")
        visit.complaints.clear()
        if troubles:
            wrong[name] = troubles
    assert wrong == {}


@pytest.mark.parametrize(("width", "theme"), WINDOWS)
def test_it_shows_the_way_in_well(width: int, theme: str, visits: Visits) -> None:
    visit = visits(width=width, theme=theme)
    visit.context.clear_cookies()
    visit.open("/sign-in")
    visit.keep(f"sign-in-{width}-{theme}")
    assert serious(visit) + visit.complaints == []
    assert visit.overflow() == 0
