"""The governance desk's view of the graph: everything can be read, little can be changed, nothing
deleted. Each change goes through a service and leaves an audit entry.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.audit.desk import ReadOnlyAdmin
from apps.catalog.models import (
    AliasStatement,
    Artifact,
    Conflict,
    Edge,
    Identifier,
    Merge,
    Revision,
)
from apps.catalog.services import retract_edges, split_artifact, tombstone_artifact
from apps.graph.errors import RecordError

if TYPE_CHECKING:
    from apps.accounts.models import User


Reasoned = Callable[[str, "User"], str]


def with_a_reason(
    desk: ReadOnlyAdmin, request: HttpRequest, chosen: QuerySet[Any], *, title: str, do: Reasoned
) -> HttpResponse | None:
    """Ask why on a page of its own, then do it for that reason; `do` says what was done.

    A reason that is refused changes nothing and is said.
    """
    if "reason" not in request.POST:
        context = {"title": title, "action": request.POST["action"], "chosen": chosen}
        site = desk.admin_site.each_context(request)
        return TemplateResponse(request, "admin/ask_why.html", {**site, **context})
    assert request.user.is_authenticated  # noqa: S101 - the admin lets nobody else in
    try:
        with transaction.atomic():
            done = do(request.POST["reason"], request.user)
    except RecordError as error:
        desk.message_user(request, f"Nothing was changed. {error.message}", messages.ERROR)
    else:
        desk.message_user(request, done)
    return None


@admin.register(Artifact)
class ArtifactAdmin(ReadOnlyAdmin):
    list_display = ("name", "version", "kind", "namespace", "owner", "occurred_at", "state")
    list_filter = ("kind", "is_placeholder", ("tombstoned_in", admin.EmptyFieldListFilter))
    search_fields = ("name", "version", "namespace", "owner", "digest")
    list_select_related = ("tombstoned_in",)
    ordering = ("-pk",)
    actions = ("tombstone",)

    @admin.display(description="state")
    def state(self, artifact: Artifact) -> str:
        if artifact.is_tombstone:
            return "Content removed"
        return "Placeholder" if artifact.is_placeholder else "Declared"

    @admin.action(description="Remove the content, keep the proof…")
    def tombstone(self, request: HttpRequest, chosen: QuerySet[Artifact]) -> HttpResponse | None:
        def remove(reason: str, actor: "User") -> str:
            for artifact in chosen:
                tombstone_artifact(artifact=artifact, reason=reason, actor=actor)
            return f"Artifacts whose content was removed: {len(chosen)}."

        title = "Remove the content of these artifacts?"
        return with_a_reason(self, request, chosen, title=title, do=remove)


@admin.register(Edge)
class EdgeAdmin(ReadOnlyAdmin):
    list_display = ("upstream", "role", "downstream", "producer", "added_in", "retracted_in")
    list_filter = ("role", ("retracted_in", admin.EmptyFieldListFilter))
    search_fields = ("upstream__name", "downstream__name", "producer", "evidence")
    list_select_related = ("upstream", "downstream", "added_in", "retracted_in")
    ordering = ("-pk",)
    actions = ("retract",)

    @admin.action(description="Retract these edges…")
    def retract(self, request: HttpRequest, chosen: QuerySet[Edge]) -> HttpResponse | None:
        def retract(reason: str, actor: "User") -> str:
            ids = list(chosen.values_list("pk", flat=True))
            count = retract_edges(edge_ids=ids, reason=reason, actor=actor)
            return f"Edges retracted: {count}."

        return with_a_reason(self, request, chosen, title="Retract these edges?", do=retract)


@admin.register(Identifier)
class IdentifierAdmin(ReadOnlyAdmin):
    list_display = ("scheme", "value", "artifact")
    list_filter = ("scheme",)
    search_fields = ("value", "artifact__name")
    list_select_related = ("artifact",)


@admin.register(AliasStatement)
class AliasStatementAdmin(ReadOnlyAdmin):
    list_display = ("scheme", "value", "artifact", "at", "producer", "added_in", "retracted_in")
    list_filter = ("scheme", ("retracted_in", admin.EmptyFieldListFilter))
    search_fields = ("value", "artifact__name", "producer")
    list_select_related = ("artifact", "added_in", "retracted_in")
    ordering = ("-at", "-pk")


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    list_display = ("artifact", "survivor", "proof", "merged_in", "merged_by", "split_in")
    list_filter = ("scheme", ("split_in", admin.EmptyFieldListFilter))
    search_fields = ("artifact__name", "survivor__name", "value", "reason")
    list_select_related = ("artifact", "survivor", "merged_in", "merged_by", "split_in")
    actions = ("split",)

    @admin.display(description="because of")
    def proof(self, merge: Merge) -> str:
        return f"{merge.scheme}:{merge.value}" if merge.is_by_proof else merge.reason

    @admin.action(description="Split these again…")
    def split(self, request: HttpRequest, chosen: QuerySet[Merge]) -> HttpResponse | None:
        def split(reason: str, actor: "User") -> str:
            live = list(chosen.filter(split_in=None))
            for merge in live:
                split_artifact(merge=merge, reason=reason, actor=actor)
            return f"Merges undone: {len(live)}."

        return with_a_reason(self, request, chosen, title="Split these again?", do=split)


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    list_display = ("code", "first", "second", "role", "producer", "recorded_in")
    list_filter = ("code",)
    search_fields = ("first__name", "second__name", "detail", "producer")
    list_select_related = ("first", "second", "recorded_in")


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "committed_at",
        "producer",
        "actor",
        "artifacts_added",
        "artifacts_changed",
        "edges_added",
        "edges_retracted",
    )
    search_fields = ("producer", "evidence")
    date_hierarchy = "committed_at"
    list_select_related = ("actor",)
