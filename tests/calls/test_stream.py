"""One stream on its own (whole stories: tests/scenarios/test_bxml_11_10*.py)."""

import asyncio
from itertools import pairwise

from tests.scenarios.cases import HEARD_S, about, heard
from tests.scenarios.streams import bidirectional, start, streaming

from offhook.media.messages import Heard
from offhook.testing import sound
from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_numbers_run_on_where_frames_were_lost_on_their_way_from_the_worker() -> None:
    async with World() as world:
        talk, link = await streaming(world, start(more='tracks="both"') + '<Pause duration="1"/>')
        listening = world.node.listening
        on_heard, frames = listening.on_heard, list[Heard]()

        def lossy(heard: Heard) -> None:
            frames.append(heard)
            if not 10 <= len(frames) < 20:
                on_heard(heard)

        listening.on_heard = lossy  # type: ignore[method-assign]  # the way loses ten frames
        await talk.disconnect()

    numbers = [int(each["sequenceNumber"]) for each in link.of("media")]
    gaps = [b - a for a, b in pairwise(numbers) if b - a > 1]
    assert gaps == [21]


@virtual
async def test_a_message_that_is_long_is_read_beside_the_loop_and_still_in_order() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional())
        link.play(sound.tone(850.0, 20.0))
        link.clear()
        link.play(sound.tone(850.0, 5.0))
        await asyncio.sleep(6.0)
        link.close()
        await talk.disconnect()

    assert heard(talk, 850.0) == [about([0.0, 5.0], HEARD_S)]
