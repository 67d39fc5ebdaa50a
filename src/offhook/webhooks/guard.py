"""Which addresses Offhook may connect to on somebody else's word (SSRF).

The question is put for the address of each connection, after DNS and at every redirect, so a name
that resolves to something else the second time gains nothing. Private networks are open by default
(webhooks.md 10: a self-hosted server's applications live there); link-local addresses, where clouds
keep their secrets, and addresses that name no single host are not. As in a routing table the most
specific network decides, so `allow` and `deny` can cut holes into each other.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
REFUSED = (
    "0.0.0.0/8",  # "this host" (RFC 1122 3.2.1.3)
    "169.254.0.0/16",  # link-local, with the metadata service of most clouds
    "100.100.100.200/32",  # metadata service of Alibaba Cloud
    "168.63.129.16/32",  # host agent of Azure
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and broadcast
    "::/128",
    "fe80::/10",  # link-local
    "fd00:ec2::254/128",  # metadata service of AWS
    "fd20:ce::254/128",  # metadata service of Google Cloud
    "ff00::/8",  # multicast
)
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052


class HostNotAllowedError(OSError):
    """The guard refuses this address."""

    def __init__(self) -> None:
        super().__init__("host not allowed")  # always the same text: connectors compare it


class Guard:
    """A table of networks with their verdicts; raises ValueError for what is no CIDR."""

    def __init__(self, allow: Iterable[str] = (), deny: Iterable[str] = ()) -> None:
        verdicts: dict[Network, bool] = {ip_network(text): False for text in REFUSED}
        verdicts |= {ip_network(text): True for text in allow}
        verdicts |= {ip_network(text): False for text in deny}
        self._table = sorted(verdicts.items(), key=lambda entry: -entry[0].prefixlen)

    def permits(self, address: str) -> bool:
        """Whether connections to this address are allowed."""
        parsed = ip_address(address.partition("%")[0])
        return all(self._verdict(target) for target in _meanings(parsed))

    def socket(self, info: tuple[Any, Any, Any, Any, tuple[Any, ...]]) -> socket.socket:
        """Make the socket for a getaddrinfo result; raises HostNotAllowedError."""
        family, kind, protocol, _, address = info
        if not self.permits(address[0]):
            raise HostNotAllowedError
        return socket.socket(family, kind, protocol)

    def _verdict(self, address: Address) -> bool:
        for network, allowed in self._table:
            if address in network:
                return allowed
        return True


def _meanings(address: Address) -> list[Address]:
    """Return the address and the IPv4 address inside it, if a gateway would unpack one."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address in NAT64:
        return [address, IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address, address.sixtofour] if address.sixtofour else [address]
