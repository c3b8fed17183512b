"""Holding on to work while something slow goes on that cannot say how far it is."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.conf import settings
from django.db import Error, connection

from apps.work.claiming import Claim, W, extend

logger = logging.getLogger(__name__)
# Of one lease. Two renewals may fail before another worker takes over.
RENEWALS = 3
# To end the thread's own connection; it may be waiting for a lock.
PATIENCE_SECONDS = 5.0


@contextmanager
def kept(claim: Claim[W]) -> Iterator[None]:
    """Renew the lease until the block ends. A process that is killed or stopped renews nothing."""
    ended = Event()
    thread = Thread(target=_renew, args=(claim, ended), name=f"keep-{claim.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(PATIENCE_SECONDS)


def _renew(claim: Claim[W], ended: Event) -> None:
    while not ended.wait(settings.WORK_LEASE_SECONDS / RENEWALS):
        try:
            if not extend(claim):
                return
        except Error as error:  # The next may get through.
            logger.warning("The lease of %s could not be renewed: %s", claim, error)
        finally:
            connection.close()
