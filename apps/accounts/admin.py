"""People and their tokens in the admin. Nobody is deleted here: deactivate instead."""

from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from apps.accounts import services
from apps.accounts.models import ApiToken, Role, User
from apps.audit.desk import ReadOnlyAdmin
from apps.graph.errors import RecordError

if TYPE_CHECKING:  # Generic for the type checker only.
    _UserAdmin = DjangoUserAdmin[User]
    _CreationForm = UserCreationForm[User]
    _PasswordForm = AdminPasswordChangeForm[User]
else:
    _UserAdmin = DjangoUserAdmin
    _CreationForm = UserCreationForm
    _PasswordForm = AdminPasswordChangeForm

# What people may do follows from their role alone.
admin.site.unregister(Group)


def _administers(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.may_act_as(Role.ADMIN)


class PersonCreationForm(_CreationForm):
    class Meta:
        model = User
        fields = ("username", "email", "role")


class PasswordForm(_PasswordForm):
    """Sets the password through the service, which notes who did."""

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002
        password = (
            self.cleaned_data["password1"] if self.cleaned_data["set_usable_password"] else None
        )
        self.user = services.reset_password(user=self.user, password=password, actor=self.actor)
        return self.user


@admin.register(User)
class UserAdmin(_UserAdmin):
    add_form = PersonCreationForm
    add_fieldsets = ((None, {"fields": ("username", "email", "role", "password1", "password2")}),)
    fieldsets = (
        (None, {"fields": ("username", "password", "email", "role", "is_active")}),
        ("Seen", {"fields": ("last_login", "date_joined", "is_superuser")}),
    )
    list_display = ("username", "email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "email")
    filter_horizontal = ()

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return ("username", "last_login", "date_joined", "is_superuser") if obj else ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _administers(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _administers(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _administers(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except RecordError as refused:
            self.message_user(request, f"Nothing was saved: {refused.message}", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        actor = cast("User", request.user)
        if not change:
            obj.pk = services.add_user(
                username=obj.username,
                role=obj.role,
                password=form.cleaned_data["password1"],
                email=obj.email,
                actor=actor,
            ).pk
            return
        if "email" in form.changed_data:
            services.change_email(user=obj, email=obj.email, actor=actor)
        # Only what was changed: to save a superuser as they are must not demote them.
        if "role" in form.changed_data:
            services.change_role(user=obj, role=obj.role, actor=actor)
        if "is_active" in form.changed_data:
            act = services.reactivate if obj.is_active else services.deactivate
            act(user=obj, actor=actor)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        bound = copy(self)  # This one serves all requests, so it cannot hold the actor of one.
        bound.change_password_form = partial(PasswordForm, actor=cast("User", request.user))
        return DjangoUserAdmin.user_change_password(bound, request, id, form_url)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    role_needed = Role.ADMIN
    list_display = (
        "name",
        "owner",
        "prefix",
        "scopes",
        "state",
        "created",
        "expiry",
        "last_used_at",
    )
    list_filter = ("owner", "expiry", "revoked_at")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username", "prefix")
    fields = (
        "name",
        "owner",
        "prefix",
        "scopes",
        "state",
        "created",
        "created_by",
        "expiry",
        "revoked_at",
        "last_used_at",
    )
    actions = ("revoke",)

    @admin.action(description="Revoke for good", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        tokens = list(queryset.filter(revoked_at__isnull=True))
        for token in tokens:
            services.revoke_token(token=token, actor=cast("User", request.user))
        self.message_user(request, f"Revoked: {len(tokens)}.")
