"""Trunks and parties: where a call goes and how it is addressed, who may call, and who is calling.

Pure functions of the directory. A number goes to the trunk with the longest matching pattern, a SIP
URI to its own host (by way of the trunk there, if there is one).
"""

import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from offhook.directory import Directory, Trunk, normal_number
from offhook.hooks import Credentials
from offhook.sip.calls import IncomingCall, OutgoingCall
from offhook.sip.grammar import SipSyntaxError
from offhook.sip.transport import Address
from offhook.sip.uri import Uri, host_port

ANONYMOUS = "sip:anonymous@anonymous.invalid"  # RFC 3323 4.1.1.3
HIDDEN = ("Restricted", "Anonymous", "Private", "Unavailable")  # bxml.md 2.1, rest.md 4.1
SIP_PORT = 5060
TRUNKS_NAMED = 5  # to whoever wonders why a caller was refused


class NoRouteError(LookupError):
    """No trunk takes the number."""


class NotRegisteredError(LookupError):
    """The number is a phone's, and the phone is not there."""


@dataclass(frozen=True, slots=True)
class Caller:
    """How a call presents itself."""

    number: str  # E.164, a SIP URI, or one of the four words that hide it
    display: str | None = None
    privacy: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """Where a call goes: to a trunk, to a registered phone, or (neither) to the target's host."""

    target: str  # Request-URI
    to_uri: str
    trunk: Trunk | None = None
    phone: Address | None = None

    @property
    def next_hop(self) -> Address | None:
        """Where its INVITE is sent; None for the target itself."""
        if self.trunk is None:
            return self.phone
        return Address(self.trunk.transport, self.trunk.host, self.trunk.port)


def outgoing_call(
    way: Way, caller: Caller, host: str, sdp: bytes, uui: str | None = None
) -> OutgoingCall:
    """Address a call; `host` is ours. Raises SipSyntaxError for a bad URI."""
    trunk = way.trunk
    hidden = caller.privacy or caller.number in HIDDEN
    display = caller.display or (caller.number if caller.number in HIDDEN else None)
    headers: list[tuple[str, str]] = []
    if trunk is not None and caller.number not in HIDDEN:
        # Only a trusted peer is told who it is; it keeps it to itself (RFC 3325 7, 9.1).
        headers.append(("P-Asserted-Identity", f"<{identity(caller.number, host)}>"))
    if hidden:
        headers.append(("Privacy", "id"))
        display = display or "Anonymous"
    headers += [("User-to-User", value.strip()) for value in (uui or "").split(",") if value]
    return OutgoingCall(
        target=way.target,
        from_uri=ANONYMOUS if hidden else identity(caller.number, host),
        to_uri=way.to_uri,
        sdp=sdp,
        next_hop=way.next_hop,
        from_display=display,
        credentials=_credentials(trunk),
        headers=tuple(headers),
        to_phone=way.phone is not None,
    )


def way_to(directory: Directory, to: str) -> Way:
    """Return where a call goes that no phone takes.

    Raises NoRouteError, and SipSyntaxError for a bad URI.
    """
    if to.lower().startswith(("sip:", "sips:")):
        uri = Uri.parse(to)
        trunks = directory.trunks.values()
        return Way(to, to, next((trunk for trunk in trunks if _is_at(uri, trunk)), None))
    trunk = directory.trunk_for(to)
    if trunk is None:
        raise NoRouteError(_no_trunk(directory, to))
    port = None if trunk.port == SIP_PORT else trunk.port
    target = f"sip:{to}@{host_port(trunk.host, port)}"
    return Way(target, target, trunk)


def _is_at(uri: Uri, trunk: Trunk) -> bool:
    """Whether a URI is the trunk's; at another port is somebody else (RFC 3263 4.2)."""
    return uri.host.lower() == trunk.host.lower() and uri.port in (None, trunk.port)


