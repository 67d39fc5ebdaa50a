"""Where a SIP request goes: RFC 3263 without NAPTR (the transport is always known by then).

An IP literal is taken as it is, a host with a port by its addresses, a host without a port by its
SRV records and, when there are none, by its addresses and port 5060. Names without a dot belong to
the machine (hosts file, containers) and are asked of the system. Answers are kept for their TTL.
"""

import ipaddress
import random
import socket
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver
from dns.rdtypes.IN.SRV import SRV

DEFAULT_PORT = 5060
LOOKUP_S = 5.0  # longest wait for one name
CACHED_NAMES = 1024
SYSTEM_TTL_S = 30.0  # for answers of the system, which carry no TTL


class HostNotFoundError(OSError):
    """The name has no address."""


@dataclass(frozen=True, slots=True)
class Record:
    """An SRV record, or an address as a target with port 0."""

    target: str
    port: int = 0
    priority: int = 0
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Records:
    """The answer to a question; empty when there is none."""

    records: tuple[Record, ...]
    ttl_s: float


Question = tuple[str, str]  # name, and "SRV", "A" or "AAAA"
Ask = Callable[[str, str], Awaitable[Records]]


class Resolver:
    """Turns host, port and transport into addresses to try, best first."""

    def __init__(self, ask: Ask, now: Callable[[], float], rng: random.Random) -> None:
        self._ask = ask
        self._now = now
        self._rng = rng
        self._cache: dict[Question, tuple[float, Records]] = {}

    async def resolve(
        self, host: str, port: int, transport: str, *, ipv6: bool = False
    ) -> list[tuple[str, int]]:
        """Return (IP literal, port) pairs; raises HostNotFoundError."""
        if is_literal(host):
            return [(host, port or DEFAULT_PORT)]
        targets = [Record(host, port or DEFAULT_PORT)]
        if port == 0:
            found = await self._look_up(f"_sip._{transport}.{host}", "SRV")
            targets = in_order(found.records, self._rng) or targets
        kind = "AAAA" if ipv6 else "A"
        addresses: list[tuple[str, int]] = []
        for target in targets:
            if is_literal(target.target):
                addresses.append((target.target, target.port))
                continue
            found = await self._look_up(target.target, kind)
            addresses += [(record.target, target.port) for record in found.records]
        if not addresses:
            raise HostNotFoundError(f"host not found: {host}")
        return addresses

    async def _look_up(self, name: str, kind: str) -> Records:
        cached = self._cache.get((name, kind))
        if cached and cached[0] > self._now():
            return cached[1]
        found = await self._ask(name, kind)
        while len(self._cache) >= CACHED_NAMES:
            self._cache.pop(next(iter(self._cache)))
        self._cache[name, kind] = (self._now() + found.ttl_s, found)
        return found


@lru_cache(maxsize=CACHED_NAMES)
def is_literal(host: str) -> bool:
    """Whether the host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def in_order(records: Sequence[Record], rng: random.Random) -> list[Record]:
    """Sort SRV records: by priority, and by weighted chance among equals (RFC 2782)."""
    ordered: list[Record] = []
    rest = sorted(records, key=lambda record: (record.priority, record.weight))
    while rest:
        peers = [record for record in rest if record.priority == rest[0].priority]
        mark = rng.randint(0, sum(record.weight for record in peers))
        for chosen in peers:
            mark -= chosen.weight
            if mark <= 0:
                break
        ordered.append(chosen)
        rest.remove(chosen)
    return ordered


async def ask_dns(name: str, kind: str) -> Records:
    """Ask the network's DNS, or the system for a name without a dot."""
    if kind != "SRV" and "." not in name.rstrip("."):
        return await ask_system(name, kind)
    if kind == "SRV" and name.count(".") < 3:
        return Records((), SYSTEM_TTL_S)  # `_sip._udp.localhost`
    try:
        resolver = dns.asyncresolver.Resolver()
        answer = await resolver.resolve(name, dns.rdatatype.from_text(kind), lifetime=LOOKUP_S)
    except (dns.exception.DNSException, OSError):
        return Records((), SYSTEM_TTL_S)
    ttl_s = float(answer.rrset.ttl) if answer.rrset is not None else SYSTEM_TTL_S
    return Records(tuple(_record(item) for item in answer), ttl_s)


async def ask_system(name: str, kind: str) -> Records:
    """Ask the operating system for addresses."""
    family = socket.AF_INET6 if kind == "AAAA" else socket.AF_INET
    try:
        found = await get_running_loop().getaddrinfo(name, None, family=family)
    except (OSError, UnicodeError):  # the latter from names that no encoding can write
        return Records((), SYSTEM_TTL_S)
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return Records(tuple(Record(address) for address in addresses), SYSTEM_TTL_S)


def _record(item: object) -> Record:
    if isinstance(item, SRV):
        return Record(str(item.target).rstrip("."), item.port, item.priority, item.weight)
    return Record(str(item))
