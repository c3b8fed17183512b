"""Slows down guessing of passwords.

Counted in Django's cache: exact where processes share one (Redis), per process where they do not.
"""

import hashlib
from dataclasses import dataclass

from django.core.cache import cache

LIMIT = 10
WINDOW_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Attempts:
    """The failures for one name from one address. Others with the name are not locked out by it."""

    name: str
    address: str

    @property
    def _key(self) -> str:
        digest = hashlib.sha256(f"{self.address}\n{self.name.casefold()}".encode(errors="replace"))
        return f"sign-in:{digest.hexdigest()}"

    def exhausted(self) -> bool:
        return int(cache.get(self._key, 0)) >= LIMIT

    def note(self) -> None:
        cache.add(self._key, 0, timeout=WINDOW_MINUTES * 60)
        try:
            cache.incr(self._key)
        except ValueError:  # It ran out between the two lines.
            cache.set(self._key, 1, timeout=WINDOW_MINUTES * 60)

    def forget(self) -> None:
        cache.delete(self._key)
