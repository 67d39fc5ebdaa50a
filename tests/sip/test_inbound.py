"""Calls that arrive, beyond the checklist."""

from tests.sip.peer import Peer
from tests.sip.test_rfc_checklist import accepted, inbound
from tests.sip.wired import ANSWER, OFFER

from offhook.facts import Abandoned, Confirmed, FarEndHungUp, Unreachable
from offhook.sip.message import Response
from offhook.sip.transport import Address


def test_ringing_makes_a_dialog_and_is_said_again_every_minute() -> None:
    peer = Peer()
    peer.give(peer.invite())
    inbound(peer).ring()
    ringing = peer.take_all()[-1]
    peer.pass_time(125)

    assert isinstance(ringing, Response)
    assert ringing.to.tag
    assert ringing.get("Contact") == "<sip:192.0.2.1:5060>"
    assert [bytes(each) for each in peer.take_all()] == [bytes(ringing)] * 2


def test_early_media_is_described_and_described_again_every_minute() -> None:
    peer = Peer()
    peer.give(peer.invite())
    inbound(peer).ring()
    inbound(peer).ring(183, ANSWER)
    progress = peer.take_all()[-1]
    peer.pass_time(65)

    assert isinstance(progress, Response)
    assert (progress.status, progress.content_type) == (183, "application/sdp")
    assert progress.body == ANSWER
    assert [bytes(each) for each in peer.take_all()] == [bytes(progress)]


def test_nothing_rings_any_more_once_answered_or_refused() -> None:
    for decide in ("accept", "refuse"):
        peer = Peer()
        peer.give(peer.invite(branch="z9hG4bKr"))
        session = inbound(peer)
        session.ring()
        if decide == "accept":
            session.accept(ANSWER)
        else:
            session.refuse(603)
        tag = peer.take_all()[-1].to.tag
        same = "z9hG4bKr" if decide == "refuse" else None
        peer.give(peer.request("ACK", to_tag=tag, branch=same))
        session.ring()
        session.refuse(486)
        peer.pass_time(200)

        assert peer.take_all() == []


def test_delayed_offer_is_answered_in_the_ack() -> None:
    peer = Peer()
    _, ok = accepted(peer, body=b"")
    ack = peer.request("ACK", to_tag=ok.to.tag, body=OFFER)
    peer.give(ack)

    assert peer.side.calls()[0].sdp == b""
    assert peer.side.told() == [Confirmed(OFFER)]


def test_hanging_up_while_it_rings_is_a_603() -> None:
    peer = Peer()
    peer.give(peer.invite())
    inbound(peer).hang_up()

    assert peer.statuses() == [100, 603]
    assert peer.side.told() == []
    assert peer.stack.busy == 0


def test_refusal_carries_the_headers_it_is_given() -> None:
    peer = Peer()
    peer.give(peer.invite())
    inbound(peer).refuse(503, (("Retry-After", "7"),))
    peer.take_response(100)

    assert peer.take_response(503).get("Retry-After") == "7"


def test_far_end_that_hangs_up_before_its_ack_is_heard() -> None:
    peer = Peer()
    _, ok = accepted(peer)
    peer.give(peer.request("BYE", number=2, to_tag=ok.to.tag))

    assert peer.side.told() == [FarEndHungUp()]
    peer.take_response(200)
    peer.pass_time(40)
    assert peer.take_all() == []


def test_connection_that_breaks_while_it_rings_ends_the_call() -> None:
    peer = Peer(Address("tcp", "192.0.2.9", 40000, 3))
    peer.give(peer.invite())
    peer.stack.failed(peer.inbox[0], "connection failed", peer.now)
    peer.drain()

    assert peer.side.told() == [Unreachable("connection failed")]
    assert peer.stack.busy == 0


def test_hanging_up_on_a_caller_who_never_acknowledges_says_bye_at_last() -> None:
    peer = Peer()
    accepted(peer)
    inbound(peer).hang_up()
    peer.take_all()
    peer.pass_time(33)

    requests = {bytes(each) for each in peer.take_all() if not isinstance(each, Response)}
    assert [each.split()[0] for each in requests] == [b"BYE"]
    assert peer.side.told() == []
    assert peer.stack.busy == 0


def test_ack_with_the_branch_of_its_invite_is_taken() -> None:
    """As RFC 2543 did, and some libraries do."""
    peer = Peer()
    _, ok = accepted(peer, branch="z9hG4bKsame")
    peer.give(peer.request("ACK", to_tag=ok.to.tag, branch="z9hG4bKsame"))

    assert peer.side.told() == [Confirmed(b"")]


def test_cancel_of_a_call_that_nobody_heard_of_yet_is_abandoned_once() -> None:
    peer = Peer()
    invite = peer.invite(branch="z9hG4bKc")
    peer.stack.receive(bytes(invite), peer.source, peer.now)
    peer.stack.receive(bytes(peer.request("CANCEL", branch="z9hG4bKc")), peer.source, peer.now)
    peer.drain()

    assert len(peer.side.calls()) == 1
    assert peer.side.told() == [Abandoned()]
    assert peer.side.over == [1]
