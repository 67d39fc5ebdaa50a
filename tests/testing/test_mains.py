"""A server whose plug is pulled."""

import asyncio

import pytest
from tests.store.samples import call

from offhook.errors import Cause
from offhook.requests import CallFilter
from offhook.sip.transport import Address, Outgoing
from offhook.testing.app import App
from offhook.testing.fixtures import ACCOUNT_ID
from offhook.testing.loop import running_loop, virtual
from offhook.testing.mains import Mains, PluggedHttp, PluggedSockets, PluggedStore
from offhook.testing.network import Network
from offhook.testing.world import World
from offhook.webhooks.http import HttpError, HttpRequest

OPTIONS = Outgoing(b"OPTIONS sip:x SIP/2.0\r\n\r\n", Address("udp", "10.0.0.2", 5060))


def test_so_many_effects_and_no_more() -> None:
    mains = Mains(2)

    assert [mains.spend() for _ in range(4)] == [True, True, False, False]
    assert mains.off.is_set()
    assert all(Mains().spend() for _ in range(100))


@virtual
async def test_without_electricity_nothing_is_sent_or_received() -> None:
    loop, heard = running_loop(), []
    network = Network(loop.time, loop.rng)
    mains = Mains(1)
    here = PluggedSockets(network.sip_sockets("10.0.0.1"), mains)
    here.open(lambda data, _: heard.append(data), lambda *_: None)
    there = network.sip_sockets("10.0.0.2")
    for _ in range(2):
        here.send(OPTIONS)
    there.send(Outgoing(b"late", Address("udp", "10.0.0.1", 5060)))
    await asyncio.sleep(1)

    assert len(network.messages) == 2  # one of each
    assert heard == []
    assert here.local("udp") == ("10.0.0.1", 5060)


@virtual
async def test_without_electricity_no_request_goes_out_and_no_answer_comes_in() -> None:
    app, mains = App(), Mains(1)
    client = PluggedHttp(app, mains)
    request = HttpRequest("GET", "http://app.test/x")
    response = await client.send(request, timeout_s=1, limit=10)
    with pytest.raises(HttpError):
        await client.send(request, timeout_s=1, limit=10)

    assert response.status == 404
    assert len(app.received) == 1


@virtual
@pytest.mark.parametrize(("eager", "kept"), [(True, 2), (False, 0)])
async def test_what_is_not_committed_is_lost(
    eager: bool, kept: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/offhook.db"
    clock, mains = running_loop().clock, Mains(2, eager=eager)
    store = PluggedStore(url, clock, mains)
    for name in ("c-1", "c-2", "c-3"):
        store.put_call(call(name))
    mains.off.set()
    store.close()

    again = PluggedStore(url, clock, Mains())
    assert len(again.calls(ACCOUNT_ID, CallFilter())) == kept
    again.close()


@virtual
async def test_a_world_goes_on_after_its_server_was_killed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/offhook.db"
    async with World(mains=Mains(), store_url=url) as world:
        talk = await world.answered('<Pause duration="60"/>')
        await world.store.flushed()
        await world.restart()
        talk.phone.hang_up()
        goodbye = await talk.disconnect()
        second = await world.answered("")
        await second.disconnect()

    assert goodbye["cause"] == Cause.UNKNOWN
