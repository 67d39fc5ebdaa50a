"""Phones call each other: the kit's telephones are a whole SIP and RTP implementation."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise

import pytest

from offhook.media.ports import UdpPorts
from offhook.sip.resolve import Records, Resolver
from offhook.sip.sockets import NetworkSockets
from offhook.sip.transport import Address
from offhook.testing import sound
from offhook.testing.handset import CallOverError, Handset
from offhook.testing.loop import running_loop, virtual
from offhook.testing.network import Network
from offhook.testing.phone import (
    Behaviour,
    Phone,
    Phones,
    answers,
    busy,
    ignores,
    only_rings,
    refuses,
)

HOSTS = ("10.0.0.1", "10.0.0.2")
ALICE, BOB = "+12025550100", "+12025550143"


@dataclass
class Pair:
    """Two banks of phones that call each other."""

    network: Network
    banks: tuple[Phones, Phones]

    @property
    def alice(self) -> Phone:
        return self.banks[0].phone(ALICE)

    @property
    def bob(self) -> Phone:
        return self.banks[1].phone(BOB)

    async def connected(self) -> tuple[Handset, Handset]:
        """Alice calls Bob, who answers at once."""
        assert self.bob.number == BOB
        call = await self.alice.dial(BOB)
        await call.wait("answered")
        return call, self.bob.call


@asynccontextmanager
async def pair() -> AsyncIterator[Pair]:
    """Two hosts, 10 ms apart."""
    loop = running_loop()
    network = Network(loop.time, loop.rng)

    def bank(host: str, other: str) -> Phones:
        sockets = network.sip_sockets(host)
        return Phones(sockets, network.ports(host), loop.rng, Address("udp", other, 5060))

    banks = bank(*HOSTS), bank(*reversed(HOSTS))
    for each in banks:
        each.start()
    try:
        yield Pair(network, banks)
    finally:
        for each in banks:
            await each.close()


@virtual
async def test_a_call_rings_is_answered_and_ends_when_one_hangs_up() -> None:
    async with pair() as world:
        world.bob.behaviour = answers(after_s=2)
        call = await world.alice.dial(BOB)
        rang = await call.wait("ringing")
        answered = await call.wait("answered")
        await asyncio.sleep(5)
        world.bob.call.hang_up()
        ended = await call.wait("ended")

    assert rang == pytest.approx(0.02, abs=0.03)
    assert answered == pytest.approx(2.02, abs=0.05)
    assert ended == pytest.approx(7.03, abs=0.06)
    assert call.end == "hung up by the far end"
    assert world.bob.call.end == "hung up here"


@virtual
async def test_both_hear_what_the_other_says_when_it_was_said() -> None:
    async with pair() as world:
        here, there = await world.connected()
        await asyncio.sleep(1)
        await here.say(sound.tone(400, 1))
        await there.say(sound.tone(900, 2))
        await asyncio.sleep(1)
        heard_here, heard_there = here.heard, there.heard

    assert [span.about(1, 2, 0.15) for span in sound.tones(heard_there, 400)] == [True]
    assert [span.about(2, 4, 0.2) for span in sound.tones(heard_here, 900)] == [True]
    assert sound.tones(heard_here, 400) == []
    assert len(heard_here) / 8000 == pytest.approx(5, abs=0.2)


@pytest.mark.parametrize("telephone_events", [True, False])
def test_keys_arrive_in_order(telephone_events: bool) -> None:
    @virtual
    async def story() -> None:
        async with pair() as world:
            world.alice.telephone_events = telephone_events
            here, there = await world.connected()
            await here.press("12#*0A")
            await there.press("9")
            await asyncio.sleep(0.5)

            assert there.digits == "12#*0A"
            assert here.digits == "9"
            times = [event.at for event in there.events if event.what == "digit"]
            gaps = [later - earlier for earlier, later in pairwise(times)]
            assert gaps == pytest.approx([0.2] * 5, abs=0.045)

    story()


@pytest.mark.parametrize(
    ("behaviour", "end"),
    [
        (busy, "refused: 486"),
        (refuses(603, after_s=1, rings=True), "refused: 603"),
    ],
)
def test_a_phone_may_refuse(behaviour: Behaviour, end: str) -> None:
    @virtual
    async def story() -> None:
        async with pair() as world:
            world.bob.behaviour = behaviour
            call = await world.alice.dial(BOB)
            await call.wait("ended")

            assert call.end is not None
            assert call.end.startswith(end)

    story()


@virtual
async def test_nobody_has_the_number() -> None:
    async with pair() as world:
        call = await world.alice.dial("+12025550999")
        await call.wait("ended")
        with pytest.raises(CallOverError, match="no answered: refused: 404"):
            await call.wait("answered")


@pytest.mark.parametrize(("behaviour", "rang"), [(only_rings, True), (ignores, False)])
def test_a_caller_gives_up(behaviour: Behaviour, rang: bool) -> None:
    @virtual
    async def story() -> None:
        async with pair() as world:
            world.bob.behaviour = behaviour
            call = await world.alice.dial(BOB)
            await asyncio.sleep(3)
            call.hang_up()
            ended = await world.bob.call.wait("ended")

            assert world.bob.call.end == "cancelled by the caller"
            assert ended == pytest.approx(3.01, abs=0.02)
            assert (call.when("ringing") is not None) is rang

    story()


@virtual
async def test_hold_silences_the_far_end_until_resumed() -> None:
    async with pair() as world:
        here, there = await world.connected()
        async with asyncio.TaskGroup() as group:
            group.create_task(there.say(sound.tone(900, 6)))
            await asyncio.sleep(2)
            await here.hold()
            await asyncio.sleep(2)
            await here.resume()
            await asyncio.sleep(1)
        spans = sound.tones(here.heard, 900)

    assert len(spans) == 2
    assert spans[0].about(0, 2)
    assert spans[1].about(4, 6)
    assert [event.detail for event in there.events if event.what == "reoffered"] == ["hold", ""]


@virtual
async def test_the_invite_that_came_in_can_be_looked_at() -> None:
    async with pair() as world:
        assert world.bob.calls == []
        call = await world.alice.dial(BOB, headers=(("X-Test", "a"),), display="Alice")
        await call.wait("answered")
        invite = world.bob.call.invite

    assert invite is not None
    assert invite.headers["x-test"] == ("a",)
    assert invite.from_display == "Alice"
    assert ALICE in invite.from_uri


@virtual
async def test_a_cut_network_is_noticed() -> None:
    async with pair() as world:
        world.network.paths.cut(HOSTS[1])
        call = await world.alice.dial(BOB)
        ended = await call.wait("ended")

    assert call.end is not None
    assert call.end.startswith("unreachable")
    assert ended == pytest.approx(32, abs=1)  # timer B (RFC 3261 17.1.1.2)


@virtual
async def test_waiting_for_a_call_counts() -> None:
    async with pair() as world:
        first, _ = await world.connected()
        first.hang_up()
        async with asyncio.TaskGroup() as group:
            second = group.create_task(world.bob.wait_call(2))
            await asyncio.sleep(1)
            await world.alice.dial(BOB)

        assert second.result() is world.bob.call
        assert len(world.bob.calls) == 2


async def no_dns(name: str, kind: str) -> Records:
    raise AssertionError(f"nobody should ask for {kind} of {name}")


@pytest.mark.slow
def test_the_same_phones_talk_over_real_sockets() -> None:
    """Loopback, in real time: the same code as in virtual time, on the real adapters."""

    async def story() -> None:
        rng = random.Random(1)
        resolver = Resolver(no_dns, asyncio.get_running_loop().time, rng)
        sockets = [NetworkSockets(resolver, "127.0.0.1", 0) for _ in range(2)]
        for each in sockets:
            await each.bind()
        ports = [UdpPorts("127.0.0.1", first=first, last=first + 99) for first in (41_000, 41_100)]
        there = Address("udp", "127.0.0.1", sockets[1].local("udp")[1])
        callers = Phones(sockets[0], ports[0], rng, there)
        called = Phones(sockets[1], ports[1], rng, there)
        callers.start()
        called.start()
        try:
            bob = called.phone(BOB)
            async with asyncio.timeout(10):
                call = await callers.phone(ALICE).dial(BOB)
                await call.wait("answered")
                await call.press("5")
                await bob.call.say(sound.tone(900, 0.5))
                await asyncio.sleep(0.2)
                call.hang_up()
                await bob.call.wait("ended")
        finally:
            await callers.close()
            await called.close()
            for each in sockets:
                await each.close()
            for port in ports:
                port.close_all()
        assert bob.call.digits == "5"
        (span,) = sound.tones(call.heard, 900)
        assert span.duration_s == pytest.approx(0.5, abs=0.1)

    asyncio.run(story())


@virtual
async def test_who_calls_telephones_that_are_being_unplugged_is_refused() -> None:
    async with pair() as two:
        assert two.bob.number == BOB
        call = await two.alice.dial(BOB)  # is on its way
        await two.banks[1].close()
        two.banks[1].endpoint.start()
        await call.wait("ended")

    assert "480" in str(call.end)
    assert two.bob.calls == []
