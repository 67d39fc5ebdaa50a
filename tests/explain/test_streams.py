"""What explain says of streams."""

import asyncio

import pytest
from tests.explain.scene import play
from tests.scenarios.streams import URL, start, streaming

from offhook.errors import Entry, Who, streams
from offhook.testing.loop import virtual
from offhook.testing.sockets import REFUSED, UNTRUSTED, Greeting, Link
from offhook.testing.world import World

PAUSE = '<Pause duration="2"/>'


@pytest.mark.parametrize(
    ("greeting", "words", "who"),
    [
        (REFUSED, "connection failed: nothing took the connection", Who.APP),
        (UNTRUSTED, "TLS handshake failed: the server's certificate", Who.APP),
        (Greeting("HTTP 404"), "HTTP 404: the server has no WebSocket at that path", Who.APP),
        (Greeting("HTTP 502"), "HTTP 502: the server failed", Who.APP),
        (Greeting("host not allowed"), "host not allowed: streams may not go", Who.OPERATOR),
        (Greeting("something new"), "something new", Who.APP),
    ],
)
def test_a_stream_that_was_refused(greeting: Greeting, words: str, who: Who) -> None:
    async def scene(world: World) -> str:
        world.app.sockets.on(URL, greeting)
        talk = await world.answered(start() + PAUSE)
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene).also

    assert also.entry is streams.REFUSED
    assert also.sentence.startswith(f"Stream s to {URL} was not started: {words}")
    assert also.who is who
    assert [each.kind for each in also.evidence] == ["stream.rejected"]


@pytest.mark.parametrize(
    ("verbs", "entry"),
    [
        (start() + start(), streams.DUPLICATE),
        ("".join(start(name) for name in "abcde"), streams.TRACK_LIMIT),
    ],
)
def test_a_stream_too_many(verbs: str, entry: Entry) -> None:
    async def scene(world: World) -> str:
        talk = await world.answered(verbs + PAUSE)
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene).also

    assert also.entry is entry
    assert str(also.evidence[0].data["message"]) in also.sentence


def test_a_stream_that_broke() -> None:
    async def scene(world: World) -> str:
        talk, link = await streaming(world, start() + PAUSE)
        link.close(1011, "no model")
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene).also

    assert also.entry is streams.LOST
    assert also.sentence == f"Stream s to {URL} broke: closed with 1011 no model."


def test_a_server_that_is_slow_and_talks_nonsense() -> None:
    def babble(link: Link, message: dict[str, object]) -> None:
        if message["eventType"] == "start":
            link.send("nonsense")
            link.send("more of it")
            link.stop_reading()

    async def scene(world: World) -> str:
        world.app.sockets.on(URL, babble)
        talk = await world.answered(start(more='mode="bidirectional"') + '<Pause duration="10"/>')
        await talk.disconnect()
        return talk.call_id

    behind, ignored = play(scene).also

    assert "did not keep up" in behind.sentence
    assert ignored.sentence.endswith("sent was ignored: not JSON.")


def test_a_stream_without_a_fault_is_not_spoken_of() -> None:
    async def scene(world: World) -> str:
        talk, _ = await streaming(world, start() + PAUSE)
        await talk.disconnect()
        return talk.call_id

    assert play(scene).also == ()


@virtual
async def test_the_time_line_shows_streams() -> None:
    async with World() as world:
        talk, _ = await streaming(world, start() + PAUSE)
        await talk.disconnect()
        await asyncio.sleep(0)
        story = world.story()

    assert f"stream stream s, destination {URL}" in story
