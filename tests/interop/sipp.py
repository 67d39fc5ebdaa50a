"""SIPp as a peer: one run of one scenario, and the endpoint that it talks to."""

import asyncio
import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import soundfile

from offhook.facts import Reoffered, SipFact
from offhook.hooks import Credentials
from offhook.ids import Ids
from offhook.sip import offer
from offhook.sip.endpoint import Endpoint, IncomingCall, OutgoingCall
from offhook.sip.resolve import Resolver, ask_dns
from offhook.sip.sockets import NetworkSockets
from offhook.sip.stack import Stack
from offhook.sip.transport import Address
from offhook.testing.server import free_ports
from offhook.testing.sound import Pcm

HOST = "127.0.0.1"
SCENARIOS = Path(__file__).parent / "scenarios"
LOCAL = offer.LocalMedia(HOST, 40_000, 40_001, 1, 1)
WAIT_S = 30.0


def program(name: str) -> str:
    """Return where a peer program is; skip without it, unless peers are required."""
    path = shutil.which(name)
    if path is None and os.environ.get("OFFHOOK_REQUIRE_PEERS") == "1":
        pytest.fail(f"{name} is required and not installed")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def free_port() -> int:
    (port,) = free_ports(1)
    return port


@dataclass
class Party:
    """One session of ours."""

    facts: list[SipFact] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def sink(self, fact: SipFact) -> None:
        self.facts.append(fact)
        self.changed.set()

    async def wait(self, kind: type[SipFact], count: int = 1) -> None:
        """Wait until so many facts of a kind have come."""
        async with asyncio.timeout(WAIT_S):
            while sum(isinstance(fact, kind) for fact in self.facts) < count:
                self.changed.clear()
                await self.changed.wait()


class Switchboard:
    """Our endpoint on real sockets; what it does with a caller depends on the user dialled."""

    def __init__(self) -> None:
        rng = random.Random(1)
        resolver = Resolver(ask_dns, asyncio.get_running_loop().time, rng)
        self.sockets = NetworkSockets(resolver, HOST, 0)
        self.stack = Stack(self.sockets.local, Ids(rng), accepts=lambda source: True)
        self.endpoint = Endpoint(self.stack, self.sockets, on_call=self.on_call)
        self.parties: list[Party] = []

    async def __aenter__(self) -> "Switchboard":
        await self.sockets.bind()
        self.endpoint.start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        self.endpoint.close()
        await self.sockets.close()

    @property
    def port(self) -> int:
        return self.sockets.local("udp")[1]

    def on_call(self, call: IncomingCall) -> None:
        party = Party()
        self.parties.append(party)

        def sink(fact: SipFact) -> None:
            party.sink(fact)
            if isinstance(fact, Reoffered):
                self.endpoint.answer_offer(call.session, offer.answer(fact.sdp, LOCAL)[0])

        self.endpoint.attach(call.session, sink)
        if "busy@" in call.target:
            self.endpoint.refuse(call.session, 486)
            return
        self.endpoint.ring(call.session)
        if "patient@" not in call.target:
            delay_s = 0.3 if "slow@" in call.target else 0.0
            answer = offer.answer(call.sdp, LOCAL)[0]
            loop = asyncio.get_running_loop()
            loop.call_later(delay_s, self.endpoint.accept, call.session, answer)

    def dial(
        self, port: int, transport: str = "udp", credentials: Credentials | None = None
    ) -> tuple[int, Party]:
        """Call SIPp."""
        party = Party()
        self.parties.append(party)
        call = OutgoingCall(
            target=f"sip:service@{HOST}:{port}",
            from_uri=f"sip:us@{HOST}",
            to_uri=f"sip:service@{HOST}:{port}",
            sdp=offer.offer(LOCAL),
            next_hop=Address(transport, HOST, port),
            credentials=credentials,
        )
        return self.endpoint.invite(call, party.sink), party


async def call_us(
    board: Switchboard, scenario: Sequence[str], *, user: str, calls: int, transport: str
) -> None:
    """Let SIPp place calls to the switchboard; fails when a call of SIPp's fails."""
    target = [f"{HOST}:{board.port}", "-s", user, "-r", "50", "-p", str(free_port())]
    await finish(await start(scenario, calls=calls, transport=transport, more=target))


async def start(
    scenario: Sequence[str], *, calls: int, transport: str, more: Sequence[str]
) -> asyncio.subprocess.Process:
    """Start SIPp."""
    mode = "t1" if transport == "tcp" else "u1"
    fixed = ["-m", str(calls), "-t", mode, "-i", HOST, "-mp", str(free_port())]
    limits = ["-timeout", f"{WAIT_S:.0f}s", "-timeout_error", "-nostdin"]
    return await asyncio.create_subprocess_exec(
        program("sipp"),
        *scenario,
        *more,
        *fixed,
        *limits,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"TERM": "dumb"},
    )


async def finish(process: asyncio.subprocess.Process) -> None:
    """Wait for SIPp; its output explains a failure."""
    try:
        async with asyncio.timeout(WAIT_S + 5):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, output.decode(errors="replace")[-6000:]


async def answering(
    scenario: Sequence[str], *, calls: int, transport: str
) -> tuple[asyncio.subprocess.Process, int]:
    """Start SIPp as the called party; return it and its port once it listens."""
    port = free_port()
    process = await start(scenario, calls=calls, transport=transport, more=["-p", str(port)])
    async with asyncio.timeout(WAIT_S):
        while not _listens(port, transport):
            assert process.returncode is None
            await asyncio.sleep(0.05)
    return process, port


def _listens(port: int, transport: str) -> bool:
    """Whether somebody has bound the port; looking must not take it from SIPp."""
    return f":{port:04X} " in Path(f"/proc/net/{transport}").read_text()


def own(name: str) -> list[str]:
    """Return the arguments for a scenario of ours."""
    return ["-sf", str(SCENARIOS / f"{name}.xml")]


def talking(name: str, folder: Path, voice: Pcm) -> list[str]:
    """Return the arguments for a scenario of ours that plays a voice."""
    path, sound = folder / f"{name}.xml", folder / f"{name}.ul"
    soundfile.write(sound, voice, 8000, format="RAW", subtype="ULAW")
    path.write_text((SCENARIOS / path.name).read_text().replace("VOICE", str(sound)))
    return ["-sf", str(path)]
