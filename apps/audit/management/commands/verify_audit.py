"""Prove that the audit log is whole."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.audit import selectors

_CHECKPOINT = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})\Z")


class Command(BaseCommand):
    help = (
        "Checks every entry of the audit log against the hash chain. "
        "Exit status 1 and the number of the first wrong entry when the chain is broken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--checkpoint",
            metavar="NUMBER:HASH",
            help="a line this command printed earlier; shows whether entries were cut off since",
        )

    def handle(self, *args: Any, checkpoint: str | None = None, **options: Any) -> None:
        broken = selectors.verify_chain()
        if broken is not None:
            raise CommandError(
                f"The audit log is broken at entry {broken}: it is missing, or was changed after "
                "it was written. Nothing from there on can be relied on; compare with a backup."
            )
        if checkpoint is not None:
            _compare(checkpoint)
        head = selectors.head()
        if head is None:
            self.stdout.write("The audit log is empty.")
            return
        self.stdout.write(
            f"The audit log is whole: {head.sequence:,} entries. "
            f"Checkpoint to keep elsewhere: {head.sequence}:{head.hash}"
        )


def _compare(checkpoint: str) -> None:
    if not (found := _CHECKPOINT.match(checkpoint)):
        raise CommandError("A checkpoint is NUMBER:HASH, as this command printed it.")
    sequence, digest = int(found[1]), found[2]
    if not selectors.has_checkpoint(sequence=sequence, digest=digest):
        raise CommandError(
            f"Entry {sequence} is not the one of the checkpoint: the log was cut off or written "
            "anew since the checkpoint was kept. Compare with a backup."
        )
