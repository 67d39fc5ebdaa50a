"""Seeded scenarios: an ordinary world, one fault in it, and whether the explanation names it."""

import random
from dataclasses import dataclass

from tests.chaos import apps, carriers, mistakes
from tests.chaos.fault import FAULTS, Fault

from offhook.explain import Explanation
from offhook.explain.stories import tell
from offhook.testing.loop import run as run_virtual
from offhook.testing.paths import Quality
from offhook.testing.world import World

SCENARIOS = 300
FAMILIES = (apps, carriers, mistakes)  # each registers its faults


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was told of an injected fault."""

    seed: int
    fault: Fault
    told: Explanation

    @property
    def named(self) -> bool:
        """Whether some finding says what was wrong, and who must act."""
        findings = (self.told.cause, *self.told.also)
        return any(
            all(word in each.sentence for word in self.fault.words) and each.who is self.fault.who
            for each in findings
        )

    def __str__(self) -> str:
        said = " / ".join(f.sentence for f in (self.told.cause, *self.told.also))
        return f"seed {self.seed}, {self.fault.name}: {said}"


def play(seed: int) -> Outcome:
    """Run the scenario of a seed."""
    names = sorted(FAULTS)
    fault = FAULTS[names[seed % len(names)]]
    return run_virtual(_play(seed, fault))


async def _play(seed: int, fault: Fault) -> Outcome:
    rng = random.Random(seed)  # a seed must repeat itself
    quality = Quality(latency_s=rng.uniform(0.001, 0.05), jitter_s=rng.uniform(0, 0.01))
    async with World(seed=seed, quality=quality) as world:
        world.phone()
        asked = await fault.inject(world, rng)
        await world.store.flushed()
        told = tell(world.store, asked)
        assert told is not None, f"seed {seed}: nothing is known of {asked}"
        return Outcome(seed, fault, told.explanation)
