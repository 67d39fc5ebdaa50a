"""What sessions share: keys, addresses and headers."""

import random

import pytest
from tests.sip.peer import PEER, Peer

from offhook.ids import Ids
from offhook.sip.core import Core, client_key, ignore, reply_address, server_key, twin_key
from offhook.sip.headers import Via
from offhook.sip.message import Request
from offhook.sip.transport import Address


def core(host: str = "192.0.2.1") -> Core:
    return Core(lambda transport: (host, 5062), Ids(random.Random(1)))


def test_via_has_a_new_branch_each_time_and_asks_for_the_port() -> None:
    here = core()
    first, second = Via.parse(here.via("udp")), Via.parse(here.via("tcp"))

    assert first.branch != second.branch
    assert (first.branch or "").startswith("z9hG4bK")
    assert (first.transport, second.transport) == ("UDP", "TCP")
    assert (first.host, first.port, "rport" in first.params) == ("192.0.2.1", 5062, True)


@pytest.mark.parametrize(
    ("host", "transport", "contact"),
    [
        ("192.0.2.1", "udp", "<sip:192.0.2.1:5062>"),
        ("192.0.2.1", "tcp", "<sip:192.0.2.1:5062;transport=tcp>"),
        ("2001:db8::1", "udp", "<sip:[2001:db8::1]:5062>"),
    ],
)
def test_contact_says_how_to_reach_us(host: str, transport: str, contact: str) -> None:
    assert core(host).contact(transport) == ("Contact", contact)


def request(method: str = "INVITE", via: str = "192.0.2.9;branch=z9hG4bKx", **more: str) -> Request:
    headers = [("Via", f"SIP/2.0/UDP {via}"), *more.items()]
    return Peer().request(method, headers=headers)


def test_ack_and_cancel_find_their_invite() -> None:
    invite = request()

    assert server_key(request("ACK")) == server_key(invite)
    assert server_key(request("CANCEL"), "INVITE") == server_key(invite)
    assert server_key(request("CANCEL")) != server_key(invite)


def test_same_branch_from_another_host_is_another_transaction() -> None:
    """Nobody may answer for somebody else by repeating a branch (RFC 3261 17.2.3)."""
    assert server_key(request(via="192.0.2.66;branch=z9hG4bKx")) != server_key(request())


def test_request_of_rfc_2543_is_known_by_its_fields() -> None:
    old = request(via="192.0.2.9;branch=1")
    ack = request("ACK", via="192.0.2.9;branch=1", To="<sip:+12025550100@192.0.2.1>;tag=z")

    assert server_key(old) == server_key(ack)
    assert server_key(old) != server_key(request(via="192.0.2.9;branch=1", CSeq="2 INVITE"))


def test_client_and_server_keys_never_meet() -> None:
    """A stack may call itself."""
    assert client_key("z9hG4bKx", "INVITE") != server_key(request())


def test_twin_has_the_same_key_whichever_way_it_came() -> None:
    assert twin_key(request()) == twin_key(request(via="proxy.test;branch=z9hG4bKy"))
    assert twin_key(request()) != twin_key(request(CSeq="2 INVITE"))


@pytest.mark.parametrize(
    ("via", "to"),
    [
        ("10.0.0.1:5070;rport;branch=z9hG4bKx", Address("udp", "192.0.2.9", 5999)),
        ("10.0.0.1:5070;branch=z9hG4bKx", Address("udp", "192.0.2.9", 5070)),
        ("10.0.0.1;branch=z9hG4bKx", Address("udp", "192.0.2.9", 5060)),
        ("10.0.0.1;maddr=192.0.2.3;branch=z9hG4bKx", Address("udp", "192.0.2.3", 5060)),
    ],
)
def test_datagram_is_answered_to_its_source(via: str, to: Address) -> None:
    source = Address("udp", "192.0.2.9", 5999)
    stamped = request(via=via)
    stamped.stamp(source.host, source.port)

    assert reply_address(stamped, source) == to


def test_stream_is_answered_on_itself_and_falls_back_to_the_port_of_the_via() -> None:
    source = Address("tcp", "192.0.2.9", 40000, 7)

    assert reply_address(request(via="10.0.0.1:5070;branch=z9hG4bKx"), source) == Address(
        "tcp", "192.0.2.9", 5070, 7
    )


def test_second_final_response_is_not_sent() -> None:
    here = core()
    tx = here.serve(request("OPTIONS"), PEER)
    here.answer(tx, 200)
    here.answer(tx, 500)

    assert len(here.outgoing) == 1
    assert here.outgoing[0].branch == tx.key


def test_forgetting_the_first_of_two_twins_leaves_no_trace() -> None:
    here = core()
    first = here.serve(request("OPTIONS"), PEER)
    second = here.serve(request("OPTIONS", via="proxy.test;branch=z9hG4bKy"), PEER)
    second.abandon()

    assert list(here.twins.values()) == [first]

    first.abandon()

    assert here.twins == {}
    assert here.transactions == {}
    assert first.tell is ignore
