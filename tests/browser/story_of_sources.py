"""Sources in every state, as if they had been read for a while."""

from datetime import timedelta

from django.utils import timezone

from apps.ingest.models import ImportRun, Source, SourceUnit
from apps.work.models import WorkState

NOTE = {
    "outcome": "refused",
    "place": "https://mlflow.example/#/experiments/3/runs/0d1f",
    "code": "cycle",
    "message": "Would close a cycle: features@12 -> train@0d1f -> features@12.",
}


def sources() -> None:
    """`mlflow-prod` is read every hour, `manifests` fails, `wandb` is being read."""
    now = timezone.now()
    prod = _source("mlflow-prod", "mlflow", "https://mlflow.example", owner="ml platform")
    done = _run(prod, state=WorkState.COMPLETE, records=18_204, refused={"cycle": 1}, notes=[NOTE])
    Source.objects.filter(pk=prod.pk).update(synced_at=done.requested_at)
    SourceUnit.objects.create(
        source=prod, name_hash="1", name="run/0d1f44", seen_in=done, gone_at=now
    )
    failing = _source(
        "manifests", "deployments", "/srv/manifests", added_at=now - timedelta(days=9)
    )
    _run(
        failing, state=WorkState.FAILED, error="/srv/manifests does not exist, or may not be read."
    )
    busy = _source("wandb", "wandb", "https://api.wandb.ai/acme", is_paused=True)
    _run(busy, state=WorkState.RUNNING, records=940, lease_until=now + timedelta(minutes=2))


def _source(name: str, kind: str, where: str, **said: object) -> Source:
    values = {"added_at": timezone.now(), "every_minutes": 60, **said}
    return Source.objects.create(name=name, kind=kind, where=where, **values)


def _run(source: Source, **said: object) -> ImportRun:
    return ImportRun.objects.create(
        source=source,
        kind=source.kind,
        where=source.where,
        trigger="schedule",
        kinds={"run": 120, "dataset": 40, "model": 31},
        written={"artifacts_added": 191, "edges_added": 402},
        **said,
    )
