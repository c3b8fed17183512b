"""`manage.py graph_hash`: the digest of the graph's content."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.catalog.selectors import graph_hash


class Command(BaseCommand):
    help = (
        "Print the SHA-256 of what the graph says. Two graphs with the same content have the same "
        "digest, whatever their ids, their times of arrival and the order in which they came."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(graph_hash())
