"""The seam to the network: addresses, what the stack wants sent, and who sends it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Address:
    """A transport address.

    Where the stack asks for a message to be sent, `host` may be a name, and port 0 means that none
    was given: the sockets look for SRV records, then take 5060 (RFC 3263 4.2).
    """

    transport: str  # "udp" or "tcp"
    host: str
    port: int
    connection: int = 0  # the stream a message came on: replies go there (RFC 3261 18.2.2)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send; `branch` names the transaction to tell when it cannot be sent."""

    data: bytes
    to: Address
    branch: str = ""
    session: int | None = None  # whose message it is, for the event log


class Sockets(Protocol):
    """UDP and TCP sockets, or those of the virtual network."""

    def open(
        self,
        on_message: Callable[[bytes, Address], None],
        on_failure: Callable[[Outgoing, str], None],
    ) -> None:
        """Start to receive: whole messages (streams are framed), and failures to send."""
        ...

    def send(self, outgoing: Outgoing) -> None:
        """Send, resolving the host and connecting when needed; never blocks, never raises."""
        ...

    def local(self, transport: str) -> tuple[str, int]:
        """Return the host and port to advertise in Via and Contact."""
        ...
