"""What other SIP libraries get wrong, each as a behaviour of ours (RFC 3261, 6026, 3581)."""

import pytest
from tests.sip.peer import PEER, Peer
from tests.sip.wired import ANSWER, OFFER, A, B, Wire, call_to

from offhook.facts import (
    Abandoned,
    Answered,
    Confirmed,
    FarEndHungUp,
    Refused,
    Ringing,
    Unreachable,
)
from offhook.hooks import Credentials
from offhook.sip.inbound import Inbound
from offhook.sip.message import Request, Response
from offhook.sip.outbound import Outbound
from offhook.sip.transport import Address

ROUTES = [
    ("Record-Route", "<sip:p2.test;lr>"),
    ("Record-Route", "<sip:p1.test;lr>"),
]


def inbound(peer: Peer) -> Inbound:
    session = peer.stack.session(peer.session(), peer.now)
    assert isinstance(session, Inbound)
    return session


def accepted(peer: Peer, **options: object) -> tuple[Request, Response]:
    """Call the stack and let it answer; the ACK is not sent yet."""
    invite = peer.invite(**options)
    peer.give(invite)
    peer.take_response(100)
    inbound(peer).accept(ANSWER)
    return invite, peer.take_response(200)


def acknowledged(peer: Peer) -> str:
    """Set a call to the stack up; return the stack's tag."""
    _, ok = accepted(peer)
    tag = ok.to.tag
    assert tag
    peer.give(peer.request("ACK", to_tag=tag))
    return tag


def placed(peer: Peer, credentials: Credentials | None = None) -> tuple[Outbound, Request]:
    """Let the stack call the peer."""
    number = peer.stack.invite(call_to(PEER, credentials), peer.now)
    session = peer.stack.session(number, peer.now)
    assert isinstance(session, Outbound)
    return session, peer.take_request("INVITE")


def answered(peer: Peer, **options: object) -> tuple[Outbound, Request]:
    session, invite = placed(peer)
    peer.answer(invite, 200, body=ANSWER, **options)  # type: ignore[arg-type]
    return session, invite


# INVITE to us


def test_repeated_invite_is_one_call_with_one_tag_and_the_same_200() -> None:
    peer = Peer()
    invite, ok = accepted(peer)
    peer.give(invite)
    peer.pass_time(0.6)

    again = peer.take_response(200)
    assert bytes(again) == bytes(ok)
    assert len(peer.side.calls()) == 1


def test_repeated_invite_while_ringing_repeats_the_ringing() -> None:
    peer = Peer()
    invite = peer.invite()
    peer.give(invite)
    inbound(peer).ring()
    peer.give(invite)

    assert peer.statuses() == [100, 180, 180]
    assert len(peer.side.calls()) == 1


def test_200_is_repeated_until_the_ack_comes_at_most_every_t2() -> None:
    peer = Peer()
    _, ok = accepted(peer)
    peer.pass_time(12)

    assert peer.statuses() == [200] * 5  # after 0.5, 1.5, 3.5, 7.5, 11.5 seconds

    peer.give(peer.request("ACK", to_tag=ok.to.tag))
    peer.pass_time(30)

    assert peer.statuses() == []
    assert peer.side.told() == [Confirmed(b"")]


def test_200_is_repeated_on_a_stream_as_well() -> None:
    peer = Peer(Address("tcp", "192.0.2.9", 40000, 3))
    accepted(peer)
    peer.pass_time(0.6)

    assert peer.statuses() == [200]


def test_a_200_that_is_never_acknowledged_ends_with_bye_and_unreachable() -> None:
    peer = Peer()
    accepted(peer)
    peer.pass_time(32.1)

    sent = peer.take_all()
    assert isinstance(sent[-1], Request)
    assert sent[-1].method == "BYE"
    assert peer.side.told() == [Unreachable("no ACK")]


def test_repeated_bye_gets_the_same_200() -> None:
    peer = Peer()
    tag = acknowledged(peer)
    bye = peer.request("BYE", number=2, to_tag=tag)
    peer.give(bye)
    first = peer.take_response(200)
    peer.pass_time(20)
    peer.give(bye)

    assert bytes(peer.take_response(200)) == bytes(first)
    assert peer.side.told() == [Confirmed(b""), FarEndHungUp()]


