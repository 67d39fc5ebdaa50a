"""Whole calls over a network that loses, repeats and reorders, from a seed; spoilt messages."""

import heapq
import random
from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.sip.peer import PEER, Peer
from tests.sip.wired import ANSWER, OFFER, A, B, Side, call_to, make_stack

from offhook.facts import (
    Abandoned,
    Answered,
    Confirmed,
    FarEndHungUp,
    Refused,
    Reoffered,
    SipFact,
    Unreachable,
)
from offhook.sip.calls import IncomingCall
from offhook.sip.inbound import Inbound
from offhook.sip.message import Request, Response
from offhook.sip.session import Session
from offhook.sip.transport import Outgoing

FINAL = (Refused, Unreachable, Abandoned, FarEndHungUp)
TALK_S = 20.0
PATIENCE_S = 30.0  # how long the caller lets it ring


@dataclass
class World:
    """Two stacks, a bad network, and two people who press buttons."""

    rng: random.Random
    loss: float
    duplicate: float
    now: float = 0.0
    events: list[tuple[float, int, Side | None, Outgoing | str, Side]] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.a = Side(A, make_stack(A, self.rng.getrandbits(30)))
        self.b = Side(B, make_stack(B, self.rng.getrandbits(30)))
        self.pressed: set[str] = set()  # who hung up
        self.held = False

    def later(self, delay: float, to: Side | None, what: Outgoing | str, by: Side) -> None:
        self.count += 1
        heapq.heappush(self.events, (self.now + delay, self.count, to, what, by))

    def drain(self) -> None:
        for side in (self.a, self.b):
            before = len(side.facts)
            for outgoing in side.collect():
                there = self.b if outgoing.to.host == B.host else self.a
                copies = 1 + (self.rng.random() < self.duplicate)
                for _ in range(copies):
                    if self.rng.random() >= self.loss:
                        self.later(self.rng.uniform(0.01, 0.4), there, outgoing, side)
            for number, fact in side.facts[before:]:
                self.react(side, number, fact)

    def react(self, side: Side, number: int, fact: SipFact | IncomingCall) -> None:
        """What the people do."""
        match fact:
            case IncomingCall():
                self.later(self.rng.uniform(0, 2), None, "ring", side)
                self.later(self.rng.uniform(0, 8), None, "accept", side)
            case Answered() if side is self.a and not self.held:
                self.held = True
                self.later(self.rng.uniform(0.1, 5), None, "hold", side)
                self.later(TALK_S, None, "hang up", side)
            case Confirmed():
                self.later(self.rng.uniform(0.1, 5), None, "hold", side)
                self.later(self.rng.uniform(5, TALK_S * 2), None, "hang up", side)
            case Reoffered():
                session = self.session(side)
                if session:
                    session.answer_offer(ANSWER)

    def session(self, side: Side) -> Session | None:
        number = next((n for n, f in side.facts if isinstance(f, IncomingCall)), 1)
        return side.stack.session(number, self.now)

    def press(self, side: Side, button: str) -> None:
        session = self.session(side)
        if session is None:
            return
        if button == "hold":
            session.reoffer(OFFER)
        elif button == "hang up" or (button == "patience" and not session.established):
            self.pressed.add(side.at.host)
            session.hang_up()
        elif isinstance(session, Inbound):
            session.ring() if button == "ring" else session.accept(ANSWER)

    def run(self, seconds: float) -> None:
        self.drain()
        while self.now < seconds:
            due = [d for s in (self.a, self.b) if (d := s.stack.deadline()) is not None]
            due += [self.events[0][0]] if self.events else []
            if not due:
                return
            self.now = max(self.now, min(due))
            for side in (self.a, self.b):
                side.stack.handle_deadline(self.now)
            self.drain()
            while self.events and self.events[0][0] <= self.now:
                _, _, to, what, by = heapq.heappop(self.events)
                if isinstance(what, str):
                    self.press(by, what)
                elif to is not None:
                    to.stack.receive(what.data, by.at, self.now)
                self.drain()


