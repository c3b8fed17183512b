"""Computing one report, from claim to completion."""

import logging

from apps.impact.jobs.completing import complete
from apps.impact.jobs.gathering import gather
from apps.impact.models import Flag, Report
from apps.work.claiming import Claim, LeaseLostError, claim, hand_back, renew

logger = logging.getLogger(__name__)


def compute_report(*, report_id: int) -> bool:
    """Work a report out and store it; say whether this call did.

    Safe to call any number of times and from several workers at once: a report that is complete,
    failed, or in another's hands is left alone. Killed half-way, it leaves nothing but a lease
    that runs out. An error is kept on the report, which is tried again up to five times.
    """
    if (claimed := claim_report(report_id=report_id)) is None:
        return False
    try:
        _work(claimed)
    except LeaseLostError:
        logger.info("Report %s was taken over by another worker.", report_id)
        return False
    except Exception as error:
        logger.exception("Report %s could not be computed.", report_id)
        hand_back(claimed, error)
        return False
    return True


def claim_report(*, report_id: int) -> Claim[Report] | None:
    """Claim a report that waits, or was abandoned; None if there is nothing to do."""
    return claim(Report, report_id, stage="Starting", done=0, total=0)


def _work(claimed: Claim[Report]) -> None:
    def progress(stage: str, done: int, total: int) -> None:
        renew(claimed, stage=stage, done=done, total=total)

    flag = Flag.objects.select_related("artifact").get(reports=claimed.pk)
    outcome = gather(flag=flag, progress=progress)
    progress("Writing the findings", 0, len(outcome))
    complete(claim=claimed, flag_id=flag.pk, outcome=outcome)
