"""`manage.py connectedness`: how far models and deployments are connected; a gate for CI."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.catalog.filters import STATUSES
from apps.catalog.selectors import (
    ConnectedList,
    Question,
    connected_list,
    current_revision,
    explained,
)
from apps.graph.connectedness import SUBJECT_KINDS, Answer, Aspect
from apps.graph.vocabulary import kind_words

SHOWN = 10
Floor = tuple[Aspect, float]


class Command(BaseCommand):
    help = (
        "Say how many models and deployments are connected to data, code, an environment, a run "
        "and a deployment. Ends with 1 if a share is below --fail-under, with 2 if the question "
        "makes no sense."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", choices=[kind.value for kind in SUBJECT_KINDS], default="")
        parser.add_argument("--namespace", default="")
        parser.add_argument("--owner", default="", help="`none` for those nobody owns")
        parser.add_argument("--environment", default="", help="of deployments")
        parser.add_argument("--status", choices=[status for status, _ in STATUSES], default="")
        parser.add_argument(
            "--production",
            action="store_true",
            help="only what runs in production now, and the models that lead on to it",
        )
        parser.add_argument("--as-of", type=int, metavar="REVISION")
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--fail-under",
            type=_floor,
            action="append",
            default=[],
            metavar="ASPECT=PERCENT",
            help="the least share that must be connected: data=90; may be given several times",
        )

    def handle(self, **options: Any) -> None:
        as_of = options["as_of"]
        if as_of is not None and not 0 <= as_of <= current_revision():
            raise CommandError(
                f"--as-of: the graph is at revision {current_revision()}.", returncode=2
            )
        names = ("kind", "namespace", "owner", "environment", "status", "production")
        question = Question(**{name: options[name] for name in names})
        found = connected_list(question=question, as_of=as_of)
        failed = [why for floor in options["fail_under"] for why in _failures(found, floor)]
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found, failed)))
        else:
            self._print(found)
        if failed:
            raise CommandError(" ".join(failed), returncode=1)

    def _print(self, found: ConnectedList) -> None:
        if not found.counts:
            self.stdout.write("no model and no deployment")
        for kind, amount in sorted(found.counts.items(), reverse=True):
            self.stdout.write(f"{amount:,} {kind_words(kind, amount)}")
            for aspect, answers in found.totals[kind].items():
                self.stdout.write(
                    f"  {aspect:<12} {answers[Answer.CONNECTED]:>8,} connected "
                    f"{answers[Answer.MISSING]:>8,} missing {answers[Answer.UNKNOWN]:>8,} unknown"
                )
        broken = [one for one in found.rows if one.breaks_upstream][:SHOWN]
        if broken:
            self.stdout.write("to mend first:")
        for one in explained(rows=broken, as_of=found.as_of):
            first = one.breaks[0]
            self.stdout.write(f"  {one.artifact.kind} {one.artifact}: {first.sentence}")
            self.stdout.write(f"    {first.advice.text}")
        when = found.revision if found.as_of is None else found.as_of
        whole = "cut off: more than was walked" if found.truncated else "complete"
        self.stdout.write(f"as of revision {when}, {whole}")


def _floor(text: str) -> Floor:
    name, _, percent = text.partition("=")
    try:
        floor = Aspect(name), float(percent)
    except ValueError:
        known = ", ".join(Aspect)
        raise ArgumentTypeError(f"Write ASPECT=PERCENT, as data=90; aspects: {known}.") from None
    if not 0 <= floor[1] <= 100:  # noqa: PLR2004 - a percentage
        raise ArgumentTypeError(f"{percent} is not between 0 and 100.")
    return floor


def _failures(found: ConnectedList, floor: Floor) -> list[str]:
    """Why the share is too small; of models and deployments together. Unknown is not connected."""
    aspect, percent = floor
    answers = [of_kind[aspect] for of_kind in found.totals.values() if aspect in of_kind]
    total = sum(sum(each.values()) for each in answers)
    connected = sum(each[Answer.CONNECTED] for each in answers)
    if not total:
        return [f"{aspect}: there is nothing to measure."]
    if 100 * connected >= percent * total:
        return []
    return [f"{aspect}: {connected:,} of {total:,} connected, below {percent:g} %."]


def _as_json(found: ConnectedList, failed: list[str]) -> dict[str, Any]:
    return {
        "revision": found.revision,
        "as_of": found.as_of,
        "truncated": found.truncated,
        "counts": found.counts,
        "totals": found.totals,
        "failed": failed,
    }
