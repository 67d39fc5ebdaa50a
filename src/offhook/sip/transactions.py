"""The four transaction machines of RFC 3261 17, with the Accepted states of RFC 6026, as tables.

A row is `(state, input): (next state, actions)`; an input without a row is ignored, which is what
the RFCs ask of late responses, repeated requests and timers that lost a race. The state is written
before the actions run, in order. Client machines are fed responses by the network, server machines
are fed requests by the network and responses by their user; both see their timers, and `BROKEN`
when a message could not be sent. On streams the retransmission timers never start and the timers
that wait for stragglers fire at once (`DELAYS`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from offhook.sip.message import Request, Response
from offhook.sip.timers import GIVE_UP, T1, T2, T4, Timer, Timers
from offhook.sip.transport import Address


class State(IntEnum):
    """States of all four machines."""

    CALLING = 0
    TRYING = 1
    PROCEEDING = 2
    COMPLETED = 3
    CONFIRMED = 4
    ACCEPTED = 5
    TERMINATED = 6


class Input(IntEnum):
    """What a machine is told; the letters are the timers of RFC 3261 table 4 and RFC 6026."""

    REQUEST = 0  # the request again
    ACK = 1
    PROVISIONAL = 2  # 1xx
    SUCCESS = 3  # 2xx
    FAILURE = 4  # 3xx to 6xx
    BROKEN = 5  # a message could not be sent (RFC 3261 8.1.3.1, 17.2.4)
    A = 6
    B = 7
    D = 8
    E = 9
    F = 10
    G = 11
    H = 12
    I = 13  # noqa: E741 - the RFC's name
    J = 14
    K = 15
    L = 16
    M = 17


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request got no final response."""

    reason: str


class Wire(Protocol):
    """What a transaction needs of the stack."""

    timers: Timers

    def transmit(self, transaction: "Transaction", data: bytes) -> None:
        """Send to the transaction's peer."""
        ...

    def forget(self, transaction: "Transaction") -> None:
        """Drop a transaction that has terminated."""
        ...


Tell = Callable[[Response | Request | Failure], None]
Action = Callable[["Transaction", Response | Request | None], None]
Table = dict[tuple[State, Input], tuple[State, tuple[Action, ...]]]

# Seconds over UDP, seconds over a stream; None: the timer is not used there (RFC 3261 table 4).
DELAYS: dict[Input, tuple[float, float | None]] = {
    Input.A: (T1, None),
    Input.B: (GIVE_UP, GIVE_UP),
    Input.D: (32.0, 0.0),
    Input.E: (T1, None),
    Input.F: (GIVE_UP, GIVE_UP),
    Input.G: (T1, None),
    Input.H: (GIVE_UP, GIVE_UP),
    Input.I: (T4, 0.0),
    Input.J: (GIVE_UP, 0.0),
    Input.K: (T4, 0.0),
    Input.L: (GIVE_UP, GIVE_UP),
    Input.M: (GIVE_UP, GIVE_UP),
}


