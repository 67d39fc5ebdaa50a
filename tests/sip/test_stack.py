"""The stack's face: what goes in, what comes out, and which session it belonged to."""

from tests.sip.peer import PEER, Peer
from tests.sip.test_rfc_checklist import acknowledged, placed
from tests.sip.wired import B, Wire, call_to

from offhook.sip.transport import Address, Outgoing


def test_every_message_is_attributed_to_its_session() -> None:
    peer = Peer()
    invite = peer.invite(branch="z9hG4bKi")
    give = peer.stack.receive

    assert give(bytes(invite), PEER, 100.0) == 1
    assert give(bytes(invite), PEER, 100.1) == 1
    assert give(bytes(peer.request("CANCEL", branch="z9hG4bKi")), PEER, 100.2) == 1
    assert give(bytes(peer.request("OPTIONS", number=2)), PEER, 100.3) is None
    assert give(b"garbage", PEER, 100.4) is None
    assert [each.session for each in peer.inbox] == [1, 1, 1, 1, None]


def test_requests_and_responses_within_a_call_are_attributed() -> None:
    peer = Peer()
    tag = acknowledged(peer)
    bye = peer.request("BYE", number=2, to_tag=tag)

    assert peer.stack.receive(bytes(bye), PEER, peer.now) == 1
    assert peer.inbox[-1].session == 1


def test_session_can_be_commanded_until_it_is_over() -> None:
    wire = Wire()
    number = wire.place()

    assert wire.a.stack.session(number, wire.now)
    assert wire.a.stack.session(number + 1, wire.now) is None

    wire.inbound().refuse(486)
    wire.flow()

    assert wire.a.stack.session(number, wire.now) is None
    assert wire.a.over == [number]


def test_time_is_taken_from_each_input() -> None:
    peer = Peer()
    peer.stack.invite(call_to(PEER), 500.0)

    assert peer.stack.deadline() == 500.5


def test_failure_of_a_message_of_no_transaction_is_harmless() -> None:
    peer = Peer()
    peer.stack.failed(Outgoing(b"", PEER), "connection failed", 100.0)
    peer.stack.failed(Outgoing(b"", PEER, "> gone INVITE"), "connection failed", 100.0)

    assert peer.take_all() == []


def test_malformed_request_is_answered_the_same_each_time_and_remembered_nowhere() -> None:
    peer = Peer()
    broken = bytes(peer.invite()).replace(b"Max-Forwards: 70", b"Max-Forwards: many")
    peer.give(broken)
    peer.give(broken)
    first, second = peer.take_response(400), peer.take_response(400)

    assert bytes(first) == bytes(second)
    assert first.to.tag
    assert peer.stack.core.transactions == {}


def test_malformed_request_behind_a_nat_is_answered_to_its_source() -> None:
    peer = Peer(Address("udp", "198.51.100.7", 61000))
    via = ("Via", "SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bKn")
    broken = bytes(peer.invite(headers=[via])).replace(b"Max-Forwards: 70", b"Max-Forwards: x")
    peer.give(broken)

    assert peer.inbox[0].to == Address("udp", "198.51.100.7", 61000)


def test_malformed_response_is_dropped_and_the_call_goes_on() -> None:
    peer = Peer()
    _, invite = placed(peer)
    ringing = peer.answer(invite, 180)
    peer.give(bytes(ringing).replace(b"180 Ringing", b"999 What"))
    peer.give(bytes(ringing).replace(b"CSeq: 1 INVITE", b"CSeq: one"))

    assert peer.take_all() == []
    assert peer.stack.busy == 1


def test_late_response_is_ignored() -> None:
    peer = Peer()
    _, invite = placed(peer)
    peer.answer(invite, 486)
    peer.pass_time(40)
    peer.take_all()
    peer.answer(invite, 486)

    assert peer.take_all() == []


def test_invite_for_a_dialog_that_is_gone_is_481() -> None:
    peer = Peer()
    peer.give(peer.invite(to_tag="gone"))

    assert peer.statuses() == [481]


def test_stack_can_call_itself() -> None:
    wire = Wire()
    wire.b.stack.invite(call_to(B), wire.now)
    wire.flow()

    assert len(wire.b.calls()) == 1
    assert wire.b.said() == ["INVITE", "100 INVITE"]


def test_strangers_are_answered_and_leave_nothing_behind() -> None:
    peer = Peer(accepts=lambda source: source.host == "192.0.2.9", max_transactions=10)
    stranger = Address("udp", "203.0.113.5", 5060)
    expected = {"INVITE": 403, "OPTIONS": 200, "BYE": 481, "REGISTER": 405}
    for method, status in expected.items():
        for _ in range(20):
            peer.give(peer.request(method), stranger)
        assert set(peer.statuses()) == {status}
    assert not peer.stack.core.transactions

    peer.give(peer.invite())

    assert peer.take_response(100)
    assert peer.stack.busy == 1
