"""What a call is when it enters or leaves the stack: values for the layer above."""

from collections.abc import Mapping
from dataclasses import dataclass

from offhook.directory import Phone
from offhook.hooks import Credentials
from offhook.sip.message import Request
from offhook.sip.transport import Address


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call to place."""

    target: str  # Request-URI
    from_uri: str
    to_uri: str
    sdp: bytes  # the offer
    next_hop: Address | None  # the trunk; None sends to the target itself
    from_display: str | None = None
    credentials: Credentials | None = None  # for digest authentication
    headers: tuple[tuple[str, str], ...] = ()
    to_phone: bool = False  # the next hop is where a phone has registered from


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call that arrived; it rings until it is accepted or refused."""

    session: int
    source: Address
    target: str  # Request-URI
    to_uri: str
    from_uri: str
    from_display: str | None
    call_id: str
    sdp: bytes  # the offer; empty asks us to make it
    headers: Mapping[str, tuple[str, ...]]  # lower-case names
    phone: Phone | None = None  # that it is from, by its password


def incoming_call(
    session: int, invite: Request, source: Address, phone: Phone | None = None
) -> IncomingCall:
    """Describe the call that an INVITE begins."""
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in invite.headers:
        key = name.lower()
        headers[key] = (*headers.get(key, ()), value)
    return IncomingCall(
        session,
        source,
        invite.raw_uri,
        str(invite.to.uri),
        str(invite.from_.uri),
        invite.from_.display,
        invite.call_id,
        invite.body,
        headers,
        phone,
    )
