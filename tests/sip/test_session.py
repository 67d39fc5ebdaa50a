"""What both sides of an established session share."""

import pytest
from tests.sip.peer import Peer
from tests.sip.test_rfc_checklist import acknowledged, answered, inbound
from tests.sip.wired import OFFER, Wire

from offhook.facts import Confirmed, FarEndHungUp, Unreachable


def test_options_within_a_call_says_what_we_can() -> None:
    peer = Peer()
    tag = acknowledged(peer)
    peer.give(peer.request("OPTIONS", number=2, to_tag=tag))

    assert peer.take_response(200).get("Accept") == "application/sdp"


@pytest.mark.parametrize("method", ["INFO", "REFER", "PRACK", "SUBSCRIBE"])
def test_what_we_do_not_know_leaves_the_call_alone(method: str) -> None:
    peer = Peer()
    tag = acknowledged(peer)
    peer.give(peer.request(method, number=2, to_tag=tag))

    assert peer.statuses() == [405]
    assert peer.stack.busy == 1


def test_bye_is_answered_and_told_once() -> None:
    wire = Wire()
    a, b = wire.talk()
    a.hang_up()
    a.hang_up()
    wire.flow()

    assert wire.b.told() == [Confirmed(b""), FarEndHungUp()]
    assert wire.a.said().count("BYE") == 1
    assert (wire.a.over, wire.b.over) == ([1], [1])
    assert b.over


def test_commands_after_the_end_do_nothing() -> None:
    wire = Wire()
    a, b = wire.talk()
    a.hang_up()
    wire.flow()
    before = (wire.a.said(), wire.b.said())
    for session in (a, b):
        session.hang_up()
        session.reoffer(OFFER)
        session.answer_offer(OFFER)
        session.refuse_offer(488)
        session.lose("too late")
    wire.flow()

    assert (wire.a.said(), wire.b.said()) == before


def test_bye_that_gets_no_answer_ends_the_session_all_the_same() -> None:
    peer = Peer()
    session, _ = answered(peer)
    session.hang_up()
    peer.drain()

    assert peer.side.over == [1]
    peer.pass_time(40)
    assert peer.stack.core.transactions == {}
    assert peer.stack.deadline() is None


def test_request_between_our_bye_and_its_answer_is_481_but_bye_is_200() -> None:
    peer = Peer()
    tag = acknowledged(peer)
    inbound(peer).hang_up()
    peer.take_request("BYE")
    peer.give(peer.request("OPTIONS", number=2, to_tag=tag))
    peer.give(peer.request("BYE", number=3, to_tag=tag))

    assert peer.statuses() == [481, 200]
    assert peer.side.told() == [Confirmed(b"")]


def test_a_lost_session_says_bye_and_why() -> None:
    peer = Peer()
    acknowledged(peer)
    inbound(peer).lose("a reason")

    peer.take_request("BYE")
    assert peer.side.told() == [Confirmed(b""), Unreachable("a reason")]
