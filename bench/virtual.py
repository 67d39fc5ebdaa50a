"""A thousand calls at once in virtual time: the whole server and all its telephones in one process.

Each call lasts 60 s: a clip, a key for a gather, and a pause in which RTP flows on both ways. What
is measured is the CPU of everything: REST, SIP, media of both ends, webhooks.
"""

import asyncio
import gc
import resource
import time
from dataclasses import dataclass

import structlog

from bench import Figure, Plan
from offhook.testing import sound
from offhook.testing.fixtures import T3_HZ
from offhook.testing.loop import run as run_virtual
from offhook.testing.world import Talk, World

CALLS, SECONDS = 1000, 60
DOCUMENT = (
    '<PlayAudio>t3.wav</PlayAudio><Gather gatherUrl="/g" maxDigits="1" firstDigitTimeout="30"/>'
)
NEXT = '<Pause duration="{rest:g}"/>'
KEY_AT_S = 10.0
START_S = 5.0  # over which the calls begin


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the calls, and what they cost."""

    ended: int  # pressed their key and were hung up in time
    heard: int  # heard their clip, whole and once
    cpu_s: float


def run(plan: Plan) -> list[Figure]:
    """Measure 1,000 calls, or 100 in a hurry."""
    calls = 100 if plan.quick else CALLS
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    gc.collect()
    gc.freeze()  # as a server does once it has started
    outcome = run_virtual(story(calls, SECONDS))
    gc.unfreeze()
    assert outcome.ended == outcome.heard == calls, outcome
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    title = f"virtual {calls} calls of {SECONDS} s:"
    return [
        Figure(f"{title} CPU", outcome.cpu_s, "s"),
        Figure(f"{title} CPU per call", outcome.cpu_s * 1000 / calls, "ms"),
        Figure(f"{title} peak memory", memory, "MiB"),
    ]


async def story(calls: int, seconds: float) -> Outcome:
    """Run the calls and look at each."""
    before = time.process_time()
    async with World(capacity=calls + 10) as world:
        world.app.on("/g", NEXT.format(rest=seconds - KEY_AT_S))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(world, n, n * START_S / calls)) for n in range(calls)]
        used = time.process_time() - before
        ended = [task.result() for task in tasks]
        return Outcome(
            sum(abs(lasted - seconds) < 1 for _, lasted in ended),
            sum(heard_its_clip(talk) for talk, _ in ended),
            used,
        )


async def one(world: World, number: int, delay_s: float) -> tuple[Talk, float]:
    """One call from its creation to its last webhook; returns it and how long it lasted."""
    await asyncio.sleep(delay_s)
    talk = await world.answered(DOCUMENT, to=f"+1202555{number:04d}")
    answered = world.now
    await asyncio.sleep(KEY_AT_S)
    await talk.phone.press("5")
    event = await talk.disconnect()
    gathered = [each["digits"] for each in talk.events("gather")]
    is_good = event["cause"] == "hangup" and gathered == ["5"]
    return talk, world.now - answered if is_good else 0.0


def heard_its_clip(talk: Talk) -> bool:
    """Whether the telephone has heard the clip and nothing else."""
    spans = sound.sounds(talk.phone.heard)
    clips = sound.tones(talk.phone.heard, T3_HZ)
    return len(spans) == len(clips) == 1 and clips[0].about(0, 3, 0.1)
