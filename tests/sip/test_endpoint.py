"""The adapter on a virtual network and in virtual time."""

import asyncio
import random
from dataclasses import dataclass, field

from offhook.facts import (
    Abandoned,
    Answered,
    Confirmed,
    FarEndHungUp,
    Refused,
    Reoffered,
    Ringing,
    SipFact,
    Unreachable,
)
from offhook.ids import Ids
from offhook.sip.endpoint import Endpoint, IncomingCall, OutgoingCall
from offhook.sip.stack import Stack
from offhook.sip.transport import Address, Outgoing
from offhook.testing.loop import run
from offhook.testing.network import Network

OFFER = b"v=0\r\n"
ANSWER = b"v=0\r\ns=answer\r\n"


@dataclass
class Telephone:
    """An endpoint, what it was told, and what it does with calls."""

    network: Network
    host: str
    facts: list[SipFact] = field(default_factory=list)
    calls: list[IncomingCall] = field(default_factory=list)
    log: list[tuple[bool, str]] = field(default_factory=list)
    accepts: bool = True

    def __post_init__(self) -> None:
        sockets = self.network.sip_sockets(self.host)
        ids = Ids(random.Random(self.host))
        stack = Stack(sockets.local, ids, accepts=lambda source: True)
        self.endpoint = Endpoint(stack, sockets, on_call=self.on_call)
        self.endpoint.start()

    def on_call(self, call: IncomingCall) -> None:
        self.calls.append(call)
        if self.accepts:
            self.attach(call.session)
            self.endpoint.ring(call.session)
            self.endpoint.accept(call.session, ANSWER)

    def attach(self, session: int) -> None:
        self.endpoint.attach(session, self.facts.append, self.on_message)

    def on_message(self, sent: bool, data: bytes, peer: Address) -> None:
        self.log.append((sent, data.split(b"\r\n", 1)[0].decode()))

    def dial(self, host: str) -> int:
        call = OutgoingCall(
            f"sip:bob@{host}", f"sip:amy@{self.host}", f"sip:bob@{host}", OFFER, None
        )
        return self.endpoint.invite(call, self.facts.append, self.on_message)


def network() -> Network:
    return Network(asyncio.get_running_loop().time, random.Random(1))


def pair() -> tuple[Telephone, Telephone]:
    net = network()
    return Telephone(net, "10.0.0.1"), Telephone(net, "10.0.0.2")


def test_call_is_answered_and_hung_up() -> None:
    async def story() -> None:
        amy, bob = pair()
        session = amy.dial("10.0.0.2")
        assert amy.endpoint.call_id(session)
        await asyncio.sleep(1)
        bob.endpoint.hang_up(bob.calls[0].session)
        await asyncio.sleep(1)

        assert amy.facts == [Ringing(180), Answered(ANSWER), FarEndHungUp()]
        assert bob.facts == [Confirmed(b"")]
        assert bob.calls[0].sdp == OFFER

    run(story(), seed=1)


def test_call_ids_are_the_same_on_both_sides() -> None:
    async def story() -> None:
        amy, bob = pair()
        session = amy.dial("10.0.0.2")
        await asyncio.sleep(1)

        assert amy.endpoint.call_id(session) == bob.calls[0].call_id
        assert bob.endpoint.call_id(bob.calls[0].session) == bob.calls[0].call_id

    run(story(), seed=1)


def test_tap_sees_every_message_of_its_session() -> None:
    async def story() -> None:
        amy, bob = pair()
        session = amy.dial("10.0.0.2")
        await asyncio.sleep(1)
        bob.endpoint.hang_up(bob.calls[0].session)
        await asyncio.sleep(1)

        assert amy.log == [
            (True, "INVITE sip:bob@10.0.0.2 SIP/2.0"),
            (False, "SIP/2.0 100 Trying"),
            (False, "SIP/2.0 180 Ringing"),
            (False, "SIP/2.0 200 OK"),
            (True, "ACK sip:10.0.0.2:5060 SIP/2.0"),
            (False, "BYE sip:10.0.0.1:5060 SIP/2.0"),
            (True, "SIP/2.0 200 OK"),
        ]
        assert bob.log == [(not sent, text) for sent, text in amy.log[:-1]]
        assert amy.endpoint.call_id(session) == ""

    run(story(), seed=1)


def test_tap_that_comes_late_sees_what_it_missed() -> None:
    async def story() -> None:
        amy, bob = pair()
        bob.accepts = False
        amy.dial("10.0.0.2")
        await asyncio.sleep(1)
        bob.attach(bob.calls[0].session)

        assert bob.log == [
            (False, "INVITE sip:bob@10.0.0.2 SIP/2.0"),
            (True, "SIP/2.0 100 Trying"),
        ]

    run(story(), seed=1)


def test_facts_wait_for_the_sink_of_an_incoming_call() -> None:
    async def story() -> None:
        amy, bob = pair()
        bob.accepts = False
        session = amy.dial("10.0.0.2")
        await asyncio.sleep(1)
        amy.endpoint.cancel(session)
        await asyncio.sleep(1)

        assert amy.facts == [Refused(487, "Request Terminated")]
        assert bob.facts == []

        bob.attach(bob.calls[0].session)

        assert bob.facts == [Abandoned()]

        bob.attach(bob.calls[0].session)

        assert bob.facts == [Abandoned()]

    run(story(), seed=1)


