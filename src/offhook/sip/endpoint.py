"""The stack on an event loop: it is fed, its output goes to sockets and sinks, one timer is armed.

Everything happens on the loop's thread and by the loop's time. Sinks may give commands while they
are told something: those are carried out at once, and what they cause is told afterwards.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from offhook.facts import SipFact
from offhook.hooks import Credentials
from offhook.sip.asking import Make
from offhook.sip.asking import Tell as AskingTell
from offhook.sip.calls import IncomingCall, OutgoingCall
from offhook.sip.core import Told
from offhook.sip.inbound import Inbound
from offhook.sip.outbound import Outbound
from offhook.sip.session import Header
from offhook.sip.stack import Stack
from offhook.sip.transport import Address, Outgoing, Sockets

__all__ = ["Endpoint", "IncomingCall", "OutgoingCall"]

Sink = Callable[[SipFact], None]
Tap = Callable[[bool, bytes, Address], None]  # sent or received, the message, the peer
UNTAPPED = 20  # messages of an incoming call kept until somebody attaches


@dataclass(slots=True)
class _Party:
    """Who is told about a session."""

    call_id: str
    sink: Sink | None = None
    tap: Tap | None = None
    untold: list[SipFact] = field(default_factory=list)
    untapped: list[tuple[bool, bytes, Address]] = field(default_factory=list)
    over: bool = False

    def show(self, sent: bool, data: bytes, peer: Address) -> None:
        """Let the tap see a message, now or once it is there."""
        if self.tap:
            self.tap(sent, data, peer)
        elif self.sink is None and len(self.untapped) < UNTAPPED:
            self.untapped.append((sent, data, peer))


class Endpoint:
    """Our side of all calls. A session's sink gets its facts, its tap sees its messages."""

    def __init__(
        self,
        stack: Stack,
        sockets: Sockets,
        *,
        on_call: Callable[[IncomingCall], None],
    ) -> None:
        self._stack = stack
        self._sockets = sockets
        self._on_call = on_call
        self._parties: dict[int, _Party] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._armed: float | None = None
        self._draining = False
        self._open = False

    def start(self) -> None:
        """Begin to receive, and send what waits; needs a running loop."""
        self._open = True
        with self._turn():
            self._sockets.open(self._receive, self._failed)

    def close(self) -> None:
        """Stop: nothing is received, sent or timed any more."""
        self._open = False
        if self._timer:
            self._timer.cancel()

    @property
    def unfinished(self) -> int:
        """How many sessions and transactions are not over; none once this is closed."""
        return self._stack.busy + len(self._stack.core.transactions) if self._open else 0

    @property
    def busy(self) -> int:
        """Number of sessions that are not over."""
        return self._stack.busy

    # commands

    def invite(self, call: OutgoingCall, sink: Sink, tap: Tap | None = None) -> int:
        """Place a call; failures come as `Unreachable` through the sink. Return its session."""
        with self._turn() as now:
            session = self._stack.invite(call, now)
            started = self._stack.session(session, now)
            assert started is not None
            self._parties[session] = _Party(started.call_id, sink, tap)
        return session

    def ask(
        self, make: Make, to: Address, credentials: Credentials | None, tell: AskingTell
    ) -> None:
        """Send a request that belongs to no session, such as a REGISTER; `tell` gets answers."""
        with self._turn() as now:
            self._stack.ask(make, to, credentials, tell, now)

    def via(self, transport: str) -> str:
        """Return a Via value for a request of `ask`."""
        return self._stack.core.via(transport)

    def attach(self, session: int, sink: Sink, tap: Tap | None = None) -> None:
        """Say where facts and messages of an incoming session go; what waited comes now."""
        party = self._parties.get(session)
        if party is None:
            return
        party.sink, party.tap = sink, tap
        untapped, party.untapped = party.untapped, []
        for message in untapped:
            party.show(*message)
        untold, party.untold = party.untold, []
        for fact in untold:
            sink(fact)
        if party.over:
            del self._parties[session]

    def ring(self, session: int, code: int = 180, sdp: bytes = b"") -> None:
        """Send a provisional response; with a description of early media (RFC 3960)."""
        with self._turn() as now:
            if isinstance(found := self._stack.session(session, now), Inbound):
                found.ring(code, sdp)

    def accept(self, session: int, sdp: bytes) -> None:
        """Answer an incoming call; `Confirmed` follows."""
        with self._turn() as now:
            if isinstance(found := self._stack.session(session, now), Inbound):
                found.accept(sdp)

    def refuse(self, session: int, code: int, headers: tuple[Header, ...] = ()) -> None:
        """Refuse an incoming call."""
        with self._turn() as now:
            if isinstance(found := self._stack.session(session, now), Inbound):
                found.refuse(code, headers)

    def cancel(self, session: int) -> None:
        """Give up an outgoing call; its final fact follows."""
        with self._turn() as now:
            if isinstance(found := self._stack.session(session, now), Outbound):
                found.cancel()

    def hang_up(self, session: int) -> None:
        """End a call, whatever its state."""
        with self._turn() as now:
            if found := self._stack.session(session, now):
                found.hang_up()

    def reoffer(self, session: int, sdp: bytes) -> None:
        """Send a re-INVITE; `Answered`, `Refused` or `Unreachable` follows."""
        with self._turn() as now:
            if found := self._stack.session(session, now):
                found.reoffer(sdp)

    def answer_offer(self, session: int, sdp: bytes) -> None:
        """Accept what `Reoffered` offered, or make the offer it asked for."""
        with self._turn() as now:
            if found := self._stack.session(session, now):
                found.answer_offer(sdp)

    def refuse_offer(self, session: int, code: int) -> None:
        """Refuse what `Reoffered` offered; the call goes on."""
        with self._turn() as now:
            if found := self._stack.session(session, now):
                found.refuse_offer(code)

    def refer(self, session: int, to: str) -> None:
        """Ask the far end to call somebody else; `Referred` follows, unless the call ends."""
        with self._turn() as now:
            if found := self._stack.session(session, now):
                found.refer(to)

    def notify(self, session: int, headers: tuple[Header, ...], body: bytes) -> None:
        """Send a NOTIFY; whatever is answered, nobody is told."""
        with self._turn() as now:
            if found := self._stack.session(session, now):
                found.notify(headers, body)

    def call_id(self, session: int) -> str:
        """Return the Call-ID of a session; empty when it is over."""
        party = self._parties.get(session)
        return party.call_id if party else ""

    # inside

    def _receive(self, data: bytes, source: Address) -> None:
        if not self._open:
            return
        with self._turn() as now:
            session = self._stack.receive(data, source, now)
            if session is not None and (party := self._party(session, now)):
                party.show(False, data, source)

    def _party(self, session: int, now: float) -> _Party | None:
        """Return who is told; a session that is just beginning gets its party here."""
        party = self._parties.get(session)
        if party is None and self._stack.session(session, now) is not None:
            party = self._parties[session] = _Party("")
        return party

    def _failed(self, outgoing: Outgoing, reason: str) -> None:
        with self._turn() as now:
            self._stack.failed(outgoing, reason, now)

    def _fire(self) -> None:
        """Fire what is due; a loop may wake us by its clock's resolution too early."""
        due, self._timer, self._armed = self._armed, None, None
        with self._turn() as now:
            self._stack.handle_deadline(now if due is None else max(now, due))

    @contextmanager
    def _turn(self) -> Iterator[float]:
        """Feed the stack, then drain it; inside another turn, leave the draining to that one."""
        yield asyncio.get_running_loop().time()
        if self._draining or not self._open:
            return
        self._draining = True
        try:
            self._drain()
        finally:
            self._draining = False
        self._arm()

    def _drain(self) -> None:
        while (messages := self._stack.outgoing()) or (told := self._stack.facts()):
            for message in messages:
                if party := self._parties.get(message.session or 0):
                    party.show(True, message.data, message.to)
                self._sockets.send(message)
            if not messages:
                for each in told:
                    self._tell(each)

    def _tell(self, told: Told) -> None:
        if isinstance(told.fact, IncomingCall):
            party = self._parties.setdefault(told.session, _Party(told.fact.call_id))
            party.call_id = told.fact.call_id
            self._on_call(told.fact)
            return
        party = self._parties[told.session]
        if told.fact is None:
            party.over = True
            if not party.untold:
                del self._parties[told.session]
        elif party.sink:
            party.sink(told.fact)
        else:
            party.untold.append(told.fact)

    def _arm(self) -> None:
        """Wake up in time; waking too early costs less than arming for every message."""
        deadline = self._stack.deadline()
        if deadline is not None and self._armed is not None and self._armed <= deadline:
            return
        if self._timer:
            self._timer.cancel()
        self._armed = deadline
        loop = asyncio.get_running_loop()
        self._timer = None if deadline is None else loop.call_at(deadline, self._fire)
