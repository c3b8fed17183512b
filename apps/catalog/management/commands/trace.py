"""`manage.py trace NAME[@VERSION]`: what an artifact touched, or what it was made from."""

import json
from argparse import ArgumentParser
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from apps.catalog.models import Artifact, ArtifactQuerySet
from apps.catalog.selectors import (
    Reach,
    Reached,
    ancestors,
    current_revision,
    descendants,
    identified_by,
)
from apps.graph.vocabulary import kind_words

SHOWN = 10


class Command(BaseCommand):
    help = "Trace an artifact downstream or upstream."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "name", help="NAME, NAME@VERSION, or a digest, commit, URI or endpoint."
        )
        parser.add_argument("--kind", help="kind of the artifact, if its name is not enough")
        parser.add_argument("--namespace", help="its namespace, if its name is not enough")
        parser.add_argument("--direction", choices=["downstream", "upstream"], default="downstream")
        parser.add_argument("--kinds", default="", help="return only these: model,application")
        parser.add_argument("--depth", type=int, help="at most this many steps")
        parser.add_argument("--as-of", type=int, metavar="REVISION")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        artifact = self._one_artifact(options)
        as_of = options["as_of"]
        if as_of is not None and not 0 <= as_of <= current_revision():
            raise CommandError(f"--as-of: the graph is at revision {current_revision()}.")
        answer = descendants if options["direction"] == "downstream" else ancestors
        kinds = [kind for kind in options["kinds"].split(",") if kind]
        reach = answer(artifact=artifact, depth=options["depth"], as_of=as_of, kinds=kinds or None)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(artifact, options["direction"], reach)))
        else:
            self._print(artifact, options["direction"], reach)

    def _one_artifact(self, options: dict[str, Any]) -> Artifact:
        found = _matching(options["name"])
        if options["kind"]:
            found = found.filter(kind=options["kind"])
        if options["namespace"]:
            found = found.filter(namespace=options["namespace"])
        candidates = list(
            found.to_survivors().order_by("namespace", "kind", "version")[: SHOWN + 1]
        )
        if not candidates:
            raise CommandError(
                f"Not found: {options['name']}. Nothing in the graph bears this name or identifier."
            )
        if len(candidates) > 1:
            raise CommandError(_ambiguous(options["name"], candidates))
        return candidates[0]

    def _print(self, artifact: Artifact, direction: str, reach: Reach) -> None:
        self.stdout.write(f"{artifact.kind} {artifact} in {artifact.namespace}")
        counts = ", ".join(
            f"{count:,} {kind_words(kind, count)}" for kind, count in reach.counts.items()
        )
        self.stdout.write(f"{direction}: {counts or 'nothing'}")
        for one in reach.artifacts:
            self.stdout.write(
                f"{one.distance:>4}  {one.artifact.kind:<12} {one.artifact}"
                f"  ({one.artifact.namespace})"
            )
        when = reach.revision if reach.as_of is None else reach.as_of
        whole = "cut off: more than was walked" if reach.truncated else "complete"
        self.stdout.write(f"as of revision {when}, {whole}")


def _matching(text: str) -> ArtifactQuerySet:
    """The name as given, then name@version, then whatever else identifies."""
    name, _, version = text.rpartition("@")
    by_name = Artifact.objects.filter(name=text)
    by_version = Artifact.objects.filter(name=name, version=version)
    for found in (by_name, by_version):
        if found.exists():
            return found
    return identified_by(text=text)


def _ambiguous(name: str, candidates: list[Artifact]) -> str:
    lines = [f"{name} is not one artifact. Say which with @VERSION, --kind or --namespace:"]
    lines += [f"  {one.kind} {one} in {one.namespace}" for one in candidates[:SHOWN]]
    if len(candidates) > SHOWN:
        lines.append("  …")
    return "\n".join(lines)


def _as_json(artifact: Artifact, direction: str, reach: Reach) -> dict[str, Any]:
    return {
        "artifact": msgspec.structs.asdict(artifact.key),
        "direction": direction,
        "revision": reach.revision,
        "as_of": reach.as_of,
        "truncated": reach.truncated,
        "counts": reach.counts,
        "artifacts": [_reached_as_json(one) for one in reach.artifacts],
    }


def _reached_as_json(one: Reached) -> dict[str, Any]:
    return {**msgspec.structs.asdict(one.artifact.key), "distance": one.distance}
