"""Telephones on a real network: a SIP port on loopback with as many of them as are wanted."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from offhook.media.ports import UdpPorts
from offhook.sip.resolve import Resolver, ask_dns
from offhook.sip.sockets import NetworkSockets
from offhook.sip.transport import Address
from offhook.testing.phone import Phones

FIRST_PORT, LAST_PORT = 10_000, 19_998  # of their sound: away from those of servers


@asynccontextmanager
async def telephones(server: Address, port: int) -> AsyncIterator[Phones]:
    """Plug telephones in at a SIP port; what they dial goes to the server."""
    rng, now = random.SystemRandom(), asyncio.get_running_loop().time
    sockets = NetworkSockets(Resolver(ask_dns, now, rng), "127.0.0.1", port)
    await sockets.bind()
    ports = UdpPorts(first=FIRST_PORT, last=LAST_PORT, rng=random.Random(port))  # noqa: S311
    phones = Phones(sockets, ports, rng, server)
    phones.start()
    try:
        yield phones
    finally:
        await phones.close()
        await sockets.close()
