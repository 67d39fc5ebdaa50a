"""Dialogs (RFC 3261 12): who talks to whom, through which proxies, and in which order."""

from collections.abc import Iterable
from dataclasses import dataclass

from offhook.sip.headers import NameAddr
from offhook.sip.message import Message, Request, Response
from offhook.sip.transport import Address
from offhook.sip.uri import Uri

MAX_FORWARDS = ("Max-Forwards", "70")  # RFC 3261 8.1.1.6


@dataclass(slots=True)
class Dialog:
    """The state of one dialog, from our side."""

    call_id: str
    local: NameAddr  # with our tag
    remote: NameAddr  # with theirs
    target: Uri  # where the far end wants its requests: its last Contact
    route: tuple[NameAddr, ...]  # proxies that asked to stay in the path, nearest first
    local_seq: int
    remote_seq: int | None
    flow: Address | None = None  # of a registered phone: the way that it came (RFC 5626 5.3)

    @classmethod
    def of_caller(cls, invite: Request, response: Response) -> "Dialog":
        """Make the dialog of our INVITE and a response to it (RFC 3261 12.1.2)."""
        return cls(
            invite.call_id,
            invite.from_,
            response.to,
            _contact(response) or invite.uri,
            tuple(reversed(response.record_route)),
            invite.cseq.number,
            None,
        )

    @classmethod
    def of_callee(cls, invite: Request, tag: str) -> "Dialog":
        """Make the dialog of their INVITE and our tag (RFC 3261 12.1.1)."""
        return cls(
            invite.call_id,
            invite.to.with_tag(tag),
            invite.from_,
            _contact(invite) or invite.from_.uri,
            tuple(invite.record_route),
            0,
            invite.cseq.number,
        )

    def next_hop(self) -> Address:
        """Return where requests of this dialog are sent (RFC 3261 12.2.1.1, 8.1.2)."""
        if self.flow is not None and not self.route:
            return self.flow
        return hop(self.route[0].uri if self.route else self.target)

    def request(
        self, method: str, via: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> Request:
        """Make the next request (RFC 3261 12.2.1.1)."""
        self.local_seq += 1
        return self.numbered(method, self.local_seq, via, headers, body)

    def numbered(
        self,
        method: str,
        number: int,
        via: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Request:
        """Make a request with a given CSeq: an ACK has that of its INVITE (RFC 3261 13.2.2.4)."""
        uri, routes = self._path()
        fixed = [
            ("Via", via),
            MAX_FORWARDS,
            ("From", str(self.local)),
            ("To", str(self.remote)),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
        ]
        return Request.make(method, uri, [*fixed, *(("Route", r) for r in routes), *headers], body)

    def _path(self) -> tuple[str, list[str]]:
        """Return Request-URI and Route values, for loose and strict routers (RFC 3261 12.2.1.1)."""
        routes = [str(each) for each in self.route]
        if not routes or self.route[0].uri.is_loose_router:
            return str(self.target), routes
        return str(self.route[0].uri), [*routes[1:], f"<{self.target}>"]

    def take_order(self, request: Request) -> bool:
        """Note the CSeq of their request; False when it comes too late (RFC 3261 12.2.2)."""
        number = request.cseq.number
        if self.remote_seq is not None and number <= self.remote_seq:
            return False
        self.remote_seq = number
        return True

    def refresh(self, message: Message) -> None:
        """Take the new remote target of an INVITE or UPDATE, or of its 2xx (RFC 3261 12.2)."""
        self.target = _contact(message) or self.target


def hop(uri: Uri) -> Address:
    """Return where a request for a URI is sent (RFC 3261 8.1.2, RFC 3263 4)."""
    transport = "tls" if uri.scheme == "sips" else uri.transport or "udp"
    return Address(transport, uri.params.get("maddr") or uri.host, uri.port or 0)


def _contact(message: Message) -> Uri | None:
    contacts = message.contact
    return contacts[0].uri if contacts and contacts[0].uri.host else None
