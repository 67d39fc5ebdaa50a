"""What a whole call costs: REST create, SIP, media, a document, and the `disconnect` webhook.

The server is the real one with its worker processes; telephones and the application are in this
process and are not counted.
"""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from bench import Figure, Plan
from bench._process import children, cpu_s, rss_bytes
from offhook.media.ports import UdpPorts
from offhook.sip.resolve import Resolver, ask_dns
from offhook.sip.sockets import NetworkSockets
from offhook.sip.transport import Address
from offhook.testing.phone import Phones, answers
from offhook.testing.server import RunningServer, Wishes, free_ports, running_server

PARTY = "+12025550143"
CALLS, LIVE, AT_ONCE = 400, 200, 40
PATIENCE_S = 120.0
LIMITS = "cps = 10000\nsessions = 10000"


@dataclass(slots=True)
class Bench:
    """A server, its far ends, and what the application has been told."""

    server: RunningServer
    app: str
    session: aiohttp.ClientSession
    document: str = "<Response/>"
    ended: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def pids(self) -> list[int]:
        """The server's processes."""
        return [self.server.pid, *children(self.server.pid)]

    def cpu_s(self) -> float:
        """CPU time of all processes of the server."""
        return sum(cpu_s(pid) for pid in self.pids)

    def others_s(self) -> float:
        """CPU time of those that are not control."""
        return sum(cpu_s(pid) for pid in children(self.server.pid))

    def rss_bytes(self) -> int:
        """Memory of all processes of the server."""
        return sum(rss_bytes(pid) for pid in self.pids)

    async def place(self) -> None:
        """Create one call."""
        url = f"{self.server.api}/accounts/{self.server.account}/calls"
        request = {
            "to": PARTY,
            "from": self.server.number,
            "applicationId": self.server.application,
            "answerUrl": f"{self.app}/answer",
            "disconnectUrl": f"{self.app}/ended",
        }
        async with self.session.post(url, json=request) as reply:
            assert reply.status == 201, await reply.text()

    async def wait_ended(self, count: int) -> None:
        """Wait for so many disconnect webhooks."""
        async with asyncio.timeout(PATIENCE_S):
            while self.ended < count:
                self.changed.clear()
                await self.changed.wait()

    async def answer(self, request: web.Request) -> web.Response:
        """The application's document."""
        return web.Response(text=self.document, content_type="application/xml")

    async def told(self, request: web.Request) -> web.Response:
        """The application's ear for the end of calls."""
        self.ended += 1
        self.changed.set()
        return web.Response(status=204)


def run(plan: Plan) -> list[Figure]:
    """Measure complete calls, then live ones."""
    return asyncio.run(_run(40 if plan.quick else CALLS, 20 if plan.quick else LIVE))


async def _run(calls: int, live: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="offhook-bench-") as folder:
        async with _bench(Path(folder)) as bench:
            await _complete(bench, AT_ONCE)  # warm up
            others = bench.others_s()
            per_call = await _complete(bench, calls)
            others = (bench.others_s() - others) / calls
            memory = await _hold(bench, live)
    return [
        Figure("calls: complete calls per CPU second", 1 / per_call, "calls"),
        Figure("calls: CPU per complete call", per_call * 1000, "ms"),
        Figure("calls: CPU of control per complete call", (per_call - others) * 1000, "ms"),
        Figure(f"calls: memory per live call ({live} live)", memory / 1024, "KiB"),
    ]


async def _complete(bench: Bench, calls: int) -> float:
    """Place calls that end at once; return CPU seconds of the server for each."""
    bench.document = "<Response><Hangup/></Response>"
    before, done = bench.cpu_s(), bench.ended
    for placed in range(0, calls, AT_ONCE):
        batch = min(AT_ONCE, calls - placed)
        await asyncio.gather(*(bench.place() for _ in range(batch)))
        await bench.wait_ended(done + placed + batch)
    return (bench.cpu_s() - before) / calls


async def _hold(bench: Bench, live: int) -> float:
    """Hold calls that are silent; return the memory of the server for each."""
    bench.document = '<Response><Pause duration="12"/></Response>'
    before, done = bench.rss_bytes(), bench.ended
    for placed in range(0, live, AT_ONCE):
        await asyncio.gather(*(bench.place() for _ in range(min(AT_ONCE, live - placed))))
    await asyncio.sleep(4)
    used = bench.rss_bytes() - before
    await bench.wait_ended(done + live)
    return used / live


@asynccontextmanager
async def _bench(folder: Path) -> AsyncIterator[Bench]:
    app_port, phone_port = free_ports(2)
    app = f"http://127.0.0.1:{app_port}"
    wishes = Wishes(app_url=app, trunk=phone_port, limits=LIMITS)
    async with (
        running_server(folder, wishes) as server,
        aiohttp.ClientSession(auth=aiohttp.BasicAuth(server.user, server.password)) as session,
        _phones(phone_port, server.sip),
    ):
        bench = Bench(server, app, session)
        web_app = web.Application()
        web_app.add_routes([web.post("/answer", bench.answer), web.post("/ended", bench.told)])
        runner = web.AppRunner(web_app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", app_port).start()
        try:
            yield bench
        finally:
            await runner.cleanup()


@asynccontextmanager
async def _phones(port: int, server_sip: int) -> AsyncIterator[Phones]:
    rng, now = random.SystemRandom(), asyncio.get_running_loop().time
    sockets = NetworkSockets(Resolver(ask_dns, now, rng), "127.0.0.1", port)
    await sockets.bind()
    server = Address("udp", "127.0.0.1", server_sip)
    phones = Phones(
        sockets, UdpPorts(first=50002, last=60000), rng, server, capacity=LIVE + AT_ONCE
    )
    phones.phone(PARTY).behaviour = answers(0, rings=False)
    phones.start()
    try:
        yield phones
    finally:
        await phones.close()
        await sockets.close()
