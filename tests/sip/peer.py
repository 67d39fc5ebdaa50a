"""A peer that a test plays by hand: it writes messages to a stack and reads what comes back."""

from collections.abc import Iterable

from tests.sip.wired import OFFER, A, Accepts, Side, anyone, make_stack

from offhook.sip.message import Request, Response, parse, respond
from offhook.sip.stack import Stack
from offhook.sip.transport import Address, Outgoing

PEER = Address("udp", "192.0.2.9", 5060)
Header = tuple[str, str]


class Peer:
    """Plays the far end of one stack at address A."""

    def __init__(
        self, source: Address = PEER, accepts: Accepts = anyone, max_transactions: int = 1000
    ) -> None:
        self.now = 100.0
        self.source = source
        self.side = Side(A, make_stack(A, 1, accepts, max_transactions))
        self._inbox: list[Outgoing] = []
        self.branches = 0

    @property
    def stack(self) -> Stack:
        return self.side.stack

    @property
    def inbox(self) -> list[Outgoing]:
        """What the stack has sent and nobody has taken."""
        self._inbox += self.side.collect()
        return self._inbox

    def drain(self) -> None:
        assert self.inbox is not None

    def give(self, message: Request | Response | bytes, source: Address | None = None) -> None:
        """Send a message to the stack."""
        self.stack.receive(bytes(message), source or self.source, self.now)
        self.drain()

    def take(self) -> Request | Response:
        """Return the oldest message that the stack has sent."""
        return parse(self.inbox.pop(0).data)

    def take_request(self, method: str) -> Request:
        message = self.take()
        assert isinstance(message, Request)
        assert message.method == method
        return message

    def take_response(self, status: int) -> Response:
        message = self.take()
        assert isinstance(message, Response)
        assert message.status == status
        return message

    def take_all(self) -> list[Request | Response]:
        messages = [parse(each.data) for each in self.inbox]
        self.inbox.clear()
        return messages

    def statuses(self) -> list[int]:
        """Statuses of all responses that wait; requests must not be among them."""
        messages = self.take_all()
        assert all(isinstance(each, Response) for each in messages)
        return [each.status for each in messages if isinstance(each, Response)]

    def pass_time(self, seconds: float) -> None:
        """Let time pass, stopping at every deadline."""
        end = self.now + seconds
        self.drain()
        while (due := self.stack.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.stack.handle_deadline(self.now)
            self.drain()
        self.now = end

    def request(
        self,
        method: str,
        *,
        number: int = 1,
        to_tag: str | None = None,
        branch: str | None = None,
        headers: Iterable[Header] = (),
        body: bytes = b"",
        uri: str = "sip:+12025550100@192.0.2.1",
    ) -> Request:
        """Write a request; without a branch it gets a new one."""
        self.branches += 1
        transport = self.source.transport.upper()
        fixed = [
            ("Via", f"SIP/2.0/{transport} 192.0.2.9;branch={branch or f'z9hG4bKp{self.branches}'}"),
            ("Max-Forwards", "70"),
            ("From", '"Pat" <sip:+12025550177@192.0.2.9>;tag=peer'),
            ("To", f"<{uri}>" + (f";tag={to_tag}" if to_tag else "")),
            ("Call-ID", "one@192.0.2.9"),
            ("CSeq", f"{number} {method}"),
        ]
        given = {name for name, _ in headers}
        fixed = [each for each in fixed if each[0] not in given]
        if method in ("INVITE", "UPDATE") and "Contact" not in given:
            fixed.append(("Contact", "<sip:pat@192.0.2.9:5060>"))
        if body and "Content-Type" not in given:
            fixed.append(("Content-Type", "application/sdp"))
        return Request.make(method, uri, [*fixed, *headers], body)

    def invite(self, **options: object) -> Request:
        return self.request("INVITE", **({"body": OFFER} | options))  # type: ignore[arg-type]

    def answer(
        self,
        request: Request,
        status: int,
        *,
        tag: str = "far",
        headers: Iterable[Header] = (),
        body: bytes = b"",
    ) -> Response:
        """Answer a request of the stack and deliver the answer."""
        extra = list(headers)
        if 100 < status < 300 and request.method == "INVITE":
            extra = [("Contact", "<sip:pat@192.0.2.9:5070>"), *extra]
        if body:
            extra.append(("Content-Type", "application/sdp"))
        response = respond(request, status, to_tag=tag, headers=extra, body=body)
        self.give(response)
        return response

    def session(self) -> int:
        """The session of the last call that came in."""
        return self.side.calls()[-1].session
