"""The pairs that may be one, waiting and decided, in a real browser."""

from collections.abc import Callable

import pytest

from apps.accounts.models import User
from apps.catalog.models import Proposal
from apps.catalog.services import decide_proposals, record_batch
from apps.graph.records import ArtifactKey, IdentifierRecord, LineageBatch
from tests.browser.conftest import Visits
from tests.browser.test_pages import WINDOWS, serious

pytestmark = pytest.mark.browser
LONG = "llama-3.1-8b-instruct-sft-support-tickets"


@pytest.fixture
def _pairs(transactional_db: None, person: Callable[[str, str], User]) -> None:
    for number, name in enumerate((LONG, "churn-xgb", "fraud-detector"), start=1):
        for namespace, one in (("wandb.example/ml-platform/models", name), ("mlflow", "base")):
            artifact = ArtifactKey(namespace, "model", one, str(number))
            said = IdentifierRecord(artifact, "model_uri", f"models:/{name}/{number}")
            record_batch(batch=LineageBatch(producer="test", identifiers=(said,)))
    first, second, _ = Proposal.objects.order_by("pk").values_list("pk", flat=True)
    rita, why = person("rita", "reviewer"), "Two teams began from one base. The weights differ."
    decide_proposals(ids=[first], accept=False, note=why, actor=rita)
    decide_proposals(ids=[second], accept=True, note="", actor=rita)


@pytest.mark.usefixtures("_pairs")
@pytest.mark.parametrize(("width", "theme"), WINDOWS)
def test_it_shows_pairs_well(width: int, theme: str, visits: Visits) -> None:
    visit = visits(width=width, theme=theme)
    for state in ("open", "accepted", "rejected"):
        page = visit.open(f"/proposals?state={state}")
        visit.keep(f"pairs-{state}-{width}-{theme}")
        assert serious(visit) + visit.complaints == []
        assert visit.overflow() == 0
        # Both sides can be seen at once, without moving the table.
        sides = page.locator("td.what")
        for side in (sides.nth(0), sides.nth(1)):
            box = side.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= width
