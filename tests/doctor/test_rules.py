"""Rules of firewalls: read as they were printed by the programs, and in force in a namespace."""

import json
import shutil
import subprocess
import sys
from typing import Any

import pytest

from offhook.doctor import rules
from offhook.doctor.rules import Passage, iptables, nftables

NFT = "/usr/sbin/nft"
RULES = """
table inet filter {
  set voice { type inet_service; elements = { 7000 } }
  chain other { }
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iif lo accept
    udp dport 5060 accept
    tcp dport { 80, 443 } accept
    udp dport 20000-40000 accept
    ip saddr 198.51.100.0/24 tcp dport 5060 accept
    udp dport @voice accept
    tcp dport 22 jump other
    udp dport 50000 counter drop
    meta l4proto icmp accept
  }
}
"""
EXPECTED = [
    ("udp", 5060, Passage.OPEN),
    ("tcp", 443, Passage.OPEN),
    ("udp", 30000, Passage.OPEN),
    ("udp", 40001, Passage.PARTLY),  # lo and what is established
    ("tcp", 5060, Passage.PARTLY),
    ("tcp", 22, Passage.UNKNOWN),
    ("tcp", 81, Passage.PARTLY),
]
SAVED = """
*nat
:INPUT ACCEPT [0:0]
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
-A INPUT -p udp -m udp --dport 5060 -j ACCEPT
-A INPUT -s 198.51.100.0/24 -p tcp -m tcp --dport 5060 -j ACCEPT
-A INPUT -p udp -m multiport --dports 20000:30000,40000 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j OTHER
-A INPUT -p udp -j LOG
-A FORWARD -p udp -m udp --dport 7 -j ACCEPT
COMMIT
"""


def test_a_chain_of_iptables() -> None:
    chain = iptables(SAVED)
    found = {
        (protocol, port): chain.passage(protocol, port)
        for protocol, port in [
            ("udp", 5060),
            ("tcp", 5060),
            ("udp", 25000),
            ("udp", 40000),
            ("udp", 7),
            ("tcp", 22),
        ]
    }

    assert found == {
        ("udp", 5060): Passage.OPEN,
        ("tcp", 5060): Passage.PARTLY,
        ("udp", 25000): Passage.OPEN,
        ("udp", 40000): Passage.OPEN,
        ("udp", 7): Passage.CLOSED,
        ("tcp", 22): Passage.UNKNOWN,
    }


def test_a_chain_that_accepts_closes_what_it_drops() -> None:
    chain = iptables("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp --dport 5060 -j REJECT\nCOMMIT")

    assert chain.passage("udp", 5060) is Passage.CLOSED
    assert chain.passage("tcp", 5060) is Passage.OPEN


def test_no_table_lets_everything_in() -> None:
    assert iptables("").passage("udp", 5060) is Passage.OPEN
    assert nftables({"nftables": []}) == []


def nft_rule(*expressions: dict[str, Any]) -> dict[str, Any]:
    return {"rule": {"family": "ip", "table": "t", "chain": "c", "expr": list(expressions)}}


def test_what_nft_cannot_tell_of_iptables_is_not_taken_for_granted() -> None:
    """As `nft` prints rules that iptables-nft has made with its own extensions."""
    base = {"family": "ip", "table": "t", "name": "c", "hook": "input", "policy": "drop"}
    dport: dict[str, Any] = {
        "match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}}
    }
    dport["match"]["right"] = 5060
    matched = nft_rule(dport, {"xt": {"type": "match", "name": "recent"}}, {"accept": None})
    target = nft_rule(dport, {"xt": {"type": "target", "name": "TARPIT"}})
    elsewhere = {"chain": {**base, "family": "ip6"}}
    chains = [
        nftables({"nftables": [{"chain": base}, rule, elsewhere]}) for rule in (matched, target)
    ]

    assert [chain.passage("udp", 5060) for (chain,) in chains] == [Passage.PARTLY, Passage.UNKNOWN]


@pytest.mark.slow
def test_rules_that_are_in_force_are_read_as_the_kernel_has_them() -> None:
    if shutil.which("nft") is None and shutil.which(NFT) is None:
        pytest.skip("needs nft (nftables)")
    namespace = ["unshare", "--map-root-user", "--net"]
    probe = ["sh", "-c", f"{NFT} -f -"]
    if subprocess.run([*namespace, *probe], input="", text=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a network of his own")
    script = (
        "import json, sys; from offhook.doctor.rules import read; (chain,) = read(); "
        "print(json.dumps([chain.passage(*place) for place in json.loads(sys.argv[1])]))"
    )
    shell = ["sh", "-c", f'{NFT} -f - && exec "$@"', "sh"]
    places = json.dumps([place[:2] for place in EXPECTED])
    done = subprocess.run(
        [*namespace, *shell, sys.executable, "-c", script, places],
        input=RULES,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == [passage for _, _, passage in EXPECTED]


def test_where_no_program_can_be_asked_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    assert rules.read() is None
