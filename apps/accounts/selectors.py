"""Reading people's tokens."""

import hashlib
import hmac
import re

from django.db.models import QuerySet

from apps.accounts.models import ApiToken, User

# Said of every secret, so that scanners find one that leaked into a repository.
SECRET_START = "mlt_"  # noqa: S105
# What of a secret is kept readable, to find its row and for its owner to know it by.
PREFIX_LENGTH = len(SECRET_START) + 8
_SECRET = re.compile(rf"{SECRET_START}[A-Za-z0-9_-]{{43}}\Z")


def tokens_of(*, user: User) -> QuerySet[ApiToken]:
    """All tokens of a person, newest first; the expired and the revoked among them."""
    return ApiToken.objects.filter(owner=user).select_related("owner", "created_by")


def live_token(*, secret: str) -> ApiToken | None:
    """The token of this secret with its owner, unless expired, revoked or its owner inactive.

    Any text may be given; what does not look like a secret costs no query.
    """
    if not _SECRET.match(secret):
        return None
    digest = hashlib.sha256(secret.encode()).hexdigest()
    found = ApiToken.objects.filter(prefix=secret[:PREFIX_LENGTH]).select_related("owner")
    for token in found:
        if hmac.compare_digest(token.digest, digest) and token.is_live:
            return token
    return None
