"""Who may do what."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class Role(models.TextChoices):
    """What a person may do. Each may also do what those before it may."""

    VIEWER = "viewer", "Viewer: reads"
    CONTRIBUTOR = "contributor", "Contributor: records lineage and raises flags"
    REVIEWER = "reviewer", "Reviewer: decides on flags and findings"
    ADMIN = "admin", "Administrator: manages people and tokens"


ROLE_ORDER: dict[str, int] = {role.value: rank for rank, role in enumerate(Role)}

# What a token may be allowed, and the role its owner must have for it to count.
SCOPE_ROLES: dict[str, str] = {
    "read": Role.VIEWER.value,
    "record": Role.CONTRIBUTOR.value,
    "flag": Role.CONTRIBUTOR.value,
    "review": Role.REVIEWER.value,
    "admin": Role.ADMIN.value,
}
SCOPES: tuple[str, ...] = tuple(SCOPE_ROLES)


class User(AbstractUser):
    """A person, or a service account for a script. Never deleted: what they did names them."""

    role = models.CharField(max_length=20, choices=Role.choices, default=Role.VIEWER)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    def may_act_as(self, role: str) -> bool:
        """Whether this person's role includes `role`. A superuser is an administrator."""
        held = Role.ADMIN.value if self.is_superuser else self.role
        return self.is_active and ROLE_ORDER[held] >= ROLE_ORDER[role]

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that a token of this person may carry."""
        return tuple(scope for scope, role in SCOPE_ROLES.items() if self.may_act_as(role))


class ApiToken(models.Model):
    """A secret by which a script acts for `owner`. Kept as a digest; shown once, when made.

    Our own table and not django-rest-knox's: knox deletes a token's row when it expires and with
    its owner, has the digest as primary key, which would put it into addresses, and brings DRF
    into this layer. The row here outlives the token, so that the audit log's `token:7` can
    always be looked up. A revoked token has no digest, so nothing can match it again.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(max_length=200)
    scopes = models.JSONField(default=list)
    prefix = models.CharField(max_length=16, db_index=True)
    digest = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    expiry = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created", "-pk")
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def state(self, *, now: datetime | None = None) -> str:
        """`live`, `expired`, `revoked` or `owner inactive`."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expiry <= (now or timezone.now()):
            return "expired"
        return "live" if self.owner.is_active else "owner inactive"

    @property
    def is_live(self) -> bool:
        return self.state() == "live"

    def allows(self, scope: str) -> bool:
        """Whether the token grants `scope` now: it carries it and its owner's role still has it."""
        return self.is_live and scope in self.scopes and scope in self.owner.scopes
