"""Dialogs: routes, targets and order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.sip.dialog import Dialog, hop
from offhook.sip.message import Request, respond
from offhook.sip.transport import Address
from offhook.sip.uri import Uri


def invite(**headers: str) -> Request:
    fixed = {
        "Via": "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
        "From": '"Amy" <sip:amy@a.test>;tag=amy',
        "To": "<sip:bob@b.test>",
        "Call-ID": "call",
        "CSeq": "5 INVITE",
        "Contact": "<sip:amy@192.0.2.1:5071>",
    }
    return Request.make("INVITE", "sip:bob@b.test", (fixed | headers).items())


def callee(**headers: str) -> Dialog:
    return Dialog.of_callee(invite(**headers), "bob")


def caller(*headers: tuple[str, str]) -> Dialog:
    request = invite()
    return Dialog.of_caller(request, respond(request, 200, to_tag="bob", headers=headers))


def test_caller_and_callee_see_the_routes_from_their_ends() -> None:
    routes = "<sip:p2.test;lr>, <sip:p1.test;lr>"

    assert [str(each) for each in callee(**{"Record-Route": routes}).route] == [
        "<sip:p2.test;lr>",
        "<sip:p1.test;lr>",
    ]
    assert [str(each) for each in caller(("Record-Route", routes)).route] == [
        "<sip:p1.test;lr>",
        "<sip:p2.test;lr>",
    ]


def test_request_goes_to_the_target_and_counts_on() -> None:
    dialog = caller(("Contact", "<sip:bob@192.0.2.2:5080;transport=tcp;x=%20y>"))
    bye = dialog.request("BYE", "SIP/2.0/UDP here;branch=z9hG4bKb")

    assert bye.raw_uri == "sip:bob@192.0.2.2:5080;transport=tcp;x=%20y"
    assert (bye.from_.tag, bye.to.tag, bye.call_id) == ("amy", "bob", "call")
    assert (bye.cseq.number, bye.cseq.method) == (6, "BYE")
    assert dialog.next_hop() == Address("tcp", "192.0.2.2", 5080)
    assert dialog.request("OPTIONS", "SIP/2.0/UDP here;branch=z9hG4bKc").cseq.number == 7


def test_callee_turns_from_and_to_round_and_counts_for_itself() -> None:
    bye = callee().request("BYE", "SIP/2.0/UDP here;branch=z9hG4bKb")

    assert bye.from_.tag == "bob"
    assert bye.to.tag == "amy"
    assert bye.to.display == "Amy"
    assert bye.cseq.number == 1
    assert bye.raw_uri == "sip:amy@192.0.2.1:5071"


def test_2xx_without_contact_leaves_the_request_uri_as_target() -> None:
    assert str(caller().target) == "sip:bob@b.test"


def test_target_moves_with_a_contact_and_stays_without() -> None:
    dialog = callee()
    dialog.refresh(invite(Contact="<sip:amy@192.0.2.7>"))

    assert str(dialog.target) == "sip:amy@192.0.2.7"

    moved = invite()
    moved.remove("Contact")
    dialog.refresh(moved)

    assert str(dialog.target) == "sip:amy@192.0.2.7"


@given(st.lists(st.integers(1, 2**31), max_size=10))
def test_only_rising_numbers_are_in_order(numbers: list[int]) -> None:
    dialog = callee()
    highest = 5
    for number in numbers:
        accepted = dialog.take_order(invite(CSeq=f"{number} INVITE"))

        assert accepted == (number > highest)
        highest = max(highest, number)


def test_first_request_of_the_callee_may_have_any_number() -> None:
    assert caller().take_order(invite(CSeq="1 BYE"))


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("sip:a@h.test", Address("udp", "h.test", 0)),
        ("sip:a@h.test:5070;transport=TCP", Address("tcp", "h.test", 5070)),
        ("sips:a@h.test", Address("tls", "h.test", 0)),
        ("sip:a@h.test;maddr=192.0.2.5", Address("udp", "192.0.2.5", 0)),
        ("sip:[2001:db8::1]:5060", Address("udp", "2001:db8::1", 5060)),
    ],
)
def test_uri_names_its_next_hop(uri: str, address: Address) -> None:
    assert hop(Uri.parse(uri)) == address
