"""Offers within a call: both ways, crossing, refused, lost."""

import pytest
from tests.sip.peer import Peer
from tests.sip.test_rfc_checklist import acknowledged, answered, inbound
from tests.sip.wired import ANSWER, OFFER, Wire

from offhook.facts import Answered, Confirmed, FarEndHungUp, Refused, Reoffered, Unreachable
from offhook.sip.message import Request, Response

HOLD = OFFER + b"a=sendonly\r\n"


def in_call() -> tuple[Peer, str]:
    peer = Peer()
    return peer, acknowledged(peer)


def test_hold_and_resume_both_ways() -> None:
    wire = Wire()
    a, b = wire.talk()
    for ours, theirs, side in ((a, b, wire.b), (b, a, wire.a)):
        ours.reoffer(HOLD)
        wire.flow()
        assert side.told()[-1] == Reoffered(HOLD)
        theirs.answer_offer(ANSWER)
        wire.flow()
        wire.pass_time(1)

    assert wire.a.told()[1:] == [Answered(ANSWER), Reoffered(HOLD)]
    assert wire.b.told() == [Confirmed(b""), Reoffered(HOLD), Answered(ANSWER)]


def test_refused_offer_leaves_the_call_as_it_was() -> None:
    wire = Wire()
    a, b = wire.talk()
    a.reoffer(HOLD)
    wire.flow()
    b.refuse_offer(488)
    wire.flow()

    assert wire.a.told()[-1] == Refused(488, "Not Acceptable Here")
    assert (wire.a.stack.busy, wire.b.stack.busy) == (1, 1)


def test_our_bye_does_not_wait_for_the_ack_of_a_reinvite() -> None:
    """Only the first 200 of a call must have its ACK before (RFC 3261 15)."""
    peer, tag = in_call()
    peer.give(peer.invite(number=2, to_tag=tag, body=HOLD))
    inbound(peer).answer_offer(ANSWER)
    peer.take_all()
    inbound(peer).hang_up()

    peer.take_request("BYE")
    assert peer.stack.busy == 0


def test_offers_that_cross_are_refused_with_491_and_made_again_one_after_the_other() -> None:
    wire = Wire()
    a, b = wire.talk()
    a.reoffer(HOLD)
    b.reoffer(OFFER)
    wire.flow()

    assert wire.a.said().count("491 INVITE") == wire.b.said().count("491 INVITE") == 1

    for _ in range(60):
        wire.pass_time(0.1)
        a.answer_offer(ANSWER)
        b.answer_offer(ANSWER)

    assert wire.a.told()[1:] == [Reoffered(OFFER), Answered(ANSWER)]
    assert wire.b.told()[1:] == [Answered(ANSWER), Reoffered(HOLD)]


def test_owner_of_the_call_id_waits_longer_after_491() -> None:
    wire = Wire()
    a, b = wire.talk()

    assert all(2.1 <= a.glare_delay_s() <= 4.0 for _ in range(100))
    assert all(0.0 <= b.glare_delay_s() <= 2.0 for _ in range(100))


def test_far_end_that_is_never_ready_has_refused_in_the_end() -> None:
    peer = Peer()
    session, _ = answered(peer)
    peer.take_request("ACK")
    session.reoffer(HOLD)
    offers: set[int] = set()
    for _ in range(10):
        for message in peer.take_all():
            if isinstance(message, Request) and message.method == "INVITE":
                offers.add(message.cseq.number)
                peer.answer(message, 491)
        peer.pass_time(4.1)

    assert len(offers) == 6
    assert peer.side.told()[-1] == Refused(491, "Request Pending")


def test_far_end_that_asks_to_wait_is_asked_again() -> None:
    peer = Peer()
    session, _ = answered(peer)
    peer.take_request("ACK")
    session.reoffer(HOLD)
    peer.answer(peer.take_request("INVITE"), 500, headers=[("Retry-After", "3")])
    peer.take_request("ACK")
    peer.pass_time(3.1)
    again = peer.take_request("INVITE")
    peer.answer(again, 200, body=ANSWER)

    assert again.cseq.number == 3
    assert peer.side.told()[-1] == Answered(ANSWER)


def test_second_offer_of_ours_waits_and_the_newest_wins() -> None:
    peer = Peer()
    session, _ = answered(peer)
    peer.take_request("ACK")
    for sdp in (b"one", b"two", b"three"):
        session.reoffer(sdp)
    peer.answer(peer.take_request("INVITE"), 200, body=ANSWER)

    peer.take_request("ACK")
    assert peer.take_request("INVITE").body == b"three"
    assert peer.take_all() == []


def test_offer_before_the_first_ack_waits_for_it() -> None:
    peer = Peer()
    peer.give(peer.invite())
    session = inbound(peer)
    session.accept(ANSWER)
    tag = peer.take_all()[-1].to.tag
    session.reoffer(HOLD)

    assert peer.take_all() == []

    peer.give(peer.request("ACK", to_tag=tag))

    assert peer.take_request("INVITE").body == HOLD


def test_second_offer_of_theirs_is_told_to_come_later() -> None:
    peer, tag = in_call()
    peer.give(peer.request("INVITE", number=2, to_tag=tag, body=HOLD))
    peer.give(peer.request("INVITE", number=3, to_tag=tag, body=OFFER))
    statuses = peer.take_all()

    assert [each.status for each in statuses if isinstance(each, Response)] == [100, 500]
    assert statuses[1].get("Retry-After") == "3"
    assert peer.side.told()[1:] == [Reoffered(HOLD)]


