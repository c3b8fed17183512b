"""Who may do what."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What a person may do. Each may also do what those before it may."""

    VIEWER = "viewer", "Viewer: reads"
    CONTRIBUTOR = "contributor", "Contributor: records lineage and raises flags"
    REVIEWER = "reviewer", "Reviewer: decides on flags and findings"
    ADMIN = "admin", "Administrator: manages people and tokens"


ROLE_ORDER: dict[str, int] = {role.value: rank for rank, role in enumerate(Role)}


class User(AbstractUser):
    """A person, or a service account for a script."""

    role = models.CharField(max_length=20, choices=Role.choices, default=Role.VIEWER)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    def may_act_as(self, role: str) -> bool:
        """Whether this person's role includes `role`. A superuser is an administrator."""
        held = Role.ADMIN.value if self.is_superuser else self.role
        return self.is_active and ROLE_ORDER[held] >= ROLE_ORDER[role]
