"""Requests of ours: challenges, CANCEL, giving up."""

from tests.sip.peer import Peer

from offhook.hooks import Credentials
from offhook.sip.asking import Asking
from offhook.sip.digest import Digest
from offhook.sip.message import Request, Response
from offhook.sip.transactions import Failure

CHALLENGE = ("WWW-Authenticate", 'Digest realm="far", nonce="{}", qop="auth", stale=true')


def ask(peer: Peer, digest: Digest | None = None) -> tuple[Asking, list[Response | Failure]]:
    told: list[Response | Failure] = []
    core = peer.stack.core
    numbers = iter(range(1, 100))

    def make(transport: str) -> Request:
        via = ("Via", core.via(transport))
        cseq = ("CSeq", f"{next(numbers)} INVITE")
        return peer.request("INVITE", headers=[via, cseq, ("Route", "<sip:p.test;lr>")])

    return Asking(core, digest, 1, told.append).send(make, peer.source), told


def test_challenges_that_never_end_are_met_three_times_at_most() -> None:
    peer = Peer()
    _, told = ask(peer, Digest(Credentials("us", "secret")))
    invites = []
    for nonce in "abcdef":
        waiting = [each for each in peer.take_all() if each.cseq.method == "INVITE"]
        for invite in waiting:
            assert isinstance(invite, Request)
            invites.append(invite)
            name, value = CHALLENGE
            peer.answer(invite, 401, headers=[(name, value.format(nonce))])

    assert len(invites) == 3
    assert len({invite.via[0].branch for invite in invites}) == 3
    assert [invite.cseq.number for invite in invites] == [1, 2, 3]
    assert [each.status for each in told if isinstance(each, Response)] == [401]


def test_a_request_that_shall_not_be_tried_again_is_not() -> None:
    peer = Peer()
    asking, told = ask(peer, Digest(Credentials("us", "secret")))
    asking.digest = None
    peer.answer(peer.take_request("INVITE"), 401, headers=[CHALLENGE])

    peer.take_request("ACK")
    assert peer.take_all() == []
    assert len(told) == 1


def test_cancel_has_branch_target_route_and_number_of_the_invite() -> None:
    peer = Peer()
    asking, _ = ask(peer)
    invite = peer.take_request("INVITE")
    asking.cancel()
    cancel = peer.take_request("CANCEL")

    assert cancel.lines("Via") == invite.lines("Via")
    assert cancel.raw_uri == invite.raw_uri
    assert cancel.lines("Route") == ["<sip:p.test;lr>"]
    assert str(cancel.cseq) == "1 CANCEL"
    assert cancel.get("Contact") is None


def test_an_abandoned_request_is_repeated_no_more_and_nobody_is_told() -> None:
    peer = Peer()
    asking, told = ask(peer)
    asking.abandon()
    peer.take_request("INVITE")
    peer.pass_time(60)

    assert peer.take_all() == []
    assert told == []
    assert peer.stack.core.transactions == {}


def test_silence_is_a_failure() -> None:
    peer = Peer()
    _, told = ask(peer)
    peer.pass_time(60)

    assert told == [Failure("no response")]
