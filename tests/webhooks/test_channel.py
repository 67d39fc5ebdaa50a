"""Channels over WebSockets, real and virtual, and what they do in the course of time."""

import asyncio
import json

import pytest
from tests.webhooks.socketry import Ground, both

from offhook.testing.loop import running_loop, virtual
from offhook.testing.sockets import REFUSED, SILENCE, Link, SocketApp
from offhook.webhooks.channel import (
    BACKLOG_S,
    DEAD_S,
    FAREWELL_S,
    HANDSHAKE_S,
    MESSAGES_AT_ONCE,
    MESSAGES_PER_S,
    PING_S,
    Channels,
    Ends,
)
from offhook.webhooks.websocket import Closed, HandshakeError


def text(kind: str, number: int = 0) -> str:
    return json.dumps({"eventType": kind, "number": number})


def numbers(link: Link) -> list[int]:
    return [each["number"] for each in link.of("media")]


@both
async def test_what_is_sent_arrives_in_order_and_the_last_word_comes_last(ground: Ground) -> None:
    async with ground.channels() as channels:
        channel = await ground.open(channels)
        link = await ground.app.wait_link()
        channel.send(text("start"))
        for number in range(100):
            channel.send(text("media", number), droppable=True)
        channel.close(text("stop"))
        end = await link.wait_end()

        assert Closed(1000) == end
        assert ["start", *["media"] * 100, "stop"] == [m.json["eventType"] for m in link.messages]
        assert list(range(100)) == numbers(link)
        assert ground.ends.empty()


@both
async def test_messages_and_the_goodbye_of_the_far_end_are_told(ground: Ground) -> None:
    async with ground.channels() as channels:
        channel = await ground.open(channels)
        link = await ground.app.wait_link()
        link.send("one")
        link.send(b"two")
        link.close(1001, "later")

        assert await ground.heard.get() == "one"
        assert await ground.heard.get() == b"two"
        assert Closed(1001, "later") == await ground.ends.get()
        channel.send("nobody hears this")
        channel.close("nor this")


@both
async def test_a_lost_connection_is_told(ground: Ground) -> None:
    async with ground.channels() as channels:
        await ground.open(channels)
        (await ground.app.wait_link()).drop()

        assert (await ground.ends.get()).code is None


@both
async def test_the_end_of_the_node_is_an_end(ground: Ground) -> None:
    async with ground.channels() as channels:
        await ground.open(channels)
        link = await ground.app.wait_link()
        await channels.drain(0.0)

        assert await ground.ends.get() != Closed(1000)
        assert len(channels) == 0
        await link.wait_end()


@virtual
async def test_a_fault_of_whoever_hears_is_an_end_of_our_own_making() -> None:
    ground = Ground(app := SocketApp(), app)

    async def fails(_: str | bytes) -> None:
        raise RuntimeError("a bug")

    async with ground.channels() as channels:
        ends = Ends(fails, ground.ends.put_nowait)
        await channels.open(ground.handshake("/a"), ends, "faulty")
        (await app.wait_link()).send("anything")
        end = await ground.ends.get()

        assert end.ours


@pytest.mark.parametrize("greeting", [REFUSED, SILENCE])
def test_a_refusal_is_raised_in_time(greeting: object) -> None:
    @virtual
    async def story() -> None:
        app = SocketApp()
        app.on("/a", greeting)  # type: ignore[arg-type]
        ground = Ground(app, app)

        with pytest.raises(HandshakeError):
            await ground.open(Channels(app))

        assert running_loop().time() == (HANDSHAKE_S if greeting is SILENCE else 0.0)

    story()


@virtual
async def test_a_far_end_that_does_not_read_misses_the_oldest() -> None:
    """What it gets when it reads again is the last five seconds."""
    ground = Ground(app := SocketApp(), app)
    async with ground.channels() as channels:
        channel = await ground.open(channels)
        link = await app.wait_link()
        channel.send(text("start"))
        link.stop_reading()
        for number in range(1000):  # 20 s
            channel.send(text("media", number), droppable=True)
            await asyncio.sleep(0.02)
        link.read_on()
        channel.close(text("stop"))
        await link.wait_end()
        got = numbers(link)
        kept = round(BACKLOG_S / 0.02)

        assert list(range(1000 - kept, 1000)) == got[-kept:]
        assert abs(len(got) - kept) < 20  # those that were on their way
        assert 1000 - len(got) == channel.dropped
        assert link.messages[0].json["eventType"] == "start"
        assert link.messages[-1].json["eventType"] == "stop"


@virtual
async def test_a_far_end_that_never_reads_is_left_after_a_while() -> None:
    ground = Ground(app := SocketApp(), app)
    async with ground.channels() as channels:
        channel = await ground.open(channels)
        link = await app.wait_link()
        link.stop_reading()
        for number in range(100):
            channel.send(text("media", number), droppable=True)
        await asyncio.sleep(1.0)
        channel.close(text("stop"))
        await link.wait_end()

        assert running_loop().time() == 1.0 + FAREWELL_S


@virtual
async def test_a_far_end_that_answers_pings_lives_for_ever() -> None:
    ground = Ground(app := SocketApp(), app)
    async with ground.channels() as channels:
        channel = await ground.open(channels)
        link = await app.wait_link()
        await asyncio.sleep(3600.0)

        assert link.end is None
        assert ground.ends.empty()
        channel.close()


@virtual
async def test_a_far_end_that_answers_none_is_dead() -> None:
    ground = Ground(app := SocketApp(), app)
    async with ground.channels() as channels:
        await ground.open(channels)
        link = await app.wait_link()
        await asyncio.sleep(PING_S + 1)  # one is answered
        link.stop_reading()
        end = await ground.ends.get()

        assert end.code is None
        assert running_loop().time() == PING_S + DEAD_S


@virtual
async def test_who_sends_too_much_is_read_at_our_pace_and_nothing_is_lost() -> None:
    ground = Ground(app := SocketApp(), app)
    async with ground.channels() as channels:
        channel = await ground.open(channels)
        link = await app.wait_link()
        count = int(MESSAGES_AT_ONCE + 10 * MESSAGES_PER_S)
        for number in range(count):
            link.send(str(number))
        heard = [await ground.heard.get() for _ in range(count)]

        assert [str(number) for number in range(count)] == heard
        assert pytest.approx(running_loop().time(), abs=0.01) == 10.0
        channel.close()
