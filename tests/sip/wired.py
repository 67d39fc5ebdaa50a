"""Two stacks on one wire: a list. Loss is not delivering; time moves when the test says so."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from offhook.facts import SipFact
from offhook.hooks import Credentials
from offhook.ids import Ids
from offhook.sip.calls import IncomingCall, OutgoingCall
from offhook.sip.inbound import Inbound
from offhook.sip.message import Request, Response, parse
from offhook.sip.outbound import Outbound
from offhook.sip.session import Session
from offhook.sip.stack import Stack
from offhook.sip.transport import Address, Outgoing

OFFER = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 0\r\n"
)
ANSWER = OFFER.replace(b"192.0.2.1", b"192.0.2.2")

A = Address("udp", "192.0.2.1", 5060)
B = Address("udp", "192.0.2.2", 5060)


def anyone(source: Address) -> bool:
    return True


Accepts = Callable[[Address], bool]


def make_stack(
    at: Address, seed: int = 1, accepts: Accepts = anyone, max_transactions: int = 1000
) -> Stack:
    ids = Ids(random.Random(seed))
    return Stack(
        lambda transport: (at.host, at.port),
        ids,
        accepts=accepts,
        max_transactions=max_transactions,
    )


def call_to(at: Address, credentials: Credentials | None = None) -> OutgoingCall:
    return OutgoingCall(
        target=f"sip:bob@{at.host}:{at.port}",
        from_uri="sip:+12025550101@192.0.2.1",
        to_uri=f"sip:bob@{at.host}",
        sdp=OFFER,
        next_hop=at,
        credentials=credentials,
    )


@dataclass
class Side:
    """One stack and what became of it."""

    at: Address
    stack: Stack
    facts: list[tuple[int, SipFact | IncomingCall]] = field(default_factory=list)
    over: list[int] = field(default_factory=list)
    sent: list[Request | Response] = field(default_factory=list)

    def collect(self) -> list[Outgoing]:
        """Drain the stack."""
        for told in self.stack.facts():
            if told.fact is None:
                self.over.append(told.session)
            else:
                self.facts.append((told.session, told.fact))
        outgoing = self.stack.outgoing()
        self.sent += [parse(each.data) for each in outgoing]
        return outgoing

    def told(self) -> list[SipFact]:
        """The facts but the incoming calls."""
        return [fact for _, fact in self.facts if not isinstance(fact, IncomingCall)]

    def calls(self) -> list[IncomingCall]:
        return [fact for _, fact in self.facts if isinstance(fact, IncomingCall)]

    def said(self) -> list[str]:
        """Methods and statuses sent, in order."""
        return [
            each.method if isinstance(each, Request) else f"{each.status} {each.cseq.method}"
            for each in self.sent
        ]


class Wire:
    """A and B, and the datagrams between them."""

    def __init__(self) -> None:
        self.now = 100.0
        self.a = Side(A, make_stack(A, 1))
        self.b = Side(B, make_stack(B, 2))
        self.drop: Callable[[Side, Outgoing], bool] = lambda side, outgoing: False

    def side(self, at: Address) -> Side | None:
        return next(
            (s for s in (self.a, self.b) if (s.at.host, s.at.port) == (at.host, at.port)), None
        )

    def flow(self) -> None:
        """Deliver until nobody has anything to say."""
        busy = True
        while busy:
            busy = False
            for side in (self.a, self.b):
                for outgoing in side.collect():
                    busy = True
                    there = self.side(outgoing.to)
                    if there is not None and not self.drop(side, outgoing):
                        there.stack.receive(outgoing.data, side.at, self.now)
        self.a.collect()
        self.b.collect()

    def pass_time(self, seconds: float) -> None:
        """Let time pass, stopping at every deadline."""
        end = self.now + seconds
        self.flow()
        while (due := self.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.a.stack.handle_deadline(self.now)
            self.b.stack.handle_deadline(self.now)
            self.flow()
        self.now = end

    def deadline(self) -> float | None:
        both = (self.a.stack.deadline(), self.b.stack.deadline())
        return min((each for each in both if each is not None), default=None)

    def place(self, credentials: Credentials | None = None) -> int:
        """A calls B; returns A's session."""
        number = self.a.stack.invite(call_to(B, credentials), self.now)
        self.flow()
        return number

    def outbound(self, number: int) -> Outbound:
        session = self.a.stack.session(number, self.now)
        assert isinstance(session, Outbound)
        return session

    def inbound(self, index: int = -1) -> Inbound:
        session = self.b.stack.session(self.b.calls()[index].session, self.now)
        assert isinstance(session, Inbound)
        return session

    def talk(self) -> tuple[Session, Session]:
        """Set a call up; returns A's and B's sessions."""
        number = self.place()
        callee = self.inbound()
        callee.accept(ANSWER)
        self.flow()
        return self.outbound(number), callee
