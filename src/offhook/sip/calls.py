"""What a call is when it enters or leaves the stack: values for the layer above."""

from collections.abc import Mapping
from dataclasses import dataclass

from offhook.hooks import Credentials
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