def _no_trunk(directory: Directory, to: str) -> str:
    trunks = directory.trunks.values()
    if not trunks:
        return f"no trunk takes {to}: there is none at all"
    patterns = "; ".join(f"{trunk.name} takes {', '.join(trunk.patterns)}" for trunk in trunks)
    return f"no trunk takes {to}: {patterns}"


def identity(number: str, host: str) -> str:
    """Return the SIP URI of a number of ours; a SIP URI is its own."""
    if number.lower().startswith(("sip:", "sips:")):
        return str(Uri.parse(number))
    return str(Uri("sip", number, host=host))


def _credentials(trunk: Trunk | None) -> Credentials | None:
    if trunk is None or trunk.username is None:
        return None
    return Credentials(trunk.username, trunk.password or "")


def accepts(
    directory: Directory, source: Address, known: Mapping[str, Collection[str]] | None = None
) -> bool:
    """Whether a call may come from there: from a trunk, or, without trunks, from this machine.

    `known` holds the addresses of trunks' host names, as far as they have been resolved.
    """
    try:
        address = ipaddress.ip_address(source.host)
    except ValueError:
        return False
    if not directory.trunks:
        return address.is_loopback
    return any(_is_source(trunk, source.host, known or {}) for trunk in directory.trunks.values())


def strange(
    directory: Directory, source: str, known: Mapping[str, Collection[str]] | None = None
) -> str:
    """Say which trunks there are, and where their calls may come from."""
    if not directory.trunks:
        return f"{source} is not this machine, and there is no trunk"
    allowed = [
        f"{trunk.name} allows {', '.join(_sources(trunk, known or {}))}"
        for trunk in directory.trunks.values()
    ]
    return f"no trunk allows calls from {source}: {'; '.join(allowed[:TRUNKS_NAMED])}"


def _sources(trunk: Trunk, known: Mapping[str, Collection[str]]) -> Collection[str]:
    return trunk.allowed_sources or (trunk.host, *known.get(trunk.host, ()))


def _is_source(trunk: Trunk, source: str, known: Mapping[str, Collection[str]]) -> bool:
    return any(_within(source, network) for network in _sources(trunk, known))


def _within(source: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(source) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False  # a host name that is not resolved yet


def called_party(call: IncomingCall) -> str:
    """Return the number, or SIP user, that was dialled: of the Request-URI, else of the To."""
    return _party(call.target) or _party(call.to_uri) or call.to_uri


def calling_party(call: IncomingCall) -> str:
    """Return the caller as the contract shows it (webhooks.md 6, `from`).

    A phone that has a number calls as that number, whatever its From says.
    """
    hidden = "id" in (call.headers.get("privacy") or ("",))[0].replace(",", ";").split(";")
    if call.from_display in HIDDEN:
        return call.from_display or "Anonymous"
    if hidden or call.from_uri.lower().startswith(ANONYMOUS) or "@anonymous." in call.from_uri:
        return "Anonymous"
    if call.phone is not None and call.phone.number is not None:
        return call.phone.number
    number = _party(call.from_uri)
    return number if number and re.fullmatch(r"\+[0-9]+", number) else call.from_uri


def _party(text: str) -> str | None:
    """Return the number or user of a `sip:` or `tel:` URI, without parameters (RFC 3966 3)."""
    try:
        uri = Uri.parse(text)
    except SipSyntaxError:
        return None
    return normal_number(uri.user.partition(";")[0]) if uri.user else None


def known_addresses(trunk: Trunk, addresses: Mapping[str, Collection[str]]) -> str:
    """Say what a trunk's name leads to; nothing of one that is named by its address."""
    try:
        ipaddress.ip_address(trunk.host.strip("[]"))
    except ValueError:
        found = addresses.get(trunk.host)
        if found is None:
            return "its name has not been looked up yet"
        return f"leads to {', '.join(sorted(found))}" if found else "its name leads to no address"
    return ""