def test_repeated_cancel_gets_the_same_200_and_one_487() -> None:
    peer = Peer()
    invite = peer.invite(branch="z9hG4bKc")
    cancel = peer.request("CANCEL", branch="z9hG4bKc")
    peer.give(invite)
    peer.give(cancel)
    peer.give(cancel)

    assert peer.statuses() == [100, 200, 487, 200]
    assert peer.side.told() == [Abandoned()]


def test_cancel_after_the_200_changes_nothing() -> None:
    peer = Peer()
    accepted(peer, branch="z9hG4bKc")
    peer.give(peer.request("CANCEL", branch="z9hG4bKc"))

    peer.take_response(200)
    assert peer.side.told() == []
    assert peer.stack.busy == 1


def test_cancel_of_an_unknown_invite_is_481() -> None:
    peer = Peer()
    peer.give(peer.request("CANCEL"))

    assert peer.statuses() == [481]


def test_ack_is_never_answered() -> None:
    peer = Peer()
    peer.give(peer.request("ACK"))
    peer.give(peer.request("ACK", to_tag="nobody"))
    peer.give(bytes(peer.request("ACK")).replace(b"CSeq: 1 ACK", b"CSeq: x"))

    assert peer.take_all() == []


def test_a_refusal_is_repeated_until_its_ack() -> None:
    peer = Peer()
    peer.give(peer.invite(branch="z9hG4bKr"))
    inbound(peer).refuse(486)
    peer.pass_time(1)

    assert peer.statuses() == [100, 486, 486]

    peer.give(peer.request("ACK", branch="z9hG4bKr", to_tag="x"))
    peer.pass_time(30)

    assert peer.statuses() == []


def test_responses_carry_the_source_port_back_and_go_there() -> None:
    """A caller behind a NAT (RFC 3581 4)."""
    peer = Peer(Address("udp", "198.51.100.7", 61000))
    via = ("Via", "SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bKn")
    peer.give(peer.invite(headers=[via]))

    assert peer.inbox[0].to == Address("udp", "198.51.100.7", 61000)
    top = peer.take_response(100).via[0]
    assert (top.received, top.rport) == ("198.51.100.7", 61000)


def test_without_rport_responses_go_to_the_port_of_the_via() -> None:
    peer = Peer(Address("udp", "198.51.100.7", 61000))
    via = ("Via", "SIP/2.0/UDP 10.0.0.2:5064;branch=z9hG4bKn")
    peer.give(peer.invite(headers=[via]))

    assert peer.inbox[0].to == Address("udp", "198.51.100.7", 5064)


def test_ipv6_received_is_written_and_read() -> None:
    peer = Peer(Address("udp", "2001:db8::9", 5060))
    via = ("Via", "SIP/2.0/UDP [2001:db8::5]:5060;rport;branch=z9hG4bK6")
    peer.give(peer.invite(headers=[via]))

    assert peer.take_response(100).via[0].received == "2001:db8::9"


def test_bye_for_an_unknown_dialog_is_481() -> None:
    peer = Peer()
    peer.give(peer.request("BYE", to_tag="nobody"))
    peer.give(peer.request("BYE"))

    assert peer.statuses() == [481, 481]


def test_bye_of_a_stranger_who_guessed_the_call_id_is_481() -> None:
    peer = Peer()
    tag = acknowledged(peer)
    stranger = ("From", "<sip:mallory@192.0.2.66>;tag=guess")
    peer.give(peer.request("BYE", number=9, to_tag=tag, headers=[stranger]))

    assert peer.statuses() == [481]
    assert peer.stack.busy == 1


def test_request_out_of_order_is_500() -> None:
    peer = Peer()
    tag = acknowledged(peer)
    peer.give(peer.request("OPTIONS", number=5, to_tag=tag))
    peer.give(peer.request("BYE", number=4, to_tag=tag))

    assert peer.statuses() == [200, 500]
    assert peer.stack.busy == 1


