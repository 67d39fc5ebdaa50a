"""Firewall: rules that close, packets that do not arrive."""

import socket
import subprocess
import sys

import pytest
from tests.doctor.patients import is_fault, is_ok, is_warning, only, patient

from offhook.doctor import firewall, rules
from offhook.doctor.finding import Finding
from offhook.doctor.rules import Chain, Rule
from offhook.testing.server import free_ports

SIP = [("SIP", "udp", 5060, "sip.port")]


def judged(*chains: Chain) -> list[Finding]:
    return list(firewall.judged(SIP, list(chains)))


def test_ports_that_are_let_in_are_well() -> None:
    (accepted,) = judged(Chain("c", (Rule("udp", ((5060, 5060),), accepts=True),), accepts=False))
    (no_rules,) = judged()

    assert is_ok(accepted, "lets in UDP 5060", "from outside")
    assert is_ok(no_rules)


def test_ports_that_are_closed_are_a_fault_and_others_a_warning() -> None:
    (closed,) = judged(Chain("inet filter input", (), accepts=False))
    some = Rule("udp", ((5060, 5060),), partly=True, accepts=True)
    (partly,) = judged(Chain("c", (some,), accepts=False))
    (unknown,) = judged(Chain("c", (Rule(),), accepts=False))

    assert is_fault(closed, "UDP port 5060", "inet filter input", "udp dport 5060 accept")
    assert is_warning(partly, "some sources")
    assert is_warning(unknown, "another chain")


def test_on_loopback_there_is_no_firewall() -> None:
    assert is_ok(only(firewall.check(patient()), "firewall"), "loopback alone")


def test_a_datagram_to_ourselves_arrives() -> None:
    (port,) = free_ports(1)
    found = firewall.probe("SIP packets", "127.0.0.1", port)

    assert found is not None
    assert is_ok(found, f"127.0.0.1:{port} arrives")


def test_a_port_that_is_taken_is_not_tried() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))

        assert firewall.probe("SIP packets", "127.0.0.1", held.getsockname()[1]) is None


@pytest.mark.slow
def test_a_datagram_that_a_rule_drops_is_a_fault() -> None:
    """In a network of its own, where loopback is down at first: nothing arrives."""
    script = (
        "from offhook.doctor.firewall import probe; f = probe('SIP packets', '127.0.0.1', 5060); "
        "print(f.level, f.fix)"
    )
    command = ["unshare", "--map-root-user", "--net", sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr:
        pytest.skip("this machine lets nobody make a network of his own")

    assert done.stdout.startswith("fault let UDP port 5060 in"), done.stderr


def test_places_beyond_loopback_are_looked_at() -> None:
    (sip,) = free_ports(1)
    everywhere = {"host": "0.0.0.0"}
    found = list(
        firewall.check(
            patient(
                server=everywhere,
                sip=everywhere | {"port": sip},
                media=everywhere | {"ports": "30000-30100"},
            )
        )
    )

    assert is_ok(only(found, "SIP packets"), f":{sip} arrives")
    assert any(each.check == "firewall" for each in found)


def test_rules_that_cannot_be_read_are_a_warning_and_so_are_missing_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[Finding] = []
    for path in ("/usr/sbin/nft", None):
        monkeypatch.setattr(rules, "program", lambda name, path=path: path)
        found += firewall.judged(SIP, None)

    assert is_warning(found[0], "as root")
    assert is_warning(found[1], "no program", "install nft")
