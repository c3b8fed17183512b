"""What opens a source: encrypted in the database, or named in the environment.

Encrypted with Fernet (AES-128-CBC and HMAC-SHA256, github.com/fernet/spec). The first of
`CREDENTIALS_KEYS` encrypts, all of them decrypt, so that keys can be changed one after the other.
"""

import os
import re
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import quote, quote_plus

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.models import Source

# Or whoever may add a source could send any of the site's own variables to a host of their own.
VARIABLE_PREFIX = "SOURCE_SECRET_"
MASK = "•••"
# A shorter one would be found within ordinary words.
SHORTEST_MASKED = 4


def encrypted(secret: str) -> str:
    """The secret as it may be stored."""
    return _fernet().encrypt(secret.encode()).decode()


def checked_variable(name: str, path: str) -> str:
    """The name of a variable that a source may take its secret from; RecordError if it is none."""
    if name and not re.fullmatch(VARIABLE_PREFIX + "[A-Z0-9_]{1,80}", name):
        raise RecordError(
            path, f"Name an environment variable that begins with {VARIABLE_PREFIX}, in capitals."
        )
    return name


def secret_of(source: Source) -> str:
    """The secret in clear, for the length of a reading. ConnectorError if it cannot be had."""
    if source.secret_variable:
        if (found := os.environ.get(source.secret_variable)) is None:
            raise ConnectorError(
                f"The environment variable {source.secret_variable} is not set where the workers "
                "run; set it and start them again.",
                permanent=False,
            )
        return found
    if not source.secret:
        return ""
    try:
        return _fernet().decrypt(source.secret.encode()).decode()
    except InvalidToken as error:
        raise ConnectorError(
            "The credentials were encrypted with a key that this site no longer has (see "
            "CREDENTIALS_KEYS). Give them again."
        ) from error


def without_credentials(where: str) -> str:
    """The URL without a name and password before its host; anything else as it is."""
    return re.sub(r"(?<=://)[^/?#]*@", "", where)


def same_service(one: str, other: str) -> bool:
    """Whether credentials that were given for the one may be sent to the other."""
    return one.split("/")[:3] == other.split("/")[:3]


def masked(text: str, secret: str) -> str:
    """The text without the secret, its password part, or either in Base64 or as part of a URL."""
    parts = {secret, secret.partition(":")[2]}
    shown = {one for one in parts if len(one) >= SHORTEST_MASKED}
    shown |= {b64encode(one.encode()).decode() for one in shown} | {
        escaped for one in shown for escaped in (quote(one, safe=""), quote(one), quote_plus(one))
    }
    for one in sorted(shown, key=len, reverse=True):
        text = text.replace(one, MASK)
    return text


def _fernet() -> MultiFernet:
    keys = settings.CREDENTIALS_KEYS or [settings.SECRET_KEY]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(key.encode()).digest())) for key in keys])