def test_2xx_to_their_offer_is_repeated_until_its_ack() -> None:
    peer, tag = in_call()
    peer.give(peer.request("INVITE", number=2, to_tag=tag, body=HOLD))
    inbound(peer).answer_offer(ANSWER)
    peer.pass_time(1)

    assert peer.statuses() == [100, 200, 200]

    peer.give(peer.request("ACK", number=2, to_tag=tag))
    peer.pass_time(40)

    assert peer.statuses() == []


def test_2xx_to_their_offer_that_is_never_acknowledged_ends_the_call() -> None:
    peer, tag = in_call()
    peer.give(peer.request("INVITE", number=2, to_tag=tag, body=HOLD))
    inbound(peer).answer_offer(ANSWER)
    peer.pass_time(33)

    assert peer.take_all()[-1].cseq.method == "BYE"
    assert peer.side.told()[-1] == Unreachable("no ACK")


def test_empty_reinvite_asks_us_and_the_ack_answers() -> None:
    peer, tag = in_call()
    peer.give(peer.request("INVITE", number=2, to_tag=tag))
    inbound(peer).answer_offer(OFFER)
    peer.give(peer.request("ACK", number=2, to_tag=tag, body=ANSWER))

    assert peer.side.told()[1:] == [Reoffered(b""), Confirmed(ANSWER)]


def test_reinvite_moves_the_remote_target() -> None:
    peer, tag = in_call()
    moved = [("Contact", "<sip:pat@192.0.2.50:5090>")]
    peer.give(peer.request("INVITE", number=2, to_tag=tag, body=HOLD, headers=moved))
    inbound(peer).refuse_offer(488)
    peer.take_all()
    inbound(peer).hang_up()

    assert peer.take_request("BYE").raw_uri == "sip:pat@192.0.2.50:5090"


def test_cancelled_reinvite_is_487_and_the_call_goes_on() -> None:
    peer, tag = in_call()
    peer.give(peer.request("INVITE", number=2, to_tag=tag, body=HOLD, branch="z9hG4bKre"))
    peer.give(peer.request("CANCEL", number=2, to_tag=tag, branch="z9hG4bKre"))
    inbound(peer).answer_offer(ANSWER)

    assert peer.statuses() == [100, 200, 487]
    assert peer.stack.busy == 1


def test_bye_answers_their_open_offer() -> None:
    peer, tag = in_call()
    peer.give(peer.request("INVITE", number=2, to_tag=tag, body=HOLD))
    peer.give(peer.request("BYE", number=3, to_tag=tag))

    assert peer.statuses() == [100, 200, 487]
    assert peer.side.told()[-1] == FarEndHungUp()


@pytest.mark.parametrize(
    ("status", "fact"), [(481, FarEndHungUp()), (408, Unreachable("no response"))]
)
def test_answer_that_the_call_is_gone_ends_it(
    status: int, fact: FarEndHungUp | Unreachable
) -> None:
    peer = Peer()
    session, _ = answered(peer)
    peer.take_request("ACK")
    session.reoffer(HOLD)
    peer.answer(peer.take_request("INVITE"), status)

    assert peer.side.told()[-1] == fact
    assert peer.stack.busy == 0


def test_offer_that_gets_no_answer_ends_the_call() -> None:
    peer = Peer()
    session, _ = answered(peer)
    peer.take_request("ACK")
    session.reoffer(HOLD)
    peer.pass_time(33)

    assert peer.take_all()[-1].cseq.method == "BYE"
    assert peer.side.told()[-1] == Unreachable("no response")


def test_repeated_2xx_to_our_offer_is_acknowledged_again() -> None:
    peer = Peer()
    session, _ = answered(peer)
    peer.take_request("ACK")
    session.reoffer(HOLD)
    reinvite = peer.take_request("INVITE")
    peer.answer(reinvite, 200, body=ANSWER)
    peer.answer(reinvite, 200, body=ANSWER)

    assert bytes(peer.take_request("ACK")) == bytes(peer.take_request("ACK"))
    assert peer.side.told()[1:] == [Answered(ANSWER)]


def test_offer_that_is_open_when_the_call_ends_is_forgotten_in_the_end() -> None:
    peer = Peer()
    session, _ = answered(peer)
    peer.take_request("ACK")
    session.reoffer(HOLD)
    peer.answer(peer.take_request("INVITE"), 100)
    session.hang_up()
    peer.pass_time(40)

    assert peer.stack.core.transactions == {}


def test_update_with_an_offer_is_answered_without_an_ack() -> None:
    peer, tag = in_call()
    peer.give(peer.request("UPDATE", number=2, to_tag=tag, body=HOLD))
    inbound(peer).answer_offer(ANSWER)
    ok = peer.take_response(200)
    peer.pass_time(40)

    assert ok.body == ANSWER
    assert ok.get("Contact")
    assert peer.take_all() == []
    assert peer.side.told()[1:] == [Reoffered(HOLD)]


def test_update_without_an_offer_refreshes_the_target_and_nobody_is_told() -> None:
    peer, tag = in_call()
    moved = [("Contact", "<sip:pat@192.0.2.50>")]
    peer.give(peer.request("UPDATE", number=2, to_tag=tag, headers=moved))
    inbound(peer).hang_up()

    peer.take_response(200)
    assert peer.take_request("BYE").raw_uri == "sip:pat@192.0.2.50"
    assert len(peer.side.told()) == 1


def test_update_with_an_offer_while_it_rings_is_told_to_come_later() -> None:
    peer = Peer()
    peer.give(peer.invite())
    inbound(peer).ring()
    tag = peer.take_all()[-1].to.tag
    peer.give(peer.request("UPDATE", number=2, to_tag=tag, body=OFFER))

    assert peer.statuses() == [500]
