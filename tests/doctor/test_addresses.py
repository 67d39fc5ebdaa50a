"""Addresses and NAT: each fault present and absent."""

import pytest
from tests.doctor.patients import is_fault, is_ok, is_warning, only, patient
from tests.doctor.test_stun import sees, serving

from offhook.directory import Trunk
from offhook.doctor import addresses
from offhook.doctor.finding import Finding
from offhook.doctor.machine import outward, parsed
from offhook.doctor.stun import PORT

FAR = [Trunk("carrier", "sip.example.com")]
NEAR = [Trunk("lab", "127.0.0.1")]
HERE = outward()
needs_network = pytest.mark.skipif(HERE is None, reason="this machine has no way to others")


def sip(**sip: object) -> Finding:
    trunks = sip.pop("trunks", NEAR)
    return only(addresses.check(patient(sip=sip, trunks=trunks)), "sip address")  # type: ignore[arg-type]


def test_loopback_is_well_for_trunks_on_this_machine_and_a_fault_for_others() -> None:
    assert is_ok(sip(), "this machine alone")
    assert is_fault(sip(trunks=FAR), "trunk carrier cannot reach", "sip.host")


def test_a_wildcard_is_no_address_to_tell_others() -> None:
    assert is_fault(sip(host="0.0.0.0", trunks=FAR), "0.0.0.0", "sip.advertised_host")


@needs_network
def test_an_address_of_this_machine_may_be_told() -> None:
    private = [Trunk("pbx", "10.9.8.7")]

    assert is_ok(
        sip(host="0.0.0.0", advertised_host=HERE, trunks=private), f"others are told {HERE}"
    )


def test_a_private_address_is_not_found_from_the_public_network() -> None:
    address = parsed(HERE or "127.0.0.1")
    if HERE is None or address is None or not address.is_private:
        pytest.skip("this machine has no private address")

    assert is_warning(sip(host=HERE, trunks=FAR), "is private", "sip.advertised_host")


def test_an_address_that_a_nat_has_is_to_be_seen_to() -> None:
    found = sip(host="0.0.0.0", advertised_host="203.0.113.9", trunks=FAR)

    assert is_warning(found, "no address of this machine", "forwards port 5060", "--stun")


def test_loopback_may_not_be_told_to_trunks_beyond() -> None:
    assert is_fault(sip(advertised_host="127.0.0.1", trunks=FAR), "cannot reach")
    assert is_ok(sip(advertised_host="127.0.0.1"))


@pytest.mark.slow
def test_a_name_without_an_address_is_a_fault() -> None:
    assert is_fault(sip(advertised_host="voice.invalid"), "voice.invalid has no address", "IP")
    assert is_ok(sip(advertised_host="localhost"), "127.0.0.1")


def test_sound_has_an_address_of_its_own() -> None:
    found = only(addresses.check(patient(media={"host": "0.0.0.0"}, trunks=NEAR)), "media address")

    assert is_fault(found, "media.host is 0.0.0.0", "media.advertised_host")


def test_stun_confirms_or_corrects_what_others_are_told() -> None:
    told = {"advertised_host": "203.0.113.9"}
    with serving(sees("203.0.113.9")) as (host, port):
        right = list(addresses.check(patient(sip=told, trunks=FAR, stun=f"{host}:{port}")))
    with serving(sees("203.0.113.77")) as (host, port):
        wrong = addresses.mapped(patient(sip=told), f"{host}:{port}")

    assert is_ok(only(right, "NAT"), "203.0.113.9")
    assert is_ok(only(right, "sip address"), "a NAT must lead it here")
    assert is_fault(wrong, "203.0.113.77", 'sip.advertised_host and media.advertised_host to "203')


def test_a_wildcard_is_compared_with_the_address_that_packets_leave_with() -> None:
    with serving(sees("127.0.0.1")) as (host, port):
        found = addresses.mapped(patient(sip={"host": "0.0.0.0"}), f"{host}:{port}")

    assert is_ok(found, "127.0.0.1")


@pytest.mark.slow
@pytest.mark.parametrize("server", ["127.0.0.1:9", "stun.invalid", "host:port"])
def test_a_stun_server_that_does_not_answer_is_a_warning(server: str) -> None:
    assert PORT == 3478
    assert is_warning(addresses.mapped(patient(), server), "does not answer", "--stun")
