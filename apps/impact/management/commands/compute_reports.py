"""Do here and now what workers and the scheduler would: for installations without a broker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.impact import jobs


class Command(BaseCommand):
    help = (
        "Look for flags whose lineage has changed, then work out every report that is due. "
        "Run it by hand or from cron; it may run beside workers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--pending-only",
            action="store_true",
            help="Only what was asked for already; do not look for changed lineage.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        due: list[int] = [] if options["pending_only"] else jobs.refresh_standing_flags()

        def take(report_id: int) -> bool:
            due.append(report_id)
            return True

        jobs.sweep_reports(publish=take, at_once=True)
        done = sum(jobs.compute_report(report_id=report_id) for report_id in due)
        self.stdout.write(f"{done} {'report' if done == 1 else 'reports'} worked out.")
