"""Addressing calls, and telling who called."""

from collections.abc import Mapping

import pytest

from offhook.directory import Directory, Trunk
from offhook.hooks import Credentials
from offhook.sip.calls import IncomingCall
from offhook.sip.transport import Address
from offhook.sip.trunks import (
    Caller,
    NoRouteError,
    accepts,
    called_party,
    calling_party,
    known_addresses,
    outgoing_call,
    way_to,
)

CARRIER = Trunk("carrier", "sbc.carrier.test", username="us", password="secret", patterns=("+1*",))
SPECIAL = Trunk("special", "192.0.2.40", 5080, "tcp", patterns=("+1900*",))
DIRECTORY = Directory(trunks=[CARRIER, SPECIAL])
PAT = Caller("+12025550101", "Pat")


def call(
    target: str = "sip:+12025550100@us.test",
    to: str = "sip:+12025550199@us.test",
    from_: str = "sip:+12025550177@far.test",
    display: str | None = None,
    headers: Mapping[str, tuple[str, ...]] | None = None,
) -> IncomingCall:
    source = Address("udp", "192.0.2.1", 5060)
    return IncomingCall(1, source, target, to, from_, display, "id", b"", headers or {})


def test_number_goes_to_its_trunk() -> None:
    placed = outgoing_call(way_to(DIRECTORY, "+12025550100"), PAT, "us.test", b"sdp")

    assert placed.target == placed.to_uri == "sip:+12025550100@sbc.carrier.test"
    assert placed.next_hop == Address("udp", "sbc.carrier.test", 5060)
    assert placed.credentials == Credentials("us", "secret")
    assert placed.from_uri == "sip:+12025550101@us.test"
    assert placed.from_display == "Pat"
    assert placed.sdp == b"sdp"
    assert placed.headers == (("P-Asserted-Identity", "<sip:+12025550101@us.test>"),)


def test_longest_pattern_wins_and_its_port_is_named() -> None:
    placed = outgoing_call(way_to(DIRECTORY, "+19005550100"), PAT, "us.test", b"")

    assert placed.target == "sip:+19005550100@192.0.2.40:5080"
    assert placed.next_hop == Address("tcp", "192.0.2.40", 5080)
    assert placed.credentials is None


def test_number_that_no_trunk_takes_has_no_route() -> None:
    with pytest.raises(NoRouteError, match=r"no trunk takes \+442079460000"):
        outgoing_call(way_to(DIRECTORY, "+442079460000"), PAT, "us.test", b"")


def test_uri_goes_to_its_own_host_which_is_not_told_an_asserted_identity() -> None:
    placed = outgoing_call(way_to(DIRECTORY, "sip:bob@b.test;transport=tcp"), PAT, "us.test", b"")

    assert placed.target == "sip:bob@b.test;transport=tcp"
    assert placed.next_hop is None
    assert placed.headers == ()


def test_uri_of_a_trunks_host_goes_by_way_of_the_trunk() -> None:
    placed = outgoing_call(way_to(DIRECTORY, "sip:bob@SBC.carrier.test"), PAT, "us.test", b"")

    assert placed.next_hop == Address("udp", "sbc.carrier.test", 5060)
    assert placed.credentials == Credentials("us", "secret")


def test_uri_of_another_port_of_a_trunks_host_is_somebody_elses() -> None:
    placed = outgoing_call(way_to(DIRECTORY, "sip:bob@sbc.carrier.test:5062"), PAT, "us.test", b"")
    same = outgoing_call(way_to(DIRECTORY, "sip:bob@192.0.2.40:5080"), PAT, "us.test", b"")

    assert (placed.next_hop, placed.credentials, placed.headers) == (None, None, ())
    assert same.next_hop == Address("tcp", "192.0.2.40", 5080)


def test_privacy_hides_the_number_from_the_callee_but_not_from_the_trunk() -> None:
    caller = Caller("+12025550101", None, privacy=True)
    placed = outgoing_call(way_to(DIRECTORY, "+12025550100"), caller, "us.test", b"")

    assert placed.from_uri == "sip:anonymous@anonymous.invalid"
    assert placed.from_display == "Anonymous"
    assert placed.headers == (
        ("P-Asserted-Identity", "<sip:+12025550101@us.test>"),
        ("Privacy", "id"),
    )


def test_privacy_towards_a_stranger_tells_nothing() -> None:
    caller = Caller("+12025550101", "Restricted", privacy=True)
    placed = outgoing_call(way_to(DIRECTORY, "sip:bob@b.test"), caller, "us.test", b"")

    assert placed.from_display == "Restricted"
    assert placed.headers == (("Privacy", "id"),)


