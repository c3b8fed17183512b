"""Tokens: making, using and revoking them."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts import selectors
from apps.accounts.models import SCOPE_ROLES, SCOPES, ApiToken, Role, User
from apps.audit.services import record_entry
from apps.graph.errors import RecordError
from apps.graph.validation import line, moment

DEFAULT_LIFETIME = timedelta(days=90)
LONGEST_LIFETIME = timedelta(days=365)
# `last_used_at` is written at most this often, so that reading stays reading.
_USE_NOTED_EVERY = timedelta(minutes=1)


def create_token(
    *,
    owner: User,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    actor: User,
) -> tuple[ApiToken, str]:
    """A new token of `owner`, and its secret, which is kept nowhere and can't be shown again.

    `scopes` are among `read record flag review admin`; `expires_at` has a time zone, lies at most
    365 days ahead and is 90 days from now if not given. RecordError says what is not acceptable,
    a scope beyond the owner's role among it; PermissionDenied unless `actor` is the owner or an
    administrator.
    """
    now = timezone.now()
    kept_name = line(name, "$.name", limit=200, required=True).strip()
    expiry = _expiry(expires_at, now)
    with transaction.atomic():
        # Locked, so that a change of role or a deactivation meanwhile is seen or waits.
        holder = User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        _require_owner_or_administrator(holder, actor)
        secret = selectors.SECRET_START + secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            owner=holder,
            name=kept_name,
            scopes=_scopes(scopes, holder),
            prefix=secret[: selectors.PREFIX_LENGTH],
            digest=hashlib.sha256(secret.encode()).hexdigest(),
            created=now,
            created_by=actor,
            expiry=expiry,
        )
        record_entry(
            actor=actor,
            action="token.created",
            subject=f"token:{token.pk}",
            details={
                "name": token.name,
                "owner": holder.username,
                "scopes": token.scopes,
                "expiry": expiry.isoformat(),
            },
        )
    return token, secret


def revoke_token(*, token: ApiToken, actor: User) -> ApiToken:
    """The token as it stands revoked; nothing changes if it was before.

    PermissionDenied unless `actor` is the owner or an administrator.
    """
    with transaction.atomic():
        kept = (
            ApiToken.objects.select_for_update(of=("self",), no_key=True)
            .select_related("owner")
            .get(pk=token.pk)
        )
        _require_owner_or_administrator(kept.owner, actor)
        if kept.revoked_at is None:
            kept.revoked_at, kept.digest = timezone.now(), ""
            kept.save(update_fields=["revoked_at", "digest"])
            record_entry(
                actor=actor,
                action="token.revoked",
                subject=f"token:{kept.pk}",
                details={"name": kept.name, "owner": kept.owner.username},
            )
    return kept


def authenticate_token(*, secret: str) -> ApiToken | None:
    """The live token of this secret with its owner, its use noted; None for any other text."""
    token = selectors.live_token(secret=secret)
    if token is None:
        return None
    now = timezone.now()
    before = now - _USE_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at <= before:
        # Conditional, so that of many requests at once one writes.
        ApiToken.objects.filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lte=before), pk=token.pk
        ).update(last_used_at=now)
        token.last_used_at = now
    return token


def _require_owner_or_administrator(owner: User, actor: User) -> None:
    if not actor.is_active or (actor.pk != owner.pk and not actor.may_act_as(Role.ADMIN)):
        raise PermissionDenied("Only its owner or an administrator may make or revoke a token.")


def _expiry(asked: datetime | None, now: datetime) -> datetime:
    expiry = moment(asked, "$.expires_at") or now + DEFAULT_LIFETIME
    if expiry <= now:
        raise RecordError("$.expires_at", "Is already past; choose a time in the next 365 days.")
    if expiry > now + LONGEST_LIFETIME:
        raise RecordError(
            "$.expires_at",
            f"Is more than {LONGEST_LIFETIME.days} days ahead; choose an earlier one.",
        )
    return expiry


def _scopes(asked: Sequence[str], owner: User) -> list[str]:
    """The scopes once each, in their own order."""
    if not owner.is_active:
        raise RecordError("$.owner", "Is deactivated; such a person cannot have a new token.")
    if isinstance(asked, str) or not asked:
        raise RecordError("$.scopes", f"Choose at least one of {', '.join(SCOPES)}.")
    for i, scope in enumerate(asked):
        if scope not in SCOPES:
            raise RecordError(
                f"$.scopes[{i}]", f"{str(scope)[:80]!r} is not one of {', '.join(SCOPES)}."
            )
        if scope not in owner.scopes:
            raise RecordError(
                f"$.scopes[{i}]",
                f'"{scope}" needs the role {SCOPE_ROLES[scope]}; {owner.username} is {owner.role}.',
            )
    return [scope for scope in SCOPES if scope in asked]