def test_refusal_reaches_the_caller_and_commands_that_come_too_late_do_nothing() -> None:
    async def story() -> None:
        amy, bob = pair()
        bob.accepts = False
        session = amy.dial("10.0.0.2")
        await asyncio.sleep(1)
        theirs = bob.calls[0].session
        bob.endpoint.refuse(theirs, 486, (("Retry-After", "9"),))
        await asyncio.sleep(1)
        for endpoint, number in ((amy.endpoint, session), (bob.endpoint, theirs)):
            endpoint.ring(number)
            endpoint.accept(number, ANSWER)
            endpoint.refuse(number, 500)
            endpoint.cancel(number)
            endpoint.hang_up(number)
            endpoint.reoffer(number, OFFER)
            endpoint.answer_offer(number, ANSWER)
            endpoint.refuse_offer(number, 488)
            assert endpoint.call_id(number) == ""
        await asyncio.sleep(1)

        assert amy.facts == [Refused(486, "Busy Here")]
        assert bob.facts == []

    run(story(), seed=1)


def test_reoffer_is_answered_or_refused() -> None:
    async def story() -> None:
        amy, bob = pair()
        session = amy.dial("10.0.0.2")
        await asyncio.sleep(1)
        amy.endpoint.reoffer(session, OFFER)
        await asyncio.sleep(1)
        bob.endpoint.answer_offer(bob.calls[0].session, ANSWER)
        await asyncio.sleep(1)
        bob.endpoint.reoffer(bob.calls[0].session, OFFER)
        await asyncio.sleep(1)
        amy.endpoint.refuse_offer(session, 488)
        await asyncio.sleep(1)

        assert amy.facts[2:] == [Answered(ANSWER), Reoffered(OFFER)]
        assert bob.facts == [Confirmed(b""), Reoffered(OFFER), Refused(488, "Not Acceptable Here")]

    run(story(), seed=1)


def test_host_that_does_not_exist_is_unreachable() -> None:
    async def story() -> None:
        amy = Telephone(network(), "10.0.0.1")
        amy.dial("nowhere.test")
        await asyncio.sleep(1)

        assert amy.facts == [Unreachable("host not found")]

    run(story(), seed=1)


def test_silence_is_unreachable_after_exactly_32_seconds() -> None:
    async def story() -> None:
        amy = Telephone(network(), "10.0.0.1")
        amy.dial("10.0.0.9")
        await asyncio.sleep(31.9)

        assert amy.facts == []

        await asyncio.sleep(0.2)

        assert amy.facts == [Unreachable("no response")]

    run(story(), seed=1)


def test_nothing_is_scheduled_when_nothing_goes_on() -> None:
    async def story() -> None:
        amy, bob = pair()
        session = amy.dial("10.0.0.2")
        await asyncio.sleep(1)
        amy.endpoint.hang_up(session)
        await asyncio.sleep(40)
        amy.endpoint.close()
        bob.endpoint.close()
        count = len(amy.log)
        amy.endpoint.ring(99)
        bob.dial("10.0.0.1")
        await asyncio.sleep(40)

        assert len(amy.log) == count

    run(story(), seed=1)


class BrokenSockets:
    """Sockets that cannot send and say so at once."""

    def open(self, on_message: object, on_failure: object) -> None:
        self.on_failure = on_failure

    def send(self, outgoing: Outgoing) -> None:
        assert callable(self.on_failure)
        self.on_failure(outgoing, "message too large")

    def local(self, transport: str) -> tuple[str, int]:
        return "10.0.0.1", 5060


def test_failure_within_send_is_told_after_the_command_has_returned_its_session() -> None:
    async def story() -> None:
        sockets = BrokenSockets()
        stack = Stack(sockets.local, Ids(random.Random(1)), accepts=lambda source: True)
        endpoint = Endpoint(stack, sockets, on_call=lambda call: None)
        endpoint.start()
        facts: list[SipFact] = []
        call = OutgoingCall("sip:b@10.0.0.2", "sip:a@10.0.0.1", "sip:b@10.0.0.2", OFFER, None)
        session = endpoint.invite(call, facts.append)

        assert session == 1
        assert facts == [Unreachable("message too large")]
        endpoint.close()

    run(story(), seed=1)


def test_what_is_said_before_the_start_is_sent_at_the_start() -> None:
    async def story() -> None:
        net = network()
        sockets = net.sip_sockets("10.0.0.1")
        stack = Stack(sockets.local, Ids(random.Random(1)), accepts=lambda source: True)
        endpoint = Endpoint(stack, sockets, on_call=lambda call: None)
        bob = Telephone(net, "10.0.0.2")
        facts: list[SipFact] = []
        target = "sip:bob@10.0.0.2"
        endpoint.invite(OutgoingCall(target, "sip:amy@10.0.0.1", target, OFFER, None), facts.append)
        await asyncio.sleep(1)
        assert not bob.calls

        endpoint.start()
        await asyncio.sleep(1)

        assert facts == [Ringing(180), Answered(ANSWER)]

    run(story(), seed=1)
