"""Where requests go (RFC 3263), with a DNS of our own."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping

import pytest

from offhook.sip.resolve import (
    CACHED_NAMES,
    HostNotFoundError,
    Record,
    Records,
    Resolver,
    ask_dns,
    ask_system,
    in_order,
    is_literal,
)


class Dns:
    """A DNS, and the time."""

    def __init__(self, zone: Mapping[tuple[str, str], tuple[Record, ...]]) -> None:
        self.zone = dict(zone)
        self.asked: list[tuple[str, str]] = []
        self.now = 0.0
        self.resolver = Resolver(self.ask, lambda: self.now, random.Random(1))

    async def ask(self, name: str, kind: str) -> Records:
        self.asked.append((name, kind))
        return Records(self.zone.get((name, kind), ()), 60.0)

    def resolve(
        self, host: str, port: int = 0, transport: str = "udp", *, ipv6: bool = False
    ) -> list[tuple[str, int]]:
        return asyncio.run(self.resolver.resolve(host, port, transport, ipv6=ipv6))


ZONE = {
    ("_sip._udp.b.test", "SRV"): (
        Record("second.b.test", 5072, 20, 0),
        Record("first.b.test", 5071, 10, 0),
    ),
    ("first.b.test", "A"): (Record("192.0.2.1"), Record("192.0.2.2")),
    ("second.b.test", "A"): (Record("192.0.2.3"),),
    ("first.b.test", "AAAA"): (Record("2001:db8::1"),),
    ("b.test", "A"): (Record("192.0.2.9"),),
}


@pytest.mark.parametrize(("host", "port"), [("192.0.2.7", 5060), ("2001:db8::7", 5060)])
def test_ip_address_is_taken_as_it_is(host: str, port: int) -> None:
    dns = Dns({})

    assert dns.resolve(host) == [(host, port)]
    assert dns.resolve(host, 5070) == [(host, 5070)]
    assert dns.asked == []


def test_host_without_port_is_asked_for_srv_records_in_order_of_priority() -> None:
    assert Dns(ZONE).resolve("b.test") == [
        ("192.0.2.1", 5071),
        ("192.0.2.2", 5071),
        ("192.0.2.3", 5072),
    ]


def test_host_with_port_is_not_asked_for_srv_records() -> None:
    dns = Dns(ZONE)

    assert dns.resolve("b.test", 5080) == [("192.0.2.9", 5080)]
    assert dns.asked == [("b.test", "A")]


def test_host_without_srv_records_has_port_5060() -> None:
    assert Dns(ZONE).resolve("b.test", transport="tcp") == [("192.0.2.9", 5060)]


def test_ipv6_socket_asks_for_ipv6_addresses() -> None:
    assert Dns(ZONE).resolve("b.test", ipv6=True) == [("2001:db8::1", 5071)]


def test_unknown_host_is_an_error_that_names_it() -> None:
    with pytest.raises(HostNotFoundError, match=r"host not found: nowhere\.test"):
        Dns({}).resolve("nowhere.test")


def test_answers_are_kept_for_their_ttl() -> None:
    dns = Dns(ZONE)
    dns.resolve("b.test", 5060)
    dns.now = 59.9
    dns.resolve("b.test", 5060)

    assert len(dns.asked) == 1

    dns.now = 60.1
    dns.resolve("b.test", 5060)

    assert len(dns.asked) == 2


def test_cache_is_bounded() -> None:
    dns = Dns({(f"h{n}.test", "A"): (Record("192.0.2.1"),) for n in range(CACHED_NAMES + 1)})
    for n in range(CACHED_NAMES + 1):
        dns.resolve(f"h{n}.test", 5060)
    dns.resolve(f"h{CACHED_NAMES}.test", 5060)
    dns.resolve("h0.test", 5060)

    assert dns.asked[-1] == ("h0.test", "A")
    assert len(dns.asked) == CACHED_NAMES + 2


def test_records_of_one_priority_are_drawn_by_weight() -> None:
    rng = random.Random(1)
    records = [Record("rare", 1, 10, 10), Record("often", 1, 10, 90), Record("last", 1, 20, 100)]
    firsts = Counter(in_order(records, rng)[0].target for _ in range(1000))

    assert 50 < firsts["rare"] < 160
    assert firsts["last"] == 0
    assert {each.target for each in in_order(records, rng)} == {"rare", "often", "last"}


def test_records_without_weight_are_all_used() -> None:
    records = [Record(name, 1, 0, 0) for name in "abc"]

    assert sorted(each.target for each in in_order(records, random.Random(1))) == ["a", "b", "c"]


def test_names_without_a_dot_are_asked_of_the_machine() -> None:
    found = asyncio.run(ask_dns("localhost", "A"))

    assert Record("127.0.0.1") in found.records
    assert found.ttl_s > 0
    assert asyncio.run(ask_dns("_sip._udp.localhost", "SRV")).records == ()


@pytest.mark.parametrize("name", ["no-such-host-of-ours", "x" * 70, "\u2603" * 70])
def test_name_that_the_machine_does_not_know_has_no_address(name: str) -> None:
    assert asyncio.run(ask_system(name, "A")).records == ()


@pytest.mark.parametrize("host", ["", "a.test", "1.2.3", "1.2.3.4.5", "[::1]"])
def test_what_is_no_ip_address_is_a_name(host: str) -> None:
    assert not is_literal(host)
