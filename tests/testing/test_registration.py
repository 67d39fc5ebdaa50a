"""A telephone registers over real sockets, UDP and TCP, and is told when nobody is there."""

import asyncio
import random

import pytest
from tests.sip.desk import DESK, PHONES, REALM

from offhook.ids import Ids
from offhook.sip.endpoint import Endpoint
from offhook.sip.registrar import Login, Registrar
from offhook.sip.resolve import Resolver, ask_dns
from offhook.sip.sockets import NetworkSockets
from offhook.sip.stack import Stack
from offhook.sip.transport import Address
from offhook.testing.registration import Registration
from offhook.testing.server import free_ports
from offhook.testing.telephones import telephones

LIMIT_S = 20


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_telephone_registers(transport: str) -> None:
    async def story() -> tuple[list[int], str]:
        server, away = free_ports(2)
        rng, now = random.Random(1), asyncio.get_running_loop().time
        sockets = NetworkSockets(Resolver(ask_dns, now, rng), "127.0.0.1", server)
        await sockets.bind()
        stack = Stack(sockets.local, Ids(rng), accepts=lambda _: False)
        registrar = Registrar(stack.core, lambda: PHONES, Login(REALM), lambda _: None)
        stack.gate.registrar = registrar
        endpoint = Endpoint(stack, sockets, on_call=lambda _: None)
        endpoint.start()
        where = Address(transport, "127.0.0.1", server)
        async with asyncio.timeout(LIMIT_S), telephones(where, away) as phones:
            desk = Registration(phones, "desk", "open", transport)
            first = await desk.register()
            second = await desk.register()
            binding = registrar.find(DESK, now())
            gone = await desk.register(0)
        endpoint.close()
        await sockets.close()
        assert binding is not None
        assert registrar.find(DESK, now()) is None
        return [each.status for each in (first, second, gone)], binding.flow.transport

    assert asyncio.run(story()) == ([200, 200, 200], transport)


def test_where_nobody_is_there_is_no_answer() -> None:
    async def story() -> None:
        nobody, away = free_ports(2)
        where = Address("tcp", "127.0.0.1", nobody)
        async with asyncio.timeout(LIMIT_S), telephones(where, away) as phones:
            with pytest.raises(OSError, match="connection failed"):
                await Registration(phones, "desk", "open", "tcp").register()

    asyncio.run(story())
