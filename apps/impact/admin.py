"""Flags and what follows from them, in the admin: read, search, decide; never edit or delete.

Every action goes through the services, which check the role and leave an audit entry.
"""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.accounts.models import User
from apps.audit.desk import ReadOnlyAdmin
from apps.graph.errors import LineageError, RecordError
from apps.graph.vocabulary import PRODUCTION, Consequence
from apps.impact import services
from apps.impact.errors import StateError
from apps.impact.models import Finding, Flag, Obligation, Report
from apps.impact.selectors import hash_of_report, path_in_words

Lookups = list[tuple[str, str]]


class NoteForm(ActionForm):
    """The line above a list: what to do, and why."""

    note = forms.CharField(
        required=False,
        max_length=10_000,
        label="Note",
        help_text="",
        widget=forms.TextInput(attrs={"placeholder": "why, or to whom", "size": 40}),
    )


class ActingAdmin(ReadOnlyAdmin):
    """With a line above the list in which to say why."""

    action_form = NoteForm

    def do_to_each(
        self,
        request: HttpRequest,
        chosen: QuerySet[Any],
        done: str,
        act: Callable[[Any, str, User], object],
    ) -> None:
        """Call a service for each row with the note; say how many were done and why others not."""
        note, actor = request.POST.get("note", ""), cast("User", request.user)
        count = 0
        for row in chosen:
            try:
                act(row, note, actor)
            except LineageError as refused:
                why = refused.message if isinstance(refused, RecordError) else str(refused)
                self.message_user(request, f"{row}: {why}", messages.ERROR)
            else:
                count += 1
        if count:
            self.message_user(request, f"{count} {done}.", messages.SUCCESS)


@admin.register(Flag)
class FlagAdmin(ActingAdmin):
    list_display = (
        "pk",
        "artifact",
        "scope",
        "reason",
        "severity",
        "state",
        "raised_by",
        "raised_at",
    )
    list_display_links = ("pk", "artifact")
    list_filter = ("state", "severity", "scope", "reason", "raised_at")
    list_select_related = ("artifact", "raised_by")
    search_fields = ("artifact__name", "artifact__namespace", "reason", "detail")
    date_hierarchy = "raised_at"
    actions = ["confirm", "dismiss", "withdraw", "ask_for_report"]

    @admin.action(description="Confirm")
    def confirm(self, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
        self.do_to_each(
            request,
            chosen,
            "confirmed",
            lambda flag, note, actor: services.confirm_flag(flag=flag, reason=note, actor=actor),
        )

    @admin.action(description="Dismiss (note: why)")
    def dismiss(self, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
        self.do_to_each(
            request,
            chosen,
            "dismissed",
            lambda flag, note, actor: services.dismiss_flag(flag=flag, reason=note, actor=actor),
        )

    @admin.action(description="Withdraw (note: why)")
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
        self.do_to_each(
            request,
            chosen,
            "withdrawn",
            lambda flag, note, actor: services.withdraw_flag(flag=flag, reason=note, actor=actor),
        )

    @admin.action(description="Ask for a new report")
    def ask_for_report(self, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
        self.do_to_each(
            request,
            chosen,
            "asked for",
            lambda flag, _note, actor: services.request_report(flag=flag, actor=actor),
        )


@admin.register(Report)
class ReportAdmin(ActingAdmin):
    list_display = (
        "pk",
        "flag",
        "number",
        "state",
        "revision",
        "findings_counted",
        "attempts",
        "finished_at",
    )
    list_filter = ("state", "finished_at")
    list_select_related = ("flag__artifact",)
    search_fields = ("flag__artifact__name", "=content_hash", "error")
    readonly_fields = ("as_computed",)

    @admin.display(description="As it was computed", boolean=True)
    def as_computed(self, report: Report) -> bool | None:
        """Whether the stored findings still have the report's content hash."""
        return hash_of_report(report=report) == report.content_hash if report.is_complete else None

    @admin.display(description="Findings")
    def findings_counted(self, report: Report) -> int | None:
        return cast("int | None", report.counts.get("findings"))


class ConsequenceFilter(admin.SimpleListFilter):
    """Spelt out, because asking the table for its distinct values reads all of it."""

    title = parameter_name = "consequence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(one.value, one.label) for one in Consequence]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(consequence=self.value()) if self.value() else queryset


class ProductionFilter(admin.SimpleListFilter):
    title = "where"
    parameter_name = "where"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [("production", "Live in production"), ("live", "Live anywhere")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        if self.value() == "production":
            named = Q()
            for word in PRODUCTION:
                named |= Q(environment__iexact=word)
            return queryset.filter(named, is_live=True)
        return queryset.filter(is_live=True) if self.value() == "live" else queryset


class SettlingAdmin(ActingAdmin):
    """Rows for which somebody must act, and what can be done about them."""

    actions = ["assign", "resolve", "reopen"]

    def obligation_of(self, row: Any) -> Obligation:
        """The obligation that a row is, or stands for. `StateError` if there is none."""
        return cast("Obligation", row)

    @admin.action(description="Assign (note: to whom)")
    def assign(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        self.do_to_each(request, chosen, "assigned", self._assigned)

    @admin.action(description="Resolve (note: how)")
    def resolve(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        self.do_to_each(request, chosen, "resolved", self._resolved)

    @admin.action(description="Re-open (note: why)")
    def reopen(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        self.do_to_each(request, chosen, "re-opened", self._reopened)

    def _assigned(self, row: Any, note: str, actor: User) -> object:
        one = self.obligation_of(row)
        return services.assign_obligation(obligation=one, assignee=note, actor=actor)

    def _resolved(self, row: Any, note: str, actor: User) -> object:
        one = self.obligation_of(row)
        return services.resolve_obligation(obligation=one, note=note, actor=actor)

    def _reopened(self, row: Any, note: str, actor: User) -> object:
        one = self.obligation_of(row)
        return services.reopen_obligation(obligation=one, note=note, actor=actor)


@admin.register(Finding)
class FindingAdmin(SettlingAdmin):
    list_display = ("artifact", "report", "consequence", "distance", "environment", "owner")
    list_filter = (ConsequenceFilter, ProductionFilter, "artifact__kind")
    list_select_related = ("artifact", "report")
    search_fields = ("artifact__name", "=owner", "=report__flag__id")
    fields = (
        "report",
        "artifact",
        "consequence",
        "distance",
        "environment",
        "is_live",
        "owner",
        "path_words",
    )
    readonly_fields = ("path_words",)

    @admin.display(description="Path")
    def path_words(self, finding: Finding) -> str:
        return path_in_words(finding.path)

    def obligation_of(self, row: Finding) -> Obligation:
        found = Obligation.objects.filter(
            flag__reports=row.report_id, artifact=row.artifact_id
        ).first()
        if found is None:
            raise StateError(
                "Nothing to settle: only deployments, models and applications are acted on."
            )
        return found


@admin.register(Obligation)
class ObligationAdmin(SettlingAdmin):
    list_display = ("artifact", "flag", "consequence", "state", "assignee", "due_at", "note")
    list_filter = ("state", ConsequenceFilter, "due_at")
    list_select_related = ("artifact", "flag__artifact")
    search_fields = ("artifact__name", "assignee", "note")
    date_hierarchy = "due_at"
