"""Whatever stands in the address, the graph page answers and says what it made of it."""

import pytest
from django.test import Client

from tests.impact.story import artifact

pytestmark = pytest.mark.usefixtures("story")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("depth=abc", "depth=“abc” is not a number of steps"),
        ("depth=-1", "is not a number of steps"),
        ("depth=99999999999999999999", "is not a number of steps"),
        ("depth=0", "is not a number of steps"),
        ("as_of=soon", "as_of=“soon” is not a revision"),
        ("as_of=-4", "is not a revision"),
        ("as_of=9000", "Revision 9,000 has not been reached"),
        ("as_of=0", "was not recorded yet"),
        ("direction=sideways", "is not one of upstream, both, downstream"),
        ("group=%00", "group="),
        ("view=3d", "is not one of graph, table"),
        ("only=staging", "is not one of production"),
        ("ordering=password", "is not one of"),
        ("expand=1;drop", "is not a list of artifacts"),
        ("path_to=x", "is not an artifact"),
        ("path_to=999999", "No path: artifact 999999"),
        ("q=%00&view=table", "has characters that no name has"),
    ],
)
def test_it_says_what_it_did_not_understand(query: str, said: str, browser: Client) -> None:
    answer = browser.get(f"/artifacts/{artifact('model:fraud@7').pk}/graph?{query}")
    assert answer.status_code == 200
    assert said in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "selected=999999",
        "selected=99999999999999999999999",
        "expand=" + ",".join(str(number) for number in range(5000)),
        "&".join(f"hide=kind{number}" for number in range(300)),
        "hide=" + "x" * 5000,
        "depth=" + "9" * 5000,
        "hide=run&hide=run&page=zzz&per_page=-1&view=table",
        "expand=999999999999999999d",
        "hide=%22%3E%3Cscript%3E",
    ],
)
def test_it_takes_no_harm_from_much_or_from_nonsense(query: str, browser: Client) -> None:
    answer = browser.get(f"/artifacts/{artifact('model:fraud@7').pk}/graph?{query}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("page", ["graph", "graph/panel", "graph.svg", "graph.dot", "graph.csv"])
@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
def test_it_knows_no_such_artifact(page: str, pk: str, browser: Client) -> None:
    assert browser.get(f"/artifacts/{pk}/{page}").status_code == 404


def test_it_refuses_to_be_posted_to(browser: Client) -> None:
    assert browser.post(f"/artifacts/{artifact('model:fraud@7').pk}/graph").status_code == 405
