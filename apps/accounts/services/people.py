"""People: adding them, their role, and whether they may sign in."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import ROLE_ORDER, ApiToken, Role, User
from apps.audit.services import record_entry
from apps.graph.errors import RecordError

# In all of these no actor means the operator at the command line, who may do everything.
#
# Rows are locked with `no_key`: an audit entry's foreign key to its actor locks the actor's row
# FOR KEY SHARE while its writer has the log to itself, and a full lock here would then deadlock.


def add_user(
    *, username: str, role: str, password: str, email: str = "", actor: User | None = None
) -> User:
    """A new person. ValidationError for a bad name, address or password or a name that is taken,
    RecordError for an unknown role, PermissionDenied unless `actor` is an administrator."""
    _require_administrator(actor)
    user = User(
        username=User.normalize_username(username),
        email=User.objects.normalize_email(email),
        role=_role(role),
        is_staff=_enters_admin(role),
    )
    validate_password(password, user)
    user.set_password(password)
    with transaction.atomic():
        user.full_clean()
        user.save(force_insert=True)
        record_entry(
            actor=actor,
            action="user.added",
            subject=f"user:{user.pk}",
            details={"username": user.username, "role": user.role},
        )
    return user


def change_role(*, user: User, role: str, actor: User | None) -> User:
    """The person in the new role, which their tokens and sessions feel at once.

    A superuser becomes an ordinary person of that role. RecordError for an unknown role or when
    no administrator would be left; PermissionDenied unless `actor` is an administrator.
    """
    _require_administrator(actor)
    new = _role(role)
    with transaction.atomic():
        kept = _locked(user, remains_administrator=new == Role.ADMIN)
        before = "superuser" if kept.is_superuser else kept.role
        if before == new:
            return kept
        kept.role, kept.is_superuser, kept.is_staff = new, False, _enters_admin(new)
        kept.save(update_fields=["role", "is_superuser", "is_staff"])
        record_entry(
            actor=actor,
            action="user.role_changed",
            subject=f"user:{kept.pk}",
            details={"username": kept.username, "from": before, "to": new},
        )
    return kept


def deactivate(*, user: User, actor: User | None) -> User:
    """The person, who can no longer sign in; their tokens are revoked for good.

    Errors as in `change_role`. Nothing changes if they were inactive before.
    """
    _require_administrator(actor)
    with transaction.atomic():
        kept = _locked(user, remains_administrator=False)
        if not kept.is_active:
            return kept
        kept.is_active = False
        kept.save(update_fields=["is_active"])
        revoked = ApiToken.objects.filter(owner=kept, revoked_at__isnull=True).update(
            revoked_at=timezone.now(), digest=""
        )
        record_entry(
            actor=actor,
            action="user.deactivated",
            subject=f"user:{kept.pk}",
            details={"username": kept.username, "tokens_revoked": revoked},
        )
    return kept


def reactivate(*, user: User, actor: User | None) -> User:
    """The person, who can sign in again with the role they had. Their tokens stay revoked."""
    _require_administrator(actor)
    with transaction.atomic():
        kept = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if kept.is_active:
            return kept
        kept.is_active = True
        kept.save(update_fields=["is_active"])
        record_entry(
            actor=actor,
            action="user.reactivated",
            subject=f"user:{kept.pk}",
            details={"username": kept.username, "role": kept.role},
        )
    return kept


def change_email(*, user: User, email: str, actor: User | None) -> User:
    """The person with another address. ValidationError if it is none."""
    _require_administrator(actor)
    with transaction.atomic():
        kept = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        before, kept.email = kept.email, User.objects.normalize_email(email)
        if before == kept.email:
            return kept
        kept.clean_fields(exclude={"password"})
        kept.save(update_fields=["email"])
        record_entry(
            actor=actor,
            action="user.email_changed",
            subject=f"user:{kept.pk}",
            details={"username": kept.username, "from": before, "to": kept.email},
        )
    return kept


def reset_password(*, user: User, password: str | None, actor: User | None) -> User:
    """The person with a new password, or with none and so no way to sign in by one.

    Their other sessions end, their tokens stay. ValidationError for a weak password.
    """
    _require_administrator(actor)
    if password is not None:
        validate_password(password, user)
    with transaction.atomic():
        kept = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        kept.set_password(password)
        kept.save(update_fields=["password"])
        record_entry(
            actor=actor,
            action="user.password_reset",
            subject=f"user:{kept.pk}",
            details={"username": kept.username, "has_password": password is not None},
        )
    return kept


def _locked(user: User, *, remains_administrator: bool) -> User:
    """The person as they now stand, locked; refuses to leave the site without administrator.

    All administrators are locked in one order: of two who demote each other at the same moment
    the second waits, and then sees that they are the last.
    """
    administrators = list(
        User.objects.select_for_update(no_key=True)
        .filter(Q(role=Role.ADMIN) | Q(is_superuser=True), is_active=True)
        .order_by("pk")
    )
    if not remains_administrator and [one.pk for one in administrators] == [user.pk]:
        raise RecordError(
            "$.user",
            f"{user.username} is the only active administrator; make someone else one first.",
        )
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _require_administrator(actor: User | None) -> None:
    if actor is not None and not actor.may_act_as(Role.ADMIN):
        raise PermissionDenied("Only an administrator may change people.")


def _role(role: str) -> str:
    if role not in ROLE_ORDER:
        raise RecordError("$.role", f"{role[:80]!r} is not one of {', '.join(ROLE_ORDER)}.")
    return role


def _enters_admin(role: str) -> bool:
    """Who may open the admin at all; what they see there is each page's own decision."""
    return ROLE_ORDER[role] >= ROLE_ORDER[Role.REVIEWER]
