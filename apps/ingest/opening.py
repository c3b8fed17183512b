"""How a source is opened: within the reach that the operator set, with its own credentials."""

from ipaddress import ip_network
from pathlib import Path

from django.conf import settings

from apps.ingest.connectors.contract import Access
from apps.ingest.connectors.reach import Reach
from apps.ingest.credentials import secret_of
from apps.ingest.models import Source


def reach_of_sources() -> Reach:
    """What sources may open, as SOURCE_ROOTS and SOURCE_NETWORKS say."""
    return Reach(
        roots=tuple(Path(one).resolve() for one in settings.SOURCE_ROOTS),
        networks=tuple(ip_network(one, strict=False) for one in settings.SOURCE_NETWORKS),
    )


def access_to(source: Source) -> Access:
    """ConnectorError if its credentials cannot be had."""
    return Access(
        where=source.where,
        secret=secret_of(source),
        cursor=source.cursor,
        reach=reach_of_sources(),
    )
