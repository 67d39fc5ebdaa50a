"""What the cases of conferences have in common: members, and who hears whom."""

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.scenarios.links import party

from offhook.testing import sound
from offhook.testing.sound import Pcm
from offhook.testing.world import Talk, World

URL = "/ce"
EVENTS = f'conferenceEventUrl="{URL}"'
VOICES_HZ = {"x": 400.0, "y": 700.0, "z": 1300.0}  # no clip sounds like them
NUMBERS = {"x": "+12025550111", "y": "+12025550122", "z": "+12025550133"}


def conference(attributes: str = EVENTS, name: str = "room") -> str:
    """Return the verb."""
    return f"<Conference {attributes}>{name}</Conference>"


async def joined(world: World, number: str, verbs: str | None = None, **fields: object) -> Talk:
    """Return a call that has come into the conference."""
    party(world, number)
    talk = await world.answered(conference() if verbs is None else verbs, to=number, **fields)
    await asyncio.sleep(0.2)
    return talk


async def meeting(world: World, **attributes: str) -> dict[str, Talk]:
    """Return members by name, each with these attributes; the first one wants events."""
    members: dict[str, Talk] = {}
    for name, given in attributes.items():
        url = "" if members else EVENTS
        filled = given.format(**{each: talk.call_id for each, talk in members.items()})
        members[name] = await joined(world, NUMBERS[name], conference(f"{url} {filled}"))
    return members


async def all_talk(members: Mapping[str, Talk]) -> None:
    """Let everybody say something, one after the other."""
    for name, talk in members.items():
        await talk.phone.say(sound.tone(VOICES_HZ[name], 0.5))
        await asyncio.sleep(0.3)


def hears(talk: Talk) -> str:
    """Return whom a member has heard."""
    return "".join(name for name, hertz in VOICES_HZ.items() if within(talk.phone.heard, hertz))


def within(pcm: Pcm, frequency_hz: float) -> bool:
    """Whether a voice is in what was heard."""
    return sum(span.duration_s for span in sound.tones(pcm, frequency_hz)) > 0.3


def events(world: World, kind: str | None = None) -> list[dict[str, Any]]:
    """Return the events of conferences."""
    return [event for event in world.app.events(kind) if "conferenceId" in event]


def kinds(world: World) -> list[str]:
    """Return what events there were, in order, without the common beginning of their names."""
    return [event["eventType"].removeprefix("conference") for event in events(world)]


def room(world: World) -> str:
    """Return the id of the conference that told of its creation last."""
    identity: str = events(world, "conferenceCreated")[-1]["conferenceId"]
    return identity
