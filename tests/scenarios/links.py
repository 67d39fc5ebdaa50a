"""What the cases in which calls meet have in common: more telephones, and sound both ways."""

import asyncio
from typing import Any

from tests.scenarios.cases import arrivals

from offhook.testing import sound
from offhook.testing.handset import Handset
from offhook.testing.phone import Behaviour, Phone, answers
from offhook.testing.world import Talk, World

N1, N2 = "+12025550111", "+12025550122"
NEAR_HZ, FAR_HZ = 600.0, 900.0  # what the parties say


def party(world: World, number: str = N1, behaviour: Behaviour | None = None) -> Phone:
    """Return somebody at the far end of the trunk, who answers if nothing else is said."""
    phone = world.phone(number)
    phone.behaviour = behaviour or answers()
    return phone


async def talk_both_ways(near: Handset, far: Handset) -> None:
    """Let both say something for half a second."""
    await asyncio.gather(
        near.say(sound.tone(NEAR_HZ, 0.5)),
        far.say(sound.tone(FAR_HZ, 0.5)),
    )
    await asyncio.sleep(0.3)


def assert_talked(near: Handset, far: Handset) -> None:
    """Each has heard the other once, and nobody himself."""
    assert [round(span.duration_s, 1) for span in sound.tones(near.heard, FAR_HZ)] == [0.5]
    assert [round(span.duration_s, 1) for span in sound.tones(far.heard, NEAR_HZ)] == [0.5]
    assert sound.tones(near.heard, NEAR_HZ) == []
    assert sound.tones(far.heard, FAR_HZ) == []


def invite(handset: Handset) -> Any:
    """Return the INVITE that a phone got."""
    assert handset.invite is not None
    return handset.invite


def asked(talk: Talk, kind: str) -> list[str]:
    """Return the paths at which events of a kind arrived."""
    return [request.path for request in arrivals(talk, kind)]