@given(seed=st.integers(0, 2**32), loss=st.sampled_from([0, 0.05, 0.2, 0.5]), twice=st.booleans())
@example(seed=207, loss=0.5, twice=False)  # our offer was open when the call ended
@settings(max_examples=60, deadline=None)
def test_both_sides_of_every_call_end_and_nothing_is_left(
    seed: int, loss: float, twice: bool
) -> None:
    world = World(random.Random(seed), loss, 0.3 if twice else 0.0)
    world.a.stack.invite(call_to(B), 0.0)
    world.later(PATIENCE_S, None, "patience", world.a)
    world.run(600)

    for side in (world.a, world.b):
        assert side.stack.busy == 0
        assert side.stack.core.transactions == {}
        assert side.stack.core.twins == {}
        assert side.stack.deadline() is None
        assert len(side.calls()) == len([each for each in side.calls() if each.call_id])
        finals = [fact for fact in side.told() if isinstance(fact, FINAL)]
        refused_offers = [fact for fact in finals[:-1] if isinstance(fact, Refused)]
        assert len(finals) - len(refused_offers) <= 1
        assert sum(isinstance(fact, FarEndHungUp) for fact in finals) <= 1
        assert sum(isinstance(fact, Confirmed) for fact in side.told()) <= 1
    assert len(world.b.calls()) <= 1


@given(seed=st.integers(0, 2**32), twice=st.booleans())
@settings(max_examples=30, deadline=None)
def test_without_loss_a_call_is_answered_once_and_hung_up_once(seed: int, twice: bool) -> None:
    world = World(random.Random(seed), 0.0, 0.5 if twice else 0.0)
    world.a.stack.invite(call_to(B), 0.0)
    world.run(600)

    told = [*world.a.told(), *world.b.told()]
    crossed = len(world.pressed) == 2  # both hung up before they heard of each other
    assert sum(isinstance(fact, Confirmed) for fact in told) == 1
    assert sum(isinstance(fact, FarEndHungUp) for fact in told) == (0 if crossed else 1)
    assert not [fact for fact in told if isinstance(fact, Unreachable)]


def in_call() -> tuple[Peer, list[bytes], str]:
    """A peer in mid-call, messages of that call to spoil, and the stack's tag."""
    peer = Peer()
    invite = peer.invite()
    peer.give(invite)
    session = peer.stack.session(peer.session(), peer.now)
    assert isinstance(session, Inbound)
    session.accept(ANSWER)
    tag = peer.take_all()[-1].to.tag or ""
    ack = peer.request("ACK", to_tag=tag)
    peer.give(ack)
    outgoing = peer.stack.invite(call_to(PEER), peer.now)
    theirs = peer.take_request("INVITE")
    ringing = peer.answer(theirs, 180)
    ok = peer.answer(theirs, 200, body=ANSWER)
    assert peer.stack.session(outgoing, peer.now)
    seeds: list[Request | Response] = [invite, ack, ringing, ok]
    seeds += [peer.request(each, number=2, to_tag=tag) for each in ("INVITE", "UPDATE", "OPTIONS")]
    seeds += [peer.request("CANCEL", branch=invite.via[0].branch)]
    return peer, [bytes(each) for each in seeds], tag


@given(data=st.data(), rng=st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_spoilt_messages_never_raise_and_never_kill_the_call(
    data: st.DataObject, rng: random.Random
) -> None:
    peer, seeds, tag = in_call()
    for _ in range(data.draw(st.integers(1, 6))):
        message = bytearray(data.draw(st.sampled_from(seeds)))
        for _ in range(data.draw(st.integers(1, 4))):
            at = rng.randrange(len(message))
            kind = rng.randrange(4)
            if kind == 0:
                message[at] = rng.randrange(256)
            elif kind == 1:
                del message[at : at + rng.randrange(40)]
            elif kind == 2:
                message[at:at] = message[rng.randrange(len(message)) :][:60]
            else:
                message[at:at] = rng.choice([b"\r\n", b",", b'"', b"<", b";tag=", b"\x00", b" "])
            message = message or bytearray(b"x")
        peer.give(bytes(message))
    session = peer.stack.session(peer.session(), peer.now)
    assert session
    assert not session.over

    peer.take_all()
    peer.give(peer.request("BYE", number=2**32 - 1, to_tag=tag))

    assert 200 in [each.status for each in peer.take_all() if hasattr(each, "status")]


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_garbage_is_dropped(garbage: bytes) -> None:
    peer = Peer()
    peer.give(garbage)

    assert peer.side.facts == []
