"""Calls that we place, beyond the checklist."""

from dataclasses import replace

from tests.sip.peer import PEER, Peer
from tests.sip.test_rfc_checklist import answered, placed
from tests.sip.wired import ANSWER, OFFER, call_to

from offhook.facts import Answered, Refused, Ringing, Unreachable
from offhook.hooks import Credentials
from offhook.sip.message import respond
from offhook.sip.transport import Address


def test_invite_says_who_calls_whom_and_what_we_can() -> None:
    peer = Peer()
    call = replace(
        call_to(PEER), from_display='A "B"', headers=(("User-to-User", "aGk=;encoding=base64"),)
    )
    peer.stack.invite(call, peer.now)
    assert peer.inbox[0].to == PEER
    invite = peer.take_request("INVITE")

    assert invite.raw_uri == "sip:bob@192.0.2.9:5060"
    assert str(invite.to) == "<sip:bob@192.0.2.9>"
    assert invite.from_.display == 'A "B"'
    assert invite.from_.tag
    assert invite.max_forwards == 70
    assert invite.get("Contact") == "<sip:192.0.2.1:5060>"
    assert invite.get("Allow") == "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, NOTIFY"
    assert invite.get("User-to-User") == "aGk=;encoding=base64"
    assert invite.content_type == "application/sdp"
    assert invite.body == OFFER


def test_without_a_next_hop_the_target_is_asked() -> None:
    peer = Peer()
    call = replace(call_to(PEER), next_hop=None, target="sip:bob@b.test;transport=tcp")
    peer.stack.invite(call, peer.now)

    assert peer.inbox[0].to == Address("tcp", "b.test", 0)
    invite = peer.take_request("INVITE")
    assert invite.via[0].transport == "TCP"
    assert invite.get("Contact") == "<sip:192.0.2.1:5060;transport=tcp>"


def test_line_break_in_a_header_cannot_be_smuggled_in() -> None:
    peer = Peer()
    call = replace(call_to(PEER), headers=(("User-to-User", "x\r\nEvil: yes"),))
    peer.stack.invite(call, peer.now)
    peer.pass_time(0)

    assert peer.take_all() == []
    assert [type(fact) for fact in peer.side.told()] == [Unreachable]


def test_hanging_up_while_it_rings_cancels() -> None:
    peer = Peer()
    session, invite = placed(peer)
    peer.answer(invite, 180)
    session.hang_up()
    session.hang_up()

    peer.take_request("CANCEL")
    assert peer.take_all() == []


def test_cancelling_an_answered_call_hangs_up() -> None:
    peer = Peer()
    session, _ = answered(peer)
    session.cancel()

    assert [each.cseq.method for each in peer.take_all()] == ["ACK", "BYE"]


def test_cancel_during_a_challenge_does_not_try_again() -> None:
    peer = Peer()
    session, invite = placed(peer, Credentials("us", "secret"))
    session.cancel()
    challenge = ("WWW-Authenticate", 'Digest realm="far", nonce="n1", qop="auth"')
    peer.answer(invite, 401, headers=[challenge])

    assert [each.cseq.method for each in peer.take_all()] == ["ACK"]
    assert peer.side.told() == [Refused(401, "Unauthorized")]


def test_ringing_after_cancel_is_not_told() -> None:
    peer = Peer()
    session, invite = placed(peer)
    session.cancel()
    peer.answer(invite, 180)
    peer.answer(invite, 183)

    assert peer.side.told() == []
    peer.take_request("CANCEL")
    assert peer.take_all() == []


def test_early_media_then_ringing_are_both_told() -> None:
    peer = Peer()
    _, invite = placed(peer)
    peer.answer(invite, 183, body=ANSWER)
    peer.answer(invite, 180)
    peer.answer(invite, 200, body=ANSWER)

    assert peer.side.told() == [Ringing(183, ANSWER), Ringing(180), Answered(ANSWER)]


def test_a_new_description_of_early_media_is_told_and_a_repeated_one_is_not() -> None:
    peer = Peer()
    _, invite = placed(peer)
    for body in (b"", ANSWER, ANSWER, b"", OFFER):
        peer.answer(invite, 183, body=body)

    assert peer.side.told() == [Ringing(183), Ringing(183, ANSWER), Ringing(183, OFFER)]


def test_what_is_no_description_of_media_is_not_taken_for_one() -> None:
    peer = Peer()
    _, invite = placed(peer)
    response = respond(invite, 183, to_tag="far", body=b"1")
    response.append("Content-Type", "application/isup")
    peer.give(response)

    assert peer.side.told() == [Ringing(183)]


def test_bye_of_a_callee_whose_answer_was_lost_is_481() -> None:
    peer = Peer()
    session, invite = placed(peer)
    peer.answer(invite, 180)
    early = [("From", "<sip:bob@192.0.2.9>;tag=far"), ("Call-ID", invite.call_id)]
    peer.give(peer.request("BYE", to_tag=session.tag, headers=early))

    assert peer.statuses() == [481]
    assert peer.stack.busy == 1
