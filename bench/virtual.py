"""A thousand calls at once in virtual time: the whole server and all its telephones in one process.

Each call lasts 60 s: a clip, a key for a gather, and a pause in which RTP flows on both ways. What
is measured is the CPU of everything: REST, SIP, media of both ends, webhooks.
"""

import asyncio
import gc
import resource
import time

import structlog

from bench import Figure
from offhook.testing.loop import run as run_virtual
from offhook.testing.world import Talk, World

CALLS, SECONDS = 1000, 60
DOCUMENT = (
    '<PlayAudio>t3.wav</PlayAudio><Gather gatherUrl="/g" maxDigits="1" firstDigitTimeout="30"/>'
)
NEXT = '<Pause duration="{rest:g}"/>'
KEY_AT_S = 10.0
START_S = 5.0  # over which the calls begin


def run(quick: bool) -> list[Figure]:
    """Measure 1,000 calls, or 100 in a hurry."""
    calls = 100 if quick else CALLS
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    gc.collect()
    before = time.process_time()
    ended = run_virtual(story(calls))
    used = time.process_time() - before
    assert ended == calls, f"{ended} of {calls} calls ended as they should"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Figure(f"virtual {calls} calls of {SECONDS} s: CPU", used, "s"),
        Figure(f"virtual {calls} calls of {SECONDS} s: CPU per call", used * 1000 / calls, "ms"),
        Figure(f"virtual {calls} calls of {SECONDS} s: peak memory", memory, "MiB"),
    ]


async def story(calls: int) -> int:
    """Run the calls; returns how many heard their clip, pressed their key and hung up in time."""
    async with World(capacity=calls + 10) as world:
        rest = SECONDS - KEY_AT_S
        world.app.on("/g", NEXT.format(rest=rest))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(world, n, n * START_S / calls)) for n in range(calls)]
    return sum(task.result() for task in tasks)


async def one(world: World, number: int, delay_s: float) -> bool:
    """One call from its creation to its last webhook."""
    await asyncio.sleep(delay_s)
    talk: Talk = await world.answered(DOCUMENT, to=f"+1202555{number:04d}")
    answered = world.now
    await asyncio.sleep(KEY_AT_S)
    await talk.phone.press("5")
    event = await talk.disconnect()
    lasted = world.now - answered
    gathered = [each["digits"] for each in talk.events("gather")]
    return event["cause"] == "hangup" and gathered == ["5"] and abs(lasted - SECONDS) < 1
