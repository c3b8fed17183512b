"""Which paths and addresses a connector may open.

Whoever may configure a source chooses what this site reads, with the site's own rights and from
its own place in the network. So both are bounded: paths lie under given folders, and a host is
judged by every address that it resolves to, just before it is connected to.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from apps.ingest.connectors.errors import ConnectorError

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """`roots` are the folders under which paths are read; none means any path.

    Public addresses may be connected to, and those in `networks`. The rest (this machine, the
    local network, a cloud's metadata service) may not.
    """

    roots: tuple[Path, ...] | None = None
    networks: tuple[Network, ...] = ()

    def path(self, where: str) -> Path:
        """The path with its links resolved. ConnectorError if it may not or cannot be read."""
        try:
            path = Path(where).resolve(strict=True)
        except (OSError, ValueError, RuntimeError) as error:
            # One answer for both: whether a file is there is not for everyone to know.
            raise ConnectorError(f"{where} does not exist, or may not be read.") from error
        if self.roots is not None and not any(path.is_relative_to(root) for root in self.roots):
            allowed = ", ".join(map(str, self.roots)) or "none is"
            raise ConnectorError(
                f"{where} does not exist, or may not be read. Folders that may be read: {allowed}."
            )
        return path

    def address(self, host: str, port: int) -> str:
        """An address of the host that may be connected to. ConnectorError if one may not be."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ConnectorError(
                f"The host {host} cannot be found: {error}.", permanent=False
            ) from error
        addresses = [str(entry[4][0]) for entry in found]
        for one in addresses:
            if not self._is_open(one):
                raise ConnectorError(
                    f"{host} is at {one}, which is not a public address. If it is meant, an "
                    "operator adds its network to SOURCE_NETWORKS."
                )
        return addresses[0]

    def _is_open(self, address: str) -> bool:
        parsed = ip_address(address.partition("%")[0])
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        inside = any(parsed.version == net.version and parsed in net for net in self.networks)
        return inside or (parsed.is_global and not parsed.is_multicast)


# For an operator's own commands: they could read the file or call the host anyway.
ANYWHERE = Reach(networks=(ip_network("0.0.0.0/0"), ip_network("::/0")))