class Transaction:
    """One run of a machine: its state, what it last sent, and whom it tells."""

    __slots__ = (
        "clocks",
        "fault",
        "interval_s",
        "key",
        "last",
        "peer",
        "request",
        "session",
        "state",
        "table",
        "tell",
        "twin",
        "wire",
    )

    def __init__(
        self, table: Table, key: str, request: Request, peer: Address, wire: Wire, tell: Tell
    ) -> None:
        self.table = table
        self.key = key
        self.request: Request | None = request  # until the final response
        self.peer = peer
        self.wire = wire
        self.tell = tell  # replaced by whoever takes the transaction over
        self.state = next(iter(table))[0]  # the first row of each table is its first state
        self.last = b""  # what a retransmission repeats
        self.session: int | None = None  # whose it is, for the event log
        self.fault = "connection failed"  # why a message could not be sent
        self.twin = ""  # the name it goes by in the search for merged requests
        self.interval_s = T1  # until the next retransmission
        self.clocks: dict[Input, Timer] = {}

    @property
    def over(self) -> bool:
        """Whether the final response has been seen or sent."""
        return self.state not in (State.CALLING, State.TRYING, State.PROCEEDING)

    def feed(self, what: Input, message: Response | Request | None = None) -> None:
        """Take one input: look up the row, move, act."""
        row = self.table.get((self.state, what))
        if row is None:
            return
        self.state = row[0]
        for act in row[1]:
            act(self, message)
        if self.state is State.TERMINATED:
            self._end()
        elif self.over:
            self.request = None  # thousands linger; what they repeat is in `last`

    def start(self, timer: Input, delay_s: float | None) -> None:
        """Start a timer; no delay means that this transport does not use it."""
        if delay_s == 0.0:
            self.feed(timer)
        elif delay_s is not None:
            fire = self.wire.timers.start(delay_s, lambda: self.feed(timer))
            self.clocks[timer] = fire

    def stop(self, timer: Input) -> None:
        """Stop a timer if it runs."""
        if clock := self.clocks.pop(timer, None):
            clock.stop()

    def abandon(self) -> None:
        """End at once, telling nobody."""
        self.state = State.TERMINATED
        self._end()

    def _end(self) -> None:
        for clock in self.clocks.values():
            clock.stop()
        self.clocks.clear()
        self.wire.forget(self)


# Timers as actions are values, so that the tests can see what a table starts and stops.
@dataclass(frozen=True, slots=True)
class Start:
    """Action: start a timer with its first delay."""

    timer: Input

    def __call__(self, tx: Transaction, message: Response | Request | None) -> None:
        """Start it."""
        tx.interval_s = T1
        tx.start(self.timer, DELAYS[self.timer][tx.peer.transport != "udp"])


@dataclass(frozen=True, slots=True)
class Stop:
    """Action: stop a timer."""

    timer: Input

    def __call__(self, tx: Transaction, message: Response | Request | None) -> None:
        """Stop it."""
        tx.stop(self.timer)


@dataclass(frozen=True, slots=True)
class Again:
    """Action: start a retransmission timer with twice its last delay, up to a longest one."""

    timer: Input
    longest_s: float

    def __call__(self, tx: Transaction, message: Response | Request | None) -> None:
        """Start it again."""
        tx.interval_s = min(tx.interval_s * 2, self.longest_s)
        tx.start(self.timer, tx.interval_s)


def send(tx: Transaction, message: Response | Request | None) -> None:
    """Action: send the response and keep it for retransmission."""
    assert message is not None
    tx.last = bytes(message)
    tx.wire.transmit(tx, tx.last)


def resend(tx: Transaction, message: Response | Request | None) -> None:
    """Action: send again what was sent last (nothing yet: stay silent)."""
    if tx.last:
        tx.wire.transmit(tx, tx.last)


def ack(tx: Transaction, message: Response | Request | None) -> None:
    """Action: acknowledge a refusal, within the transaction (RFC 3261 17.1.1.3)."""
    assert isinstance(message, Response)
    assert tx.request is not None
    tx.last = bytes(acknowledgement(tx.request, message))
    tx.wire.transmit(tx, tx.last)


def tell(tx: Transaction, message: Response | Request | None) -> None:
    """Action: pass the message to the user."""
    assert message is not None
    tx.tell(message)


def tell_timeout(tx: Transaction, message: Response | Request | None) -> None:
    """Action: tell the user that nobody answered."""
    tx.tell(Failure("no response"))


def tell_broken(tx: Transaction, message: Response | Request | None) -> None:
    """Action: tell the user that the message could not be sent."""
    tx.tell(Failure(tx.fault))


def acknowledgement(invite: Request, response: Response) -> Request:
    """Return the ACK for a refusal: same branch, target and route (RFC 3261 17.1.1.3)."""
    copied = [
        ("Via", invite.all("Via")[0]),
        ("From", invite.get("From") or ""),
        ("To", response.get("To") or ""),
        ("Call-ID", invite.get("Call-ID") or ""),
        ("CSeq", f"{invite.cseq.number} ACK"),
        ("Max-Forwards", "70"),
    ]
    return Request.make(
        "ACK", invite.raw_uri, [*copied, *(("Route", r) for r in invite.all("Route"))]
    )


