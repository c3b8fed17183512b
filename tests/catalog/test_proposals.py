"""What may be one is put before a person, once, with what speaks for it."""

import pytest

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.catalog.models import Proposal, ProposalState
from apps.catalog.selectors import graph_hash, open_proposals, shared_identifiers
from apps.catalog.services import decide_proposals, merge_artifacts, record_batch
from apps.graph.errors import RecordError
from apps.graph.records import IdentifierRecord, LineageBatch
from tests.catalog.lineage import edges, key, record, state, stored, survivor

pytestmark = pytest.mark.django_db

CHURN_2 = ("model_uri", "models:/churn/2")


def claim(text: str, scheme: str, value: str, *chains: str) -> None:
    """Say that the artifact bears the identifier, in a batch of its own."""
    said = (IdentifierRecord(key(text), scheme, value),)
    record_batch(batch=LineageBatch(producer="test", identifiers=said, edges=edges(*chains)))


def test_it_brings_up_what_a_registry_calls_by_one_version() -> None:
    state("model:churn@2")
    claim("model:churn@2", *CHURN_2)
    claim("model:registry/churn", *CHURN_2)
    proposal = Proposal.objects.get()
    assert (proposal.first.name, proposal.second.name) == ("churn", "registry/churn")
    assert survivor("model:registry/churn").name == "registry/churn"  # Not merged by itself.
    [[shared]] = shared_identifiers(proposals=[proposal]).values()
    assert (shared.scheme, shared.value) == CHURN_2


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("model_uri", "models:/churn@champion"),
        ("uri", "s3://lake/churn.csv"),
        ("endpoint", "https://churn.example"),
        ("anything", "else"),
    ],
)
def test_it_does_not_bring_up_what_only_shares_a_name_that_moves(scheme: str, value: str) -> None:
    claim("model:a", scheme, value)
    claim("model:b", scheme, value)
    assert not Proposal.objects.exists()


def test_it_does_not_bring_up_two_versions_of_one_name_or_two_kinds() -> None:
    claim("model:churn@1", *CHURN_2)
    claim("model:churn@2", *CHURN_2)
    claim("dataset:churn", *CHURN_2)
    assert not Proposal.objects.exists()


def test_it_takes_an_identifier_of_many_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.catalog.services.proposing.MOST_BEARERS", 2)
    said = tuple(IdentifierRecord(key(f"model:m{number}"), *CHURN_2) for number in range(3))
    record_batch(batch=LineageBatch(identifiers=said))
    assert not Proposal.objects.exists()


def test_a_person_accepts_and_the_described_one_stays(reviewer: User) -> None:
    claim("model:registry/churn", *CHURN_2, "model:registry/churn > deployment:api [deployment]")
    state("model:churn@2")
    claim("model:churn@2", *CHURN_2)
    ids = [Proposal.objects.get().pk]
    decided = decide_proposals(ids=ids, accept=True, note="", actor=reviewer)
    assert (decided.count, decided.failed) == (1, {})
    assert survivor("model:registry/churn").name == "churn"
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.decided_by) == (ProposalState.ACCEPTED, reviewer)
    told = AuditEntry.objects.get(action="artifact.merged").details["reason"]
    assert told == "Both bear model_uri:models:/churn/2."
    assert AuditEntry.objects.filter(action="proposal.accepted").exists()


def test_a_person_rejects_and_it_is_not_brought_up_again(reviewer: User) -> None:
    claim("model:a", *CHURN_2)
    claim("model:b", *CHURN_2)
    before = graph_hash()
    ids = [Proposal.objects.get().pk]
    with pytest.raises(RecordError, match="Say why"):
        decide_proposals(ids=ids, accept=False, note=" ", actor=reviewer)
    decide_proposals(ids=ids, accept=False, note="Two registries.", actor=reviewer)
    assert not open_proposals().exists()
    claim("model:a", "mlflow_model", "m-" + "0f" * 16)
    claim("model:b", "mlflow_model", "m-" + "0f" * 16)
    assert not open_proposals().exists()
    assert before != graph_hash()  # The new identifiers, and nothing else.
    assert survivor("model:b").name == "b"


def test_it_decides_each_on_its_own(reviewer: User) -> None:
    record("model:a > model:b [fine_tuning]")
    for name in "abc":
        claim(f"model:{name}", *CHURN_2)
    ids = list(Proposal.objects.order_by("pk").values_list("pk", flat=True))
    decided = decide_proposals(ids=ids, accept=True, note="", actor=reviewer)
    assert decided.count == 1
    assert [message[:26] for message in decided.failed.values()] == ["One was made from the othe"]
    assert survivor("model:c").name == "b"


def test_it_does_not_ask_what_has_been_answered_otherwise(reviewer: User) -> None:
    claim("model:a", *CHURN_2)
    claim("model:b", *CHURN_2)
    merge_artifacts(
        artifact=stored("model:b"), survivor=stored("model:a"), reason="Known.", actor=reviewer
    )
    assert not open_proposals().exists()