def test_bye_before_the_answer_ends_the_call() -> None:
    """A caller may (RFC 3261 15); its INVITE gets 487."""
    peer = Peer()
    peer.give(peer.invite())
    inbound(peer).ring()
    tag = peer.take_all()[-1].to.tag
    peer.give(peer.request("BYE", number=2, to_tag=tag))

    assert peer.statuses() == [200, 487]
    assert peer.side.told() == [Abandoned()]


def test_our_bye_waits_for_the_ack_of_our_200() -> None:
    """A callee must not say BYE before (RFC 3261 15)."""
    peer = Peer()
    _, ok = accepted(peer)
    inbound(peer).hang_up()

    assert peer.take_all() == []

    peer.give(peer.request("ACK", to_tag=ok.to.tag))

    peer.take_request("BYE")
    assert peer.side.told() == []
    assert peer.stack.busy == 0


def test_record_route_comes_back_and_bye_takes_that_way() -> None:
    peer = Peer()
    _, ok = accepted(peer, headers=ROUTES)
    peer.give(peer.request("ACK", to_tag=ok.to.tag))
    inbound(peer).hang_up()

    assert ok.lines("Record-Route") == ["<sip:p2.test;lr>", "<sip:p1.test;lr>"]
    assert peer.inbox[-1].to == Address("udp", "p2.test", 0)
    bye = peer.take_request("BYE")
    assert bye.raw_uri == "sip:pat@192.0.2.9:5060"
    assert bye.lines("Route") == ["<sip:p2.test;lr>", "<sip:p1.test;lr>"]


def test_contact_with_transport_in_capitals_is_understood() -> None:
    peer = Peer()
    contact = ("Contact", "<sip:pat@192.0.2.9:5080;transport=UDP>")
    _, ok = accepted(peer, headers=[contact])
    peer.give(peer.request("ACK", to_tag=ok.to.tag))
    inbound(peer).hang_up()

    assert peer.inbox[-1].to == Address("udp", "192.0.2.9", 5080)


