"""REFER and what is told of it (RFC 3515, RFC 6665), against a peer that is played by hand."""

import pytest
from tests.sip.peer import Peer
from tests.sip.test_rfc_checklist import acknowledged, inbound

from offhook.facts import Confirmed, FarEndHungUp, Referred
from offhook.sip.message import Request

TO = "sip:z@far.test;transport=tcp"


class Referring:
    """A call that has come in and is sent elsewhere; `refer` is our REFER."""

    def __init__(self, to: str = TO) -> None:
        self.peer = Peer()
        self.tag = acknowledged(self.peer)
        self.peer.drain()
        self.seq = 10
        inbound(self.peer).refer(to)
        self.refer = self.peer.take_request("REFER")

    def accept(self, status: int = 202) -> None:
        self.peer.answer(self.refer, status)

    def notify(self, body: str, *, event: str = "refer", state: str = "active;expires=60") -> int:
        """Send a NOTIFY; return the answer."""
        self.seq += 1
        headers = (
            ("Event", event),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag"),
        )
        self.peer.give(
            self.peer.request(
                "NOTIFY", number=self.seq, to_tag=self.tag, headers=headers, body=body.encode()
            )
        )
        (status,) = self.peer.statuses()
        return status

    def told(self) -> list[object]:
        """What was reported but for the ACK of the call."""
        return [fact for fact in self.peer.side.told() if not isinstance(fact, Confirmed)]


def test_a_refer_names_both_parties_and_stays_in_the_dialog() -> None:
    refer = Referring().refer

    assert refer.get("Refer-To") == f"<{TO}>"
    assert refer.get("Referred-By") == "<sip:+12025550100@192.0.2.1>"
    assert refer.get("Contact") == "<sip:192.0.2.1:5060>"
    assert (refer.raw_uri, refer.call_id) == ("sip:pat@192.0.2.9:5060", "one@192.0.2.9")
    assert "NOTIFY" in (refer.get("Allow") or "")


def test_the_last_notify_tells_how_it_went() -> None:
    story = Referring()
    story.accept()
    assert story.notify("SIP/2.0 100 Trying\r\n") == 200
    assert story.told() == []
    assert story.notify("SIP/2.0 200 OK\r\n", state="terminated;reason=noresource") == 200

    assert story.told() == [Referred(202, 200)]
    assert story.notify("SIP/2.0 200 OK\r\n") == 481  # that subscription is over
    assert story.peer.stack.busy == 1


def test_a_final_status_counts_though_the_subscription_is_called_active() -> None:
    story = Referring()
    story.accept(200)  # RFC 3515 has 202, but many send 200
    story.notify("SIP/2.0 486 Busy Here")

    assert story.told() == [Referred(200, 486)]


def test_a_notify_may_overtake_the_answer() -> None:
    story = Referring()
    assert story.notify("SIP/2.0 100 Trying") == 200
    assert story.notify("SIP/2.0 603 Decline", state="terminated") == 200
    assert story.told() == []
    story.accept()

    assert story.told() == [Referred(202, 603)]


def test_a_subscription_that_ends_without_a_result_has_none() -> None:
    story = Referring()
    story.accept()
    story.notify("SIP/2.0 100 Trying", state="terminated;reason=timeout")

    assert story.told() == [Referred(202, None)]


@pytest.mark.parametrize("body", ["", "hello", "SIP/2.0 999 What", "\r\nSIP/2.0 200 OK"])
def test_a_notify_that_says_nothing_is_answered_and_no_result(body: str) -> None:
    story = Referring()
    story.accept()

    assert story.notify(body) == 200
    assert story.told() == []


@pytest.mark.parametrize("status", [400, 403, 405, 408, 501, 603])
def test_a_refusal_leaves_the_call_alone(status: int) -> None:
    story = Referring()
    story.accept(status)

    assert story.told() == [Referred(status, None)]
    assert story.notify("SIP/2.0 200 OK") == 481
    assert story.peer.stack.busy == 1


