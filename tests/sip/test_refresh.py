"""Session timers."""

import pytest
from tests.sip.peer import Peer
from tests.sip.test_rfc_checklist import accepted, answered, inbound
from tests.sip.wired import ANSWER, OFFER

from offhook.facts import FarEndHungUp, Unreachable
from offhook.sip.message import Request
from offhook.sip.refresh import session_expires

TIMER = ("Supported", "timer")
UPDATE = ("Allow", "INVITE, UPDATE")


def called(*headers: tuple[str, str]) -> tuple[Peer, str, str | None]:
    """Be called with a session timer; return the tag and our Session-Expires."""
    peer = Peer()
    _, ok = accepted(peer, headers=headers)
    tag = ok.to.tag or ""
    peer.give(peer.request("ACK", to_tag=tag))
    return peer, tag, ok.get("Session-Expires")


def test_caller_who_can_refresh_does_it() -> None:
    peer, tag, granted = called(TIMER, ("Session-Expires", "90"))

    assert granted == "90;refresher=uac"

    for number in range(2, 12):
        peer.pass_time(50)
        refresh = [TIMER, ("Session-Expires", "90;refresher=uac")]
        peer.give(peer.request("UPDATE", number=number, to_tag=tag, headers=refresh))
        ok = peer.take_response(200)

        assert ok.get("Session-Expires") == "90;refresher=uac"
        assert ok.get("Require") == "timer"
    assert peer.stack.busy == 1


def test_caller_who_stops_refreshing_is_hung_up_before_the_end() -> None:
    peer, _, _ = called(TIMER, ("Session-Expires", "90"))
    peer.pass_time(59.9)

    assert peer.take_all() == []

    peer.pass_time(0.2)  # 90 - min(32, 90/3)

    peer.take_request("BYE")
    assert peer.side.told()[-1] == Unreachable("session timer expired")


def test_caller_without_timers_is_refreshed_by_us() -> None:
    """A proxy asked for the timer (RFC 4028 9)."""
    peer, _, granted = called(UPDATE, ("Session-Expires", "100"))

    assert granted == "100;refresher=uas"

    for _ in range(3):
        peer.pass_time(50.1)
        update = peer.take_request("UPDATE")
        assert update.get("Session-Expires") == "100;refresher=uac"
        peer.answer(
            update,
            200,
            headers=[UPDATE, ("Session-Expires", "100;refresher=uac"), ("Require", "timer")],
        )
    assert peer.stack.busy == 1


def test_far_end_without_update_is_refreshed_by_its_last_offer() -> None:
    peer, _, _ = called(("Session-Expires", "100"))
    peer.pass_time(50.1)
    reinvite = peer.take_request("INVITE")

    assert reinvite.body == ANSWER
    assert reinvite.get("Session-Expires") == "100;refresher=uac"


def test_refresh_by_an_offer_that_is_refused_is_tried_again_later() -> None:
    peer, _, _ = called(("Session-Expires", "100"))
    peer.pass_time(50.1)
    peer.answer(peer.take_request("INVITE"), 488)
    peer.take_request("ACK")
    peer.pass_time(50.1)

    peer.take_request("INVITE")
    assert peer.stack.busy == 1


def test_callee_may_make_us_refresh() -> None:
    peer = Peer()
    expires = [("Session-Expires", "120;refresher=uac"), UPDATE]
    answered(peer, headers=expires)
    peer.take_request("ACK")
    peer.pass_time(60.1)
    peer.answer(peer.take_request("UPDATE"), 200, headers=expires)
    peer.pass_time(60)

    peer.take_request("UPDATE")


@pytest.mark.parametrize(
    ("status", "end"), [(481, FarEndHungUp()), (408, Unreachable("no response"))]
)
def test_refresh_that_finds_nobody_ends_the_call(
    status: int, end: FarEndHungUp | Unreachable
) -> None:
    peer = Peer()
    answered(peer, headers=[("Session-Expires", "120;refresher=uac"), UPDATE])
    peer.take_request("ACK")
    peer.pass_time(60.1)
    peer.answer(peer.take_request("UPDATE"), status)

    assert peer.side.told()[-1] == end


def test_refresh_that_gets_no_answer_ends_the_call() -> None:
    peer = Peer()
    answered(peer, headers=[("Session-Expires", "120;refresher=uac"), UPDATE])
    peer.take_request("ACK")
    peer.pass_time(93)

    assert peer.side.told()[-1] == Unreachable("session refresh failed: no response")


def test_refused_refresh_is_tried_again() -> None:
    peer = Peer()
    answered(peer, headers=[("Session-Expires", "120;refresher=uac"), UPDATE])
    peer.take_request("ACK")
    peer.pass_time(60.1)
    peer.answer(peer.take_request("UPDATE"), 500)
    peer.pass_time(60.1)

    peer.take_request("UPDATE")
    assert peer.stack.busy == 1


def test_without_a_timer_a_call_may_last() -> None:
    peer, _, granted = called(TIMER)
    peer.pass_time(86_400)

    assert granted is None
    assert peer.take_all() == []
    inbound(peer).hang_up()
    peer.take_request("BYE")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1800", (1800, "")),
        ("1800;refresher=UAC", (1800, "uac")),
        ("1800 ; x=1;refresher=uas", (1800, "uas")),
        ("soon", (0, "")),
        ("99999999999999999999", (0, "")),
        ("1800;refresher=uac;refresher=uas", (1800, "")),
        ("", (0, "")),
    ],
)
def test_session_expires_is_read_leniently(text: str, read: tuple[int, str]) -> None:
    request = Request.make("INVITE", "sip:a@b.test", [("Session-Expires", text)], OFFER)

    assert session_expires(request) == read
