"""One filter set each for findings, flags and obligations, for pages and API alike."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django_filters import BooleanFilter, CharFilter, ChoiceFilter, FilterSet, OrderingFilter

from apps.graph.vocabulary import PRODUCTION, Consequence
from apps.impact.models import (
    Finding,
    Flag,
    FlagState,
    Obligation,
    ObligationState,
    Scope,
    Severity,
)

# What the word stands for in an address: findings or obligations that nobody owns.
NO_OWNER = "none"
CONSEQUENCES = [(one.value, one.label) for one in Consequence]


class FindingFilter(FilterSet):  # type: ignore[misc]
    """Narrows `selectors.report_rows`. `owner=none` finds what nobody owns, `production=true` live
    deployments in production, `new=true` what the report before did not find.
    """

    q = CharFilter(field_name="artifact__name", lookup_expr="icontains", label="Name contains")
    kind = CharFilter(field_name="artifact__kind")
    consequence = ChoiceFilter(choices=CONSEQUENCES)
    environment = CharFilter(field_name="environment")
    production = BooleanFilter(method="in_production", label="In production")
    owner = CharFilter(method="owned_by", label="Owner")
    new = BooleanFilter(field_name="is_new", label="Not in the report before")
    ordering = OrderingFilter(
        fields=(
            ("distance", "distance"),
            ("artifact__kind", "kind"),
            ("artifact__name", "name"),
            ("consequence", "consequence"),
            ("environment", "environment"),
            ("owner", "owner"),
        )
    )

    class Meta:
        model = Finding
        fields: tuple[str, ...] = ()

    def in_production(
        self,
        queryset: QuerySet[Finding],
        _name: str,
        wanted: bool,  # noqa: FBT001 - django-filter passes it so
    ) -> QuerySet[Finding]:
        live = Q(is_live=True) & reduce(or_, (Q(environment__iexact=one) for one in PRODUCTION))
        return queryset.filter(live if wanted else ~live)

    def owned_by(self, queryset: QuerySet[Finding], _name: str, owner: str) -> QuerySet[Finding]:
        return queryset.filter(owner="" if owner == NO_OWNER else owner)


class FlagFilter(FilterSet):  # type: ignore[misc]
    state = ChoiceFilter(choices=FlagState.choices)
    severity = ChoiceFilter(choices=Severity.choices)
    scope = ChoiceFilter(choices=Scope.choices)
    reason = CharFilter(field_name="reason")
    kind = CharFilter(field_name="artifact__kind")
    q = CharFilter(field_name="artifact__name", lookup_expr="icontains", label="Name contains")
    ordering = OrderingFilter(fields=(("raised_at", "raised_at"), ("artifact__name", "name")))

    class Meta:
        model = Flag
        fields: tuple[str, ...] = ()


class ObligationFilter(FilterSet):  # type: ignore[misc]
    """`assignee=none` finds what nobody has been asked to do."""

    state = ChoiceFilter(choices=ObligationState.choices)
    consequence = ChoiceFilter(choices=CONSEQUENCES)
    kind = CharFilter(field_name="artifact__kind")
    assignee = CharFilter(method="assigned_to", label="Assignee")
    ordering = OrderingFilter(
        fields=(("due_at", "due_at"), ("artifact__name", "name"), ("assignee", "assignee"))
    )

    class Meta:
        model = Obligation
        fields: tuple[str, ...] = ()

    def assigned_to(
        self, queryset: QuerySet[Obligation], _name: str, assignee: str
    ) -> QuerySet[Obligation]:
        return queryset.filter(assignee="" if assignee == NO_OWNER else assignee)