def test_a_481_says_that_the_far_end_has_left() -> None:
    story = Referring()
    story.accept(481)

    assert story.told() == [FarEndHungUp()]
    assert story.peer.stack.busy == 0


def test_no_answer_at_all_is_a_failure_without_a_code() -> None:
    story = Referring()
    story.peer.pass_time(31.9)
    assert story.told() == []
    story.peer.pass_time(0.2)

    assert story.told() == [Referred(None, None)]
    assert {each.method for each in story.peer.take_all() if isinstance(each, Request)} == {"REFER"}


def test_without_any_notify_there_is_no_subscription() -> None:
    story = Referring()
    story.accept()
    story.peer.pass_time(31.9)
    assert story.told() == []
    story.peer.pass_time(0.2)

    assert story.told() == [Referred(202, None)]


def test_nobody_waits_longer_than_three_minutes() -> None:
    story = Referring()
    story.accept()
    story.notify("SIP/2.0 180 Ringing")
    story.peer.pass_time(179)
    assert story.told() == []
    story.peer.pass_time(1.1)

    assert story.told() == [Referred(202, None)]
    assert story.notify("SIP/2.0 200 OK") == 481


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("refer;id={cseq}", 200),
        ("REFER ; id={cseq}", 200),
        ("refer;id=77", 481),
        ('refer;id="', 481),
        ("presence", 489),
        ("", 489),
    ],
)
def test_a_notify_must_be_about_our_refer(event: str, status: int) -> None:
    story = Referring()
    story.accept()

    found = story.notify("SIP/2.0 200 OK", event=event.format(cseq=story.refer.cseq.number))

    assert found == status
    assert bool(story.told()) == (status == 200)


def test_an_unasked_notify_finds_no_subscription() -> None:
    peer = Peer()
    tag = acknowledged(peer)
    event = (("Event", "refer"),)
    peer.give(peer.request("NOTIFY", number=2, to_tag=tag, headers=event))
    peer.give(peer.request("NOTIFY", number=3, headers=event))  # outside any dialog

    assert peer.statuses() == [481, 481]
    assert peer.side.told() == [Confirmed(b"")]


def test_a_package_that_we_do_not_know_is_answered_with_those_we_do() -> None:
    peer = Peer()
    peer.give(peer.request("NOTIFY", headers=(("Event", "keep-alive"),)))

    assert peer.take_response(489).get("Allow-Events") == "refer"


def test_the_end_of_the_call_ends_the_referral() -> None:
    story = Referring()
    story.accept()
    story.peer.give(story.peer.request("BYE", number=20, to_tag=story.tag))
    story.peer.pass_time(200)

    assert story.told() == [FarEndHungUp()]
    assert story.peer.stack.core.transactions == {}
    assert story.peer.stack.deadline() is None


def test_a_uri_that_cannot_be_written_down_fails_at_once() -> None:
    peer = Peer()
    acknowledged(peer)
    peer.drain()
    inbound(peer).refer("sip:a%zz@far.test")

    assert peer.side.told() == [Confirmed(b"")]
    assert peer.take_all() == []
    assert peer.side.told()[-1:] == [Referred(None, None)]


def test_the_next_refer_takes_the_place_of_one_that_is_not_waited_for() -> None:
    story = Referring()
    inbound(story.peer).refer("sip:y@far.test")
    second = story.peer.take_request("REFER")
    story.accept(202)
    assert story.notify("SIP/2.0 200 OK", event=f"refer;id={story.refer.cseq.number}") == 481
    story.peer.answer(second, 202)
    story.notify("SIP/2.0 404 Not Found", event=f"refer;id={second.cseq.number}")

    assert story.told() == [Referred(202, 404)]


def test_commands_out_of_time_do_nothing() -> None:
    peer = Peer()
    peer.give(peer.invite())
    peer.drain()
    peer.take_all()
    inbound(peer).refer(TO)
    inbound(peer).notify((), b"")

    assert peer.take_all() == []
