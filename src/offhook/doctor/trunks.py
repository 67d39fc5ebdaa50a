"""Trunks: whether somebody answers there (SIP OPTIONS, RFC 3261 11)."""

import asyncio
import os
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from offhook.clock import Clock
from offhook.directory import Trunk
from offhook.doctor.finding import Finding, Findings, Patient, fault, ok, warning
from offhook.scopes import background
from offhook.sip.grammar import SipSyntaxError
from offhook.sip.message import Framer, Response, parse
from offhook.sip.resolve import HostNotFoundError, Resolver, ask_dns
from offhook.sip.uri import host_port

ANSWER_S = 4.0  # for all, repetitions included
REPEATS_S = (0.5, 1.0, 2.0)  # timer E (RFC 3261 17.1.2.2)
CHALLENGED = (401, 407)
FORBIDDEN = 403


def check(patient: Patient) -> Findings:
    """Ask every trunk."""
    trunks = list(patient.directory.trunks.values())
    if not trunks:
        seen = "there is none: calls can go nowhere"
        yield warning("trunks", seen, "add one with `offhook trunks add`, or in the configuration")
    yield from asyncio.run(_asked(trunks))


async def _asked(trunks: list[Trunk]) -> list[Finding]:
    clock = Clock()
    resolver = Resolver(ask_dns, clock.now, random.SystemRandom())
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(reach(trunk, resolver)) for trunk in trunks]
    return [task.result() for task in tasks]


async def reach(trunk: Trunk, resolver: Resolver) -> Finding:
    """Find a trunk's address and ask it."""
    check_ = f"trunk {trunk.name}"
    shown = f"{trunk.transport}:{host_port(trunk.host, trunk.port)}"
    try:
        (address, port), *_ = await resolver.resolve(trunk.host, trunk.port, trunk.transport)
    except HostNotFoundError:
        seen = f"the name {trunk.host} has no address"
        return fault(check_, seen, "correct the trunk's host, or see that this machine has DNS")
    try:
        async with asyncio.timeout(ANSWER_S):
            status = await _answer(trunk, address, port)
    except TimeoutError:
        seen = f"{shown} ({address}) has not answered an OPTIONS within {ANSWER_S:g} seconds"
        fix = "see that host, port and transport are right and that it knows this machine's address"
        return fault(check_, seen, fix)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        seen = f"{shown} ({address}) cannot be reached: {reason}"
        return fault(check_, seen, "see that host, port and transport are right")
    return _judged(check_, shown, status)


def _judged(check_: str, shown: str, status: int) -> Finding:
    seen = f"{shown} answers an OPTIONS with {status}"
    if status in CHALLENGED:
        return ok(check_, f"{seen}: it wants credentials, which calls have if the trunk has them")
    if status == FORBIDDEN:
        return warning(check_, seen, "have this machine's address let in by whoever runs the trunk")
    if status >= 500:
        return warning(check_, seen, "ask whoever runs the trunk whether it is in service")
    return ok(check_, seen)


async def _answer(trunk: Trunk, address: str, port: int) -> int:
    """Return the status of the answer; raises OSError."""
    if trunk.transport == "udp":
        return await _by_udp(trunk, address, port)
    reader, writer = await asyncio.open_connection(address, port)
    try:
        host, local = writer.get_extra_info("sockname")[:2]
        writer.write(options(trunk, Here("TCP", host, local)))
        framer = Framer()
        while data := await reader.read(65_536):
            for message in framer.feed(data):
                if (status := _status(message)) is not None:
                    return status
        raise ConnectionResetError("the connection was closed without an answer")
    finally:
        writer.close()


async def _by_udp(trunk: Trunk, address: str, port: int) -> int:
    async with _opened(address, port) as (transport, ear):
        host, local = transport.get_extra_info("sockname")[:2]
        question = options(trunk, Here("UDP", host, local))

        async def ask() -> None:
            for pause_s in (*REPEATS_S, ANSWER_S):
                transport.sendto(question)
                await asyncio.sleep(pause_s)

        async with background(ask()):
            return await ear.status


class _Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        status = _status(data)
        if status is not None and not self.status.done():
            self.status.set_result(status)

    def error_received(self, exc: Exception) -> None:
        if not self.status.done():
            self.status.set_exception(exc)


@asynccontextmanager
async def _opened(address: str, port: int) -> AsyncIterator[tuple[asyncio.DatagramTransport, _Ear]]:
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_datagram_endpoint(_Ear, remote_addr=(address, port))
    try:
        yield transport, ear
    finally:
        transport.close()


@dataclass(frozen=True, slots=True)
class Here:
    """Where the answer is to go."""

    transport: str
    host: str
    port: int


def options(trunk: Trunk, here: Here) -> bytes:
    """Return an OPTIONS request; the answer comes back the way it went (RFC 3581)."""
    token = secrets.token_hex(8)
    place = host_port(here.host, here.port)
    target = f"sip:{host_port(trunk.host, trunk.port)}"
    lines = [
        f"OPTIONS {target} SIP/2.0",
        f"Via: SIP/2.0/{here.transport} {place};rport;branch=z9hG4bK{token}",
        "Max-Forwards: 70",
        f"From: <sip:doctor@{host_port(here.host, None)}>;tag={token[:8]}",
        f"To: <{target}>",
        f"Call-ID: {token}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:doctor@{place};transport={here.transport.lower()}>",
        "Accept: application/sdp",
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _status(data: bytes) -> int | None:
    """Return the status of a final answer; None for all else."""
    try:
        message = parse(data)
    except SipSyntaxError:
        return None
    return message.status if isinstance(message, Response) and message.status >= 200 else None