@pytest.mark.parametrize("word", ["Restricted", "Anonymous", "Private", "Unavailable"])
def test_word_instead_of_a_number_hides_the_caller(word: str) -> None:
    placed = outgoing_call(way_to(DIRECTORY, "+12025550100"), Caller(word), "us.test", b"")

    assert placed.from_uri == "sip:anonymous@anonymous.invalid"
    assert placed.from_display == word
    assert placed.headers == (("Privacy", "id"),)


def test_user_to_user_values_are_a_header_each() -> None:
    uui = "aGk=;encoding=base64,ff;encoding=hex"
    placed = outgoing_call(way_to(DIRECTORY, "sip:bob@b.test"), PAT, "us.test", b"", uui)

    assert placed.headers == (
        ("User-to-User", "aGk=;encoding=base64"),
        ("User-to-User", "ff;encoding=hex"),
    )


def source(host: str) -> Address:
    return Address("udp", host, 5060)


def test_without_trunks_only_this_machine_may_call() -> None:
    assert accepts(Directory(), source("127.0.0.1"))
    assert accepts(Directory(), source("::1"))
    assert not accepts(Directory(), source("192.0.2.1"))
    assert not accepts(Directory(), source("localhost.test"))


def test_trunk_calls_from_its_networks_or_else_from_its_own_addresses() -> None:
    networks = ("198.51.100.0/24", "2001:db8::/32")
    directory = Directory(trunks=[Trunk("a", "a.test", allowed_sources=networks), SPECIAL])

    assert accepts(directory, source("198.51.100.200"))
    assert accepts(directory, source("2001:db8::5"))
    assert accepts(directory, source("192.0.2.40"))
    assert not accepts(directory, source("192.0.2.41"))
    assert not accepts(directory, source("127.0.0.1"))


def test_trunk_with_a_name_calls_from_what_the_name_stands_for() -> None:
    assert not accepts(DIRECTORY, source("203.0.113.5"))
    assert accepts(DIRECTORY, source("203.0.113.5"), {"sbc.carrier.test": {"203.0.113.5"}})


def test_named_networks_of_a_trunk_close_its_own_address() -> None:
    directory = Directory(trunks=[Trunk("a", "192.0.2.1", allowed_sources=("192.0.2.99/32",))])

    assert not accepts(directory, source("192.0.2.1"))


@pytest.mark.parametrize(
    ("target", "party"),
    [
        ("sip:+12025550100@us.test", "+12025550100"),
        ("sip:12025550100@us.test;user=phone", "+12025550100"),
        ("sip:+12025550100;npdi;rn=+1@us.test", "+12025550100"),
        ("tel:+1-202-555-0100", "+12025550100"),
        ("sip:support@us.test", "support"),
        ("sip:us.test", "+12025550199"),
        ("urn:service:sos", "+12025550199"),
    ],
)
def test_dialled_party_is_that_of_the_request_uri_else_of_the_to(target: str, party: str) -> None:
    assert called_party(call(target)) == party


@pytest.mark.parametrize(
    ("incoming", "party"),
    [
        (call(), "+12025550177"),
        (call(from_="tel:+12025550177"), "+12025550177"),
        (call(from_="sip:alice@far.test"), "sip:alice@far.test"),
        (call(from_="sip:+1202%00@far.test"), "sip:+1202%00@far.test"),
        (call(from_="sip:anonymous@anonymous.invalid"), "Anonymous"),
        (call(from_="sip:anonymous@anonymous.invalid", display="Private"), "Private"),
        (call(headers={"privacy": ("id;critical",)}), "Anonymous"),
        (call(headers={"privacy": ("none",)}), "+12025550177"),
    ],
)
def test_caller_is_a_number_a_word_or_what_was_supplied(incoming: IncomingCall, party: str) -> None:
    assert calling_party(incoming) == party


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("192.0.2.1", ""),
        ("[2001:db8::1]", ""),
        ("sip.test", "leads to 192.0.2.1, 192.0.2.9"),
        ("gone.test", "its name leads to no address"),
        ("new.test", "its name has not been looked up yet"),
    ],
)
def test_what_the_name_of_a_trunk_leads_to_is_said(host: str, said: str) -> None:
    addresses = {"sip.test": ["192.0.2.9", "192.0.2.1"], "gone.test": []}

    assert known_addresses(Trunk("t", host), addresses) == said
