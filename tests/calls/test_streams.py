"""The streams of a call beside each other (the rest: tests/scenarios/test_bxml_11_10*.py)."""

import asyncio

from tests.scenarios.streams import logged, names, start, streaming, told

from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_what_is_logged_names_no_secret() -> None:
    async with World() as world:
        url = "wss://user:pass@ws.test/a?token=1"
        verbs = f'<StartStream name="s" destination="{url}" streamEventUrl="/se"/>'
        talk, _ = await streaming(world, verbs + '<Pause duration="1"/>')
        await talk.disconnect()
        events = [*logged(talk, "stream.started"), *logged(talk, "stream.stopped")]

    assert [event.data["destination"] for event in events] == ["wss://ws.test/a"] * 2
    assert told(talk)[0]["mediaStream"]["destination"] == url  # as the application wrote it


@virtual
async def test_a_stream_that_ends_in_the_moment_of_its_start_is_over() -> None:
    async with World() as world:
        world.app.sockets.on("wss://ws.test/a", lambda link, _: link.drop())
        talk, link = await streaming(world, start() + '<Pause duration="1"/>')
        await talk.disconnect()
        await link.wait_end()

    assert names(talk) == ["Started", "Stopped connection-error"]


@virtual
async def test_the_shutdown_of_the_server_ends_streams_with_their_calls() -> None:
    async with World() as world:
        talk, link = await streaming(world, start() + '<Pause duration="60"/>')
        await asyncio.sleep(1.0)
        await world.node.drain()

    assert link.messages[-1].json["eventType"] == "stop"
    assert names(talk) == ["Started", "Stopped closed"]
