"""Kubernetes workloads: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/.

What runs is what the Pods say: `status.containerStatuses[].imageID` has the digest that a tag in
the specification only stood for. Pods and ReplicaSets are gathered before; one that belongs to a
workload that is described too is a part of it, any other is a deployment by itself.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from apps.ingest.connectors.deployments.context import Context, ReplicaSet, Sighting
from apps.ingest.connectors.deployments.described import Described, version_of
from apps.ingest.connectors.deployments.kubernetes_object import (
    annotated,
    based_on,
    changed,
    name_of,
    space_of,
    take_containers,
)
from apps.ingest.connectors.deployments.values import at, count, mapping, mappings, moment, text

REVISION = "deployment.kubernetes.io/revision"
# Earlier numbers of a ReplicaSet that was rolled back to.
HISTORY = "deployment.kubernetes.io/revision-history"
_HASH = re.compile(r"-[a-z0-9]{1,16}\Z")
# Where the template of its Pods stands.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Pod": (),
}


def gather(value: dict[str, Any], context: Context) -> None:
    """Pods by what owns them, ReplicaSets of Deployments, and which workloads are described."""
    kind, space, name = text(value, "kind"), space_of(value), name_of(value)
    context.described.add((space, kind, name))
    for owner in mappings(value, "metadata", "ownerReferences")[:1]:
        owned_by = text(owner, "kind"), text(owner, "name")
        if kind == "Pod":
            context.pods[space, *owned_by].append(_sighting(value))
        elif kind == "ReplicaSet" and owned_by[0] == "Deployment":
            again = text(value, "metadata", "annotations", HISTORY)
            created = moment(at(value, "metadata", "creationTimestamp"))
            replica_set = ReplicaSet(
                name=name,
                deployment=owned_by[1],
                revision=_revision(kind, value),
                replicas=count(at(value, "spec", "replicas")),
                began=None if again else created,
                template=mapping(value, "spec", "template"),
            )
            context.by_deployment[space, owned_by[1]].append(replica_set)


def settle(context: Context) -> None:
    """Once all is gathered: which Pods belong to a ReplicaSet that no document describes."""
    for space, kind, name in context.pods:
        if kind == "ReplicaSet" and (space, kind, name) not in context.described:
            context.unseen_sets[space, deployment_of(name)].append(name)


def _sighting(pod: dict[str, Any]) -> Sighting:
    statuses = [
        one
        for part in ("containerStatuses", "initContainerStatuses")
        for one in mappings(pod, "status", part)
    ]
    images = {text(one, "name"): text(one, "imageID") for one in statuses}
    return Sighting(name=name_of(pod), images=images, told=changed(pod))


def deployments(place: str, value: dict[str, Any], context: Context) -> Iterator[Described]:
    kind = text(value, "kind")
    if kind in {"Pod", "ReplicaSet"} and _is_part(value, context):
        return
    described = based_on(place, value, tool="kubernetes", revision=_revision(kind, value))
    described.replicas = count(at(value, "spec", "replicas"))
    described.about["ready_replicas"] = count(at(value, "status", "readyReplicas"))
    described.about["phase"] = text(value, "status", "phase")
    template = at(value, *TEMPLATES[kind])
    spec = mapping(template, "spec")
    if kind != "Deployment":
        described.live_from = _began(kind, value)
        own = (space_of(value), kind, name_of(value))
        sightings = [_sighting(value)] if kind == "Pod" else context.pods.get(own, [])
        take_containers(described, spec, annotated(template) | annotated(value), sightings)
        yield described
        return
    sets = _sets(value, context)
    for index, one in enumerate(sets):
        if one.revision not in {"", _revision(kind, value)}:
            yield _earlier(place, value, one, sets[index + 1 :], context)
    present = [one for one in sets if one.revision == _revision(kind, value)]
    first = moment(at(value, "metadata", "creationTimestamp"))
    is_first = _revision(kind, value) == "1"
    described.live_from = present[0].began if present else first if is_first else None
    pods = [pod for one in present for pod in _pods_of(value, one.name, context)]
    pods += _pods_of_sets_unseen(value, context)
    take_containers(described, spec, annotated(template) | annotated(value), pods)
    yield described


def _earlier(
    place: str, value: dict[str, Any], one: ReplicaSet, after: list[ReplicaSet], context: Context
) -> Described:
    """A revision before the present one. It ended when the next was made, if nothing runs of it."""
    described = based_on(f"{place} > {one.name}", value, tool="kubernetes", revision=one.revision)
    described.version = version_of(one.revision, text(value, "metadata", "uid"), one.template)
    described.replicas, described.live_from = one.replicas, one.began
    described.about["superseded"] = True
    if one.replicas == 0:
        described.live_until = after[0].began if after else None
        if described.live_until is None:
            described.note("end_unknown", "Nothing runs of it any more; since when is not said.")
    words = annotated(one.template)
    pods = _pods_of(value, one.name, context)
    take_containers(described, mapping(one.template, "spec"), words, pods)
    return described


def _sets(value: dict[str, Any], context: Context) -> list[ReplicaSet]:
    """The ReplicaSets of a Deployment, in order of revision."""
    space, name = space_of(value), name_of(value)
    owned = context.by_deployment.get((space, name), [])
    return sorted(owned, key=lambda one: (len(one.revision), one.revision, one.name))


def _pods_of(value: dict[str, Any], replica_set: str, context: Context) -> list[Sighting]:
    return context.pods.get((space_of(value), "ReplicaSet", replica_set), [])


def _pods_of_sets_unseen(value: dict[str, Any], context: Context) -> list[Sighting]:
    """Pods whose ReplicaSet is not described, by its name: that of the Deployment and a hash."""
    space, name = space_of(value), name_of(value)
    return [
        pod
        for owner in context.unseen_sets.get((space, name), ())
        for pod in context.pods.get((space, "ReplicaSet", owner), [])
    ]


def _is_part(value: dict[str, Any], context: Context) -> bool:
    """Whether it belongs to a workload that is described too."""
    space = space_of(value)
    for owner in mappings(value, "metadata", "ownerReferences"):
        kind, name = text(owner, "kind"), text(owner, "name")
        above = (space, "Deployment", deployment_of(name)) if kind == "ReplicaSet" else None
        if (space, kind, name) in context.described or above in context.described:
            return True
    return False


def deployment_of(replica_set: str) -> str:
    """The name of the Deployment that a ReplicaSet's name begins with.

    >>> deployment_of("churn-scorer-7d9f8b5c4")
    'churn-scorer'
    """
    return _HASH.sub("", replica_set)


def _revision(kind: str, value: dict[str, Any]) -> str:
    """What changes when the Pods change, and not when they are scaled."""
    if kind in {"Deployment", "ReplicaSet"}:
        return text(value, "metadata", "annotations", REVISION)
    if kind == "StatefulSet":
        return text(value, "status", "updateRevision")
    return text(value, "metadata", "generation") if kind == "DaemonSet" else ""


def _began(kind: str, value: dict[str, Any]) -> datetime | None:
    """When this version began, where that cannot be later than when the object was made."""
    if kind in {"Pod", "ReplicaSet"}:
        started = moment(at(value, "status", "startTime"))
        return started or moment(at(value, "metadata", "creationTimestamp"))
    is_first = text(value, "metadata", "generation") == "1"
    return moment(at(value, "metadata", "creationTimestamp")) if is_first else None