S, I = State, Input  # noqa: E741 - the tables below are read against the RFCs' figures

INVITE_CLIENT: Table = {  # RFC 3261 figure 5, changed by RFC 6026 figure 1
    (S.CALLING, I.PROVISIONAL): (S.PROCEEDING, (Stop(I.A), Stop(I.B), tell)),  # 17.1.1.2
    (S.CALLING, I.SUCCESS): (S.ACCEPTED, (Stop(I.A), Stop(I.B), Start(I.M), tell)),  # 6026 7.2
    (S.CALLING, I.FAILURE): (S.COMPLETED, (Stop(I.A), Stop(I.B), ack, tell, Start(I.D))),
    (S.CALLING, I.A): (S.CALLING, (resend, Again(I.A, GIVE_UP))),  # 17.1.1.2
    (S.CALLING, I.B): (S.TERMINATED, (tell_timeout,)),  # 17.1.1.2
    (S.CALLING, I.BROKEN): (S.TERMINATED, (tell_broken,)),  # 17.1.4
    (S.PROCEEDING, I.PROVISIONAL): (S.PROCEEDING, (tell,)),  # 17.1.1.2; no timer: it may ring long
    (S.PROCEEDING, I.SUCCESS): (S.ACCEPTED, (Start(I.M), tell)),  # 6026 7.2
    (S.PROCEEDING, I.FAILURE): (S.COMPLETED, (ack, tell, Start(I.D))),  # 17.1.1.2
    (S.COMPLETED, I.FAILURE): (S.COMPLETED, (resend,)),  # 17.1.1.2: every refusal is ACKed
    (S.COMPLETED, I.D): (S.TERMINATED, ()),  # 17.1.1.2
    (S.COMPLETED, I.BROKEN): (S.TERMINATED, ()),  # 17.1.4; the user has its answer
    (S.ACCEPTED, I.SUCCESS): (S.ACCEPTED, (tell,)),  # 6026 7.2: repeated or forked, the user ACKs
    (S.ACCEPTED, I.M): (S.TERMINATED, ()),  # 6026 7.2
}

NON_INVITE_CLIENT: Table = {  # RFC 3261 figure 6
    (S.TRYING, I.PROVISIONAL): (S.PROCEEDING, (tell,)),  # 17.1.2.2; E and F run on
    (S.TRYING, I.SUCCESS): (S.COMPLETED, (Stop(I.E), Stop(I.F), tell, Start(I.K))),
    (S.TRYING, I.FAILURE): (S.COMPLETED, (Stop(I.E), Stop(I.F), tell, Start(I.K))),
    (S.TRYING, I.E): (S.TRYING, (resend, Again(I.E, T2))),  # 17.1.2.2
    (S.TRYING, I.F): (S.TERMINATED, (tell_timeout,)),  # 17.1.2.2
    (S.TRYING, I.BROKEN): (S.TERMINATED, (tell_broken,)),  # 17.1.4
    (S.PROCEEDING, I.PROVISIONAL): (S.PROCEEDING, (tell,)),
    (S.PROCEEDING, I.SUCCESS): (S.COMPLETED, (Stop(I.E), Stop(I.F), tell, Start(I.K))),
    (S.PROCEEDING, I.FAILURE): (S.COMPLETED, (Stop(I.E), Stop(I.F), tell, Start(I.K))),
    (S.PROCEEDING, I.E): (S.PROCEEDING, (resend, Again(I.E, T2))),  # 17.1.2.2
    (S.PROCEEDING, I.F): (S.TERMINATED, (tell_timeout,)),  # 17.1.2.2
    (S.PROCEEDING, I.BROKEN): (S.TERMINATED, (tell_broken,)),  # 17.1.4
    (S.COMPLETED, I.K): (S.TERMINATED, ()),  # 17.1.2.2
}

