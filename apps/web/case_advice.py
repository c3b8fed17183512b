"""What to do first about a flag: what to roll back to which version, and what to retrain."""

from dataclasses import dataclass, field

from apps.catalog.models import Artifact
from apps.impact.models import Report
from apps.impact.selectors import roll_backs
from apps.web.card_facts import measured

SHOWN_BACKS = 5
SHOWN_DEPLOYMENTS = 4


@dataclass(slots=True)
class Back:
    """Deployments of one model that can go back to one earlier version of it, or to none."""

    model: Artifact
    to: Artifact | None
    is_known: bool
    deployments: list[Artifact] = field(default_factory=list)

    @property
    def shown(self) -> list[Artifact]:
        return self.deployments[:SHOWN_DEPLOYMENTS]

    @property
    def more(self) -> int:
        return len(self.deployments) - len(self.shown)

    @property
    def comparison(self) -> str:
        """`AUC 0.938 against AUC 0.941 today`, where both were measured."""
        if self.to is None:
            return ""
        then, now = measured(self.to), measured(self.model)
        return f"{then} against {now} today" if then and now else then


def advised_backs(*, report: Report) -> list[Back]:
    """The first five, the most deployments first."""
    found: dict[tuple[int, int | None], Back] = {}
    for one in roll_backs(report=report):
        place = (one.model.pk, one.to.pk if one.to else None)
        back = found.setdefault(place, Back(one.model, one.to, one.is_known))
        back.deployments.append(one.deployment)
    return sorted(found.values(), key=lambda one: -len(one.deployments))[:SHOWN_BACKS]