@pytest.mark.parametrize(
    ("method", "headers", "status", "says"),
    [
        ("INVITE", [("Require", "100rel")], 420, ("Unsupported", "100rel")),
        ("INVITE", [("Require", "foo, timer, bar")], 420, ("Unsupported", "foo, bar")),
        ("INVITE", [("Max-Forwards", "0")], 483, None),
        ("INVITE", [("Content-Type", "text/plain")], 415, ("Accept", "application/sdp")),
        ("INVITE", [("Content-Encoding", "gzip")], 415, ("Accept-Encoding", "identity")),
        ("INVITE", [("Session-Expires", "60")], 422, ("Min-SE", "90")),
        ("REGISTER", [], 405, ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, NOTIFY")),
        ("NONSENSE", [], 501, ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, NOTIFY")),
        ("OPTIONS", [], 200, ("Accept", "application/sdp")),
        ("OPTIONS", [("Max-Forwards", "0")], 200, ("Supported", "timer")),
    ],
)
def test_request_gets_its_verdict(
    method: str, headers: list[tuple[str, str]], status: int, says: tuple[str, str] | None
) -> None:
    peer = Peer()
    body = OFFER if method == "INVITE" else b""
    peer.give(peer.request(method, headers=headers, body=body))

    response = peer.take_response(status)
    assert says is None or response.get(says[0]) == says[1]
    assert response.to.tag
    assert peer.side.calls() == []


def test_merged_request_is_482() -> None:
    """The same INVITE by two ways (RFC 3261 8.2.2.2)."""
    peer = Peer()
    peer.give(peer.invite())
    peer.give(peer.invite())

    assert peer.statuses() == [100, 482]
    assert len(peer.side.calls()) == 1


def test_invite_from_a_stranger_is_403_but_his_options_is_200() -> None:
    peer = Peer(accepts=lambda source: False)
    peer.give(peer.invite())
    peer.give(peer.request("OPTIONS", number=2))

    assert peer.statuses() == [403, 200]
    assert peer.side.calls() == []


def test_peer_of_rfc_2543_without_a_branch_is_served_once() -> None:
    peer = Peer()
    via = ("Via", "SIP/2.0/UDP 192.0.2.9")
    invite = peer.invite(headers=[via])
    peer.give(invite)
    peer.give(invite)
    inbound(peer).refuse(486)
    peer.give(peer.request("ACK", to_tag="any", headers=[via]))
    peer.pass_time(2)

    assert peer.statuses() == [100, 100, 486]


# INVITE from us


def test_silent_callee_gets_seven_invites_in_32_seconds() -> None:
    peer = Peer()
    placed(peer)
    peer.pass_time(40)

    assert len(peer.take_all()) == 6
    assert peer.side.told() == [Unreachable("no response")]
    assert peer.side.over == [1]


def test_phone_that_rings_35_seconds_and_answers_is_a_call() -> None:
    peer = Peer()
    _, invite = placed(peer)
    peer.answer(invite, 180)
    peer.pass_time(35)
    peer.answer(invite, 200, body=ANSWER)

    peer.take_request("ACK")
    assert peer.side.told() == [Ringing(180), Answered(ANSWER)]


def test_provisional_responses_reach_the_application_once_each() -> None:
    peer = Peer()
    _, invite = placed(peer)
    for status in (100, 180, 180, 183, 183):
        peer.answer(invite, status)

    assert peer.side.told() == [Ringing(180), Ringing(183)]


def test_every_repeated_refusal_is_acknowledged_with_the_branch_of_the_invite() -> None:
    peer = Peer()
    _, invite = placed(peer)
    peer.answer(invite, 486)
    peer.answer(invite, 486)

    first, second = peer.take_request("ACK"), peer.take_request("ACK")
    assert first.via[0].branch == second.via[0].branch == invite.via[0].branch
    assert peer.side.told() == [Refused(486, "Busy Here")]


def test_redirection_is_a_refusal() -> None:
    peer = Peer()
    _, invite = placed(peer)
    peer.answer(invite, 302, headers=[("Contact", "<sip:elsewhere@192.0.2.77>")])

    peer.take_request("ACK")
    assert peer.take_all() == []
    assert peer.side.told() == [Refused(302, "Moved Temporarily")]


def test_every_repeated_200_gets_the_same_ack_to_the_contact_through_the_routes() -> None:
    peer = Peer()
    _, invite = answered(peer, headers=ROUTES)
    peer.answer(invite, 200, body=ANSWER, headers=ROUTES)

    assert peer.inbox[0].to == Address("udp", "p1.test", 0)
    first, second = peer.take_request("ACK"), peer.take_request("ACK")
    assert bytes(first) == bytes(second)
    assert first.raw_uri == "sip:pat@192.0.2.9:5070"
    assert first.lines("Route") == ["<sip:p1.test;lr>", "<sip:p2.test;lr>"]
    assert first.via[0].branch != invite.via[0].branch
    assert first.cseq.number == invite.cseq.number
    assert peer.side.told() == [Answered(ANSWER)]


def test_bye_after_record_route_goes_to_the_contact_through_the_routes() -> None:
    peer = Peer()
    session, _ = answered(peer, headers=ROUTES)
    peer.take_request("ACK")
    session.hang_up()

    bye = peer.take_request("BYE")
    assert bye.raw_uri == "sip:pat@192.0.2.9:5070"
    assert bye.lines("Route") == ["<sip:p1.test;lr>", "<sip:p2.test;lr>"]
    assert bye.cseq.number == 2


def test_strict_router_gets_the_request_and_the_contact_at_the_end() -> None:
    peer = Peer()
    session, _ = answered(peer, headers=[("Record-Route", "<sip:strict.test>")])
    peer.take_request("ACK")
    session.hang_up()

    assert peer.inbox[0].to == Address("udp", "strict.test", 0)
    bye = peer.take_request("BYE")
    assert bye.raw_uri == "sip:strict.test"
    assert bye.lines("Route") == ["<sip:pat@192.0.2.9:5070>"]


def test_cancel_waits_for_a_provisional_response() -> None:
    peer = Peer()
    session, invite = placed(peer)
    session.cancel()

    assert peer.take_all() == []

    peer.answer(invite, 100)

    cancel = peer.take_request("CANCEL")
    assert cancel.via[0].branch == invite.via[0].branch
    assert cancel.cseq.number == invite.cseq.number
    assert cancel.raw_uri == invite.raw_uri
    assert cancel.to.tag is None


def test_487_after_cancel_is_acknowledged_and_ends_the_call() -> None:
    peer = Peer()
    session, invite = placed(peer)
    peer.answer(invite, 180)
    session.cancel()
    peer.answer(peer.take_request("CANCEL"), 200)
    peer.answer(invite, 487)

    assert peer.take_request("ACK").via[0].branch == invite.via[0].branch
    assert peer.side.told() == [Ringing(180), Refused(487, "Request Terminated")]


def test_200_that_crosses_our_cancel_is_acknowledged_and_hung_up() -> None:
    peer = Peer()
    session, invite = placed(peer)
    peer.answer(invite, 180)
    session.cancel()
    peer.take_request("CANCEL")
    peer.answer(invite, 200, body=ANSWER)

    peer.take_request("ACK")
    peer.take_request("BYE")
    assert peer.side.told() == [Ringing(180), Refused(487, "Request Terminated")]
    assert peer.stack.busy == 0


def test_cancel_that_is_ignored_ends_the_call_after_32_seconds() -> None:
    peer = Peer()
    session, invite = placed(peer)
    peer.answer(invite, 180)
    session.cancel()
    peer.pass_time(40)

    assert peer.side.told()[-1] == Unreachable("no response to CANCEL")
    assert peer.stack.core.transactions == {}


def test_second_leg_that_answers_is_acknowledged_and_hung_up() -> None:
    peer = Peer()
    _, invite = answered(peer, tag="one")
    peer.take_request("ACK")
    peer.answer(invite, 200, tag="two", body=ANSWER)
    ack, bye = peer.take_request("ACK"), peer.take_request("BYE")
    peer.answer(invite, 200, tag="two", body=ANSWER)

    assert ack.to.tag == bye.to.tag == "two"
    assert bytes(peer.take_request("ACK")) == bytes(ack)
    assert peer.take_all() == []
    assert peer.side.told() == [Answered(ANSWER)]
    assert peer.stack.busy == 1


def test_second_leg_that_says_bye_itself_gets_200_and_the_call_lives() -> None:
    peer = Peer()
    session, invite = answered(peer, tag="one")
    peer.answer(invite, 200, tag="two", body=ANSWER)
    peer.take_all()
    fixed = [("From", "<sip:bob@192.0.2.9>;tag=two"), ("Call-ID", invite.call_id)]
    peer.give(peer.request("BYE", to_tag=session.tag, headers=fixed))

    assert peer.statuses() == [200]
    assert peer.stack.busy == 1


def test_200_after_we_hung_up_is_still_acknowledged() -> None:
    peer = Peer()
    session, invite = answered(peer)
    session.hang_up()
    peer.take_all()
    peer.answer(invite, 200, body=ANSWER)

    peer.take_request("ACK")
    assert peer.take_all() == []


@pytest.mark.parametrize(
    ("status", "asks", "answers"),
    [
        (401, "WWW-Authenticate", "Authorization"),
        (407, "Proxy-Authenticate", "Proxy-Authorization"),
    ],
)
def test_challenge_is_acknowledged_and_met_with_new_cseq_and_branch(
    status: int, asks: str, answers: str
) -> None:
    peer = Peer()
    _, invite = placed(peer, Credentials("us", "secret"))
    challenge = 'Digest realm="far", nonce="n1", algorithm=SHA-256, qop="auth"'
    peer.answer(invite, status, headers=[(asks, challenge)])
    ack, again = peer.take_request("ACK"), peer.take_request("INVITE")
    peer.answer(again, 200, body=ANSWER)
    second_ack = peer.take_request("ACK")

    assert ack.cseq.number == invite.cseq.number == 1
    assert again.cseq.number == second_ack.cseq.number == 2
    assert again.via[0].branch != invite.via[0].branch
    assert again.call_id == invite.call_id
    assert again.from_.tag == invite.from_.tag
    assert again.to.tag is None
    assert second_ack.get(answers) == again.get(answers)
    assert (again.get(answers) or "").startswith("Digest ")
    assert peer.side.told() == [Answered(ANSWER)]


def test_challenge_that_stays_unsatisfied_is_a_refusal() -> None:
    peer = Peer()
    _, invite = placed(peer, Credentials("us", "wrong"))
    challenge = ("WWW-Authenticate", 'Digest realm="far", nonce="n1", qop="auth"')
    peer.answer(invite, 401, headers=[challenge])
    peer.take_request("ACK")
    peer.answer(peer.take_request("INVITE"), 401, headers=[challenge])

    peer.take_request("ACK")
    assert peer.take_all() == []
    assert peer.side.told() == [Refused(401, "Unauthorized")]


def test_challenge_without_credentials_is_a_refusal() -> None:
    peer = Peer()
    _, invite = placed(peer)
    peer.answer(invite, 401, headers=[("WWW-Authenticate", 'Digest realm="far", nonce="n"')])

    assert peer.side.told() == [Refused(401, "Unauthorized")]


def test_bye_is_authorized_with_what_the_invite_learnt() -> None:
    peer = Peer()
    session, invite = placed(peer, Credentials("us", "secret"))
    challenge = ("Proxy-Authenticate", 'Digest realm="far", nonce="n1", qop="auth"')
    peer.answer(invite, 407, headers=[challenge])
    peer.take_request("ACK")
    peer.answer(peer.take_request("INVITE"), 200, body=ANSWER)
    peer.take_request("ACK")
    session.hang_up()

    assert "nc=00000002" in (peer.take_request("BYE").get("Proxy-Authorization") or "")


def test_invite_that_cannot_be_sent_is_unreachable() -> None:
    peer = Peer()
    peer.stack.invite(call_to(PEER), peer.now)
    peer.drain()
    peer.stack.failed(peer.inbox[0], "connection failed", peer.now)
    peer.drain()

    assert peer.side.told() == [Unreachable("connection failed")]


def test_call_to_what_is_no_uri_is_unreachable() -> None:
    peer = Peer()
    bad = call_to(PEER)
    number = peer.stack.invite(type(bad)("sip:", bad.from_uri, "sip:", OFFER, None), peer.now)
    assert peer.stack.session(number, peer.now)
    peer.pass_time(0)

    assert [type(fact) for fact in peer.side.told()] == [Unreachable]
    assert peer.stack.busy == 0


def test_byes_that_cross_are_both_answered_and_nobody_hears_more() -> None:
    wire = Wire()
    a, b = wire.talk()
    a.hang_up()
    b.hang_up()
    wire.flow()

    assert "200 BYE" in wire.a.said()
    assert "200 BYE" in wire.b.said()
    assert FarEndHungUp() not in wire.a.told() + wire.b.told()
    wire.pass_time(40)
    assert wire.a.stack.core.transactions == wire.b.stack.core.transactions == {}


def test_response_with_two_vias_is_not_ours() -> None:
    peer = Peer()
    _, invite = placed(peer)
    stray = Response(200, "OK", [*invite.headers[:1], ("Via", "SIP/2.0/UDP other.test")])
    stray.headers += [each for each in invite.headers[1:] if each[0] != "Contact"]
    stray.set("To", "<sip:bob@192.0.2.9>;tag=x")
    peer.give(stray)

    assert peer.side.told() == []


def test_overload_is_503_with_retry_after_but_the_calls_we_have_can_end() -> None:
    peer = Peer(max_transactions=1)
    tag = acknowledged(peer)
    peer.give(peer.invite(number=7))
    refused = peer.take_response(503)
    peer.give(peer.request("BYE", number=2, to_tag=tag))

    assert refused.get("Retry-After") == "5"
    assert refused.to.tag
    assert peer.statuses() == [200]


def test_both_stacks_forget_everything_32_seconds_after_the_call() -> None:
    wire = Wire()
    a, _ = wire.talk()
    a.hang_up()
    wire.pass_time(33)

    for side in (wire.a, wire.b):
        assert side.stack.core.transactions == {}
        assert side.stack.core.twins == {}
        assert side.stack.busy == 0
        assert side.stack.deadline() is None
    assert (wire.a.at, wire.b.at) == (A, B)