INVITE_SERVER: Table = {  # RFC 3261 figure 7, changed by RFC 6026 figure 2
    (S.PROCEEDING, I.REQUEST): (S.PROCEEDING, (resend,)),  # 17.2.1
    (S.PROCEEDING, I.PROVISIONAL): (S.PROCEEDING, (send,)),  # 17.2.1
    (S.PROCEEDING, I.SUCCESS): (S.ACCEPTED, (send, Start(I.L))),  # 6026 7.1; the user repeats it
    (S.PROCEEDING, I.FAILURE): (S.COMPLETED, (send, Start(I.G), Start(I.H))),  # 17.2.1
    (S.PROCEEDING, I.BROKEN): (S.TERMINATED, (tell_broken,)),  # 17.2.4
    (S.COMPLETED, I.REQUEST): (S.COMPLETED, (resend,)),  # 17.2.1
    (S.COMPLETED, I.G): (S.COMPLETED, (resend, Again(I.G, T2))),  # 17.2.1
    (S.COMPLETED, I.H): (S.TERMINATED, ()),  # 17.2.1: never acknowledged; refused is refused
    (S.COMPLETED, I.ACK): (S.CONFIRMED, (Stop(I.G), Stop(I.H), Start(I.I))),  # 17.2.1
    (S.COMPLETED, I.BROKEN): (S.TERMINATED, ()),  # 17.2.4
    (S.CONFIRMED, I.I): (S.TERMINATED, ()),  # 17.2.1; absorbs repeated ACKs till then
    (S.ACCEPTED, I.SUCCESS): (S.ACCEPTED, (send,)),  # 6026 7.1: the user repeats its 2xx
    (S.ACCEPTED, I.ACK): (S.ACCEPTED, (tell,)),  # 6026 7.1
    (S.ACCEPTED, I.L): (S.TERMINATED, ()),  # 6026 7.1; absorbs the INVITE till then
}

NON_INVITE_SERVER: Table = {  # RFC 3261 figure 8
    (S.TRYING, I.PROVISIONAL): (S.PROCEEDING, (send,)),  # 17.2.2; repeated requests are discarded
    (S.TRYING, I.SUCCESS): (S.COMPLETED, (send, Start(I.J))),  # 17.2.2
    (S.TRYING, I.FAILURE): (S.COMPLETED, (send, Start(I.J))),  # 17.2.2
    (S.TRYING, I.BROKEN): (S.TERMINATED, (tell_broken,)),  # 17.2.4
    (S.PROCEEDING, I.REQUEST): (S.PROCEEDING, (resend,)),  # 17.2.2
    (S.PROCEEDING, I.PROVISIONAL): (S.PROCEEDING, (send,)),  # 17.2.2
    (S.PROCEEDING, I.SUCCESS): (S.COMPLETED, (send, Start(I.J))),  # 17.2.2
    (S.PROCEEDING, I.FAILURE): (S.COMPLETED, (send, Start(I.J))),  # 17.2.2
    (S.PROCEEDING, I.BROKEN): (S.TERMINATED, (tell_broken,)),  # 17.2.4
    (S.COMPLETED, I.REQUEST): (S.COMPLETED, (resend,)),  # 17.2.2
    (S.COMPLETED, I.J): (S.TERMINATED, ()),  # 17.2.2
    (S.COMPLETED, I.BROKEN): (S.TERMINATED, ()),  # 17.2.4
}

# What a client machine starts when its request leaves (RFC 3261 17.1.1.2, 17.1.2.2).
OPENING: dict[str, tuple[Table, tuple[Start, Start]]] = {
    "INVITE": (INVITE_CLIENT, (Start(I.A), Start(I.B))),
    "": (NON_INVITE_CLIENT, (Start(I.E), Start(I.F))),
}


def open_client(
    key: str, request: Request, peer: Address, wire: Wire, tell: Tell, session: int | None
) -> Transaction:
    """Return a client transaction whose request has been sent."""
    table, timers = OPENING.get(request.method, OPENING[""])
    tx = Transaction(table, key, request, peer, wire, tell)
    tx.session = session
    tx.last = bytes(request)
    for start in timers:
        start(tx, None)
    wire.transmit(tx, tx.last)
    return tx


def response_input(status: int) -> Input:
    """Classify a response."""
    if status < 200:
        return Input.PROVISIONAL
    return Input.SUCCESS if status < 300 else Input.FAILURE
