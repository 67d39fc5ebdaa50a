"""This machine's addresses, and how a port of it is tried."""

import errno
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

WILDCARDS = ("0.0.0.0", "::")  # noqa: S104  # compared, not bound
DOCUMENTATION = "192.0.2.1"  # RFC 5737: no packet is sent there, but the way to it is known


def family(host: str) -> socket.AddressFamily:
    """Return the family of an IP literal."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def binding_fault(host: str, port: int, kind: socket.SocketKind) -> int | None:
    """Return the error number that keeps a server from a port; None if it is free."""
    with socket.socket(family(host), kind) as probe:
        if kind == socket.SOCK_STREAM:  # as the server does: what closed a moment ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno or errno.EINVAL
    return None


def is_here(host: str) -> bool:
    """Whether an IP literal is an address of this machine."""
    return binding_fault(host, 0, socket.SOCK_DGRAM) is None


def outward(host: str = DOCUMENTATION) -> str | None:
    """Return the address that packets to a host leave with; None if there is no way to it."""
    with socket.socket(family(host), socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def parsed(host: str) -> IPv4Address | IPv6Address | None:
    """Return an IP literal's address; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def beyond(host: str) -> bool:
    """Whether an IP literal or name is somewhere else than on loopback."""
    address = parsed(host)
    return not address.is_loopback if address else host.rstrip(".").lower() != "localhost"


def split(text: str, port: int) -> tuple[str, int]:
    """Return host and port of `HOST[:PORT]` or `[IPV6]:PORT`; raises ValueError."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        digits = rest.removeprefix(":")
    elif text.count(":") > 1:
        host, digits = text, ""
    else:
        host, _, digits = text.partition(":")
    if not host or (digits and not (digits.isascii() and digits.isdigit())):
        raise ValueError(f"{text!r} is no HOST or HOST:PORT")
    return host, int(digits or port)
