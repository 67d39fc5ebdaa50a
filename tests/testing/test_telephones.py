"""Telephones on real sockets call each other."""

import asyncio

from offhook.sip.transport import Address
from offhook.testing.phone import busy
from offhook.testing.server import free_ports
from offhook.testing.telephones import telephones


def test_telephones_on_two_ports_reach_each_other() -> None:
    here, there = free_ports(2)

    async def run() -> str | None:
        async with (
            telephones(Address("udp", "127.0.0.1", there), here) as callers,
            telephones(Address("udp", "127.0.0.1", here), there) as callees,
        ):
            callees.phone("+12025550144").behaviour = busy
            call = await callers.phone("+12025550143").dial("+12025550144")
            await asyncio.wait_for(call.wait("ended"), 10)
            return call.end

    assert asyncio.run(run()) == "refused: 486 Busy Here"
