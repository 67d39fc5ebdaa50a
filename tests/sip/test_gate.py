"""Who may begin a call: trunks by address, phones by password, strangers not at all."""

from tests.sip.desk import DESK, DeskPeer
from tests.sip.wired import ANSWER, OFFER

from offhook.sip.message import Request
from offhook.sip.transport import Address

NAT = Address("udp", "198.51.100.7", 61000)


def invite(peer: DeskPeer, from_: str = "<sip:desk@192.0.2.1>") -> Request:
    headers = [("From", f"{from_};tag=p"), ("Contact", "<sip:desk@10.0.0.2:5062>")]
    return peer.invite(number=peer.branches + 1, headers=headers)


def called(peer: DeskPeer, from_: str = "<sip:desk@192.0.2.1>") -> int:
    """Call as a phone does, challenged first; returns the status of the second answer."""
    challenge = peer.ask(invite(peer, from_), NAT)
    assert challenge.status == 407
    peer.give(peer.signed(invite(peer, from_), peer.digest(challenge)), NAT)
    return peer.statuses()[0]


def test_a_phone_calls_with_its_password_from_anywhere() -> None:
    peer = DeskPeer()

    assert called(peer) == 100
    (call,) = peer.side.calls()
    assert call.phone is DESK
    assert call.source == NAT


def test_what_a_phone_is_told_in_its_call_goes_where_it_called_from() -> None:
    """Its Contact is behind a NAT: our BYE must take the way that the INVITE took."""
    peer = DeskPeer()
    called(peer)
    session = peer.stack.session(peer.session(), peer.now)
    assert session is not None
    session.accept(ANSWER)  # type: ignore[attr-defined]
    answer = peer.take_response(200)
    headers = [("From", "<sip:desk@192.0.2.1>;tag=p")]
    ack = peer.request("ACK", number=peer.branches, to_tag=answer.to.tag, headers=headers)
    ack.set("CSeq", f"{answer.cseq.number} ACK")
    peer.give(ack, NAT)
    session.hang_up()

    (bye,) = peer.inbox
    assert bye.to == NAT
    assert bye.data.startswith(b"BYE sip:desk@10.0.0.2:5062 ")


def test_no_challenge_leaves_a_transaction_behind_and_its_ack_is_swallowed() -> None:
    peer = DeskPeer()
    challenge = peer.ask(invite(peer), NAT)
    peer.give(peer.request("ACK", to_tag=challenge.to.tag, branch="z9hG4bKp1"), NAT)

    assert peer.stack.core.transactions == {}
    assert peer.take_all() == []


def test_a_phone_calls_as_itself_only() -> None:
    peer = DeskPeer()

    assert called(peer, "<sip:+12025550190@192.0.2.1>") == 100
    assert called(peer, "<sip:hall@192.0.2.1>") == 403
    assert peer.reports[-1].why == "called as hall"


def test_a_wrong_password_is_refused_and_told() -> None:
    peer = DeskPeer()
    digest = peer.digest(peer.ask(invite(peer), NAT), password="shut")

    assert peer.ask(peer.signed(invite(peer), digest), NAT).status == 403
    (report,) = peer.reports
    assert (report.method, report.phone, report.fault) == ("INVITE", "desk", "wrong")


def test_strangers_are_asked_too_lest_names_can_be_guessed_and_are_told_of() -> None:
    peer = DeskPeer()
    seen: list[tuple[str, int]] = []
    peer.stack.gate._on_stranger = lambda request, source, code: seen.append(
        (request.from_.uri.user or "", code)
    )

    assert peer.ask(invite(peer, "<sip:scanner@192.0.2.66>"), NAT).status == 407
    assert peer.ask(invite(peer), NAT).status == 407
    assert seen == [("scanner", 407)]


def test_without_phones_strangers_are_refused_as_ever() -> None:
    peer = DeskPeer()
    peer.registrar.phones = dict

    assert peer.ask(invite(peer), NAT).status == 403
    assert peer.ask(peer.registers()).status == 405


def test_a_trunk_calls_without_a_password_unless_it_says_that_it_is_a_phone() -> None:
    peer = DeskPeer(trusted=True)

    peer.give(invite(peer, "<sip:+12025550177@192.0.2.9>"))
    assert peer.statuses() == [100]
    assert peer.side.calls()[-1].phone is None
    assert peer.ask(invite(peer)).status == 407
    assert peer.ask(invite(peer, "<sip:desk@offhook>")).status == 407
    peer.give(peer.invite(number=50, headers=[("From", "<sip:desk@elsewhere.test>;tag=q")]))
    assert peer.statuses() == [100]


def test_a_phone_behind_a_trunks_address_is_known_by_where_it_registered() -> None:
    peer = DeskPeer(trusted=True)
    peer.register()

    assert peer.ask(invite(peer, "<sip:desk@elsewhere.test>")).status == 407


def test_an_invite_that_cannot_be_served_is_refused_before_it_is_challenged() -> None:
    peer = DeskPeer()
    request = peer.invite(headers=[("Require", "precondition")], body=OFFER)

    assert peer.ask(request, NAT).status == 420
