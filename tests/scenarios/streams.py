"""What the stories of streams have in common."""

from typing import Any

from tests.scenarios.cases import began

from offhook.records import Event
from offhook.testing import sound
from offhook.testing.sockets import Link
from offhook.testing.world import Talk, World

URL = "wss://ws.test/a"
TALKING = sound.tone(700.0, 2.0)  # what the party says
TALKING_HZ = 700.0
EVENTS = {"mediaStreamStarted", "mediaStreamRejected", "mediaStreamStopped"}


def start(name: str | None = "s", *, more: str = "", inside: str = "") -> str:
    """Return a StartStream with its events."""
    named = f' name="{name}"' if name else ""
    where = f'destination="{URL}" streamEventUrl="/se"'
    return f"<StartStream{named} {where} {more}>{inside}</StartStream>"


def bidirectional(then: str = "", *, more: str = "") -> str:
    """Return a stream that is waited for."""
    begin = start(more=f'mode="bidirectional" {more}')
    return f'{begin}<StopStream name="s" wait="true"/>{then}'


async def streaming(world: World, verbs: str, **fields: object) -> tuple[Talk, Link]:
    """Have a call answered that streams; returns it, and the other end of its first stream."""
    talk = await world.answered(verbs, **fields)
    return talk, await world.app.sockets.wait_link()


def told(talk: Talk) -> list[dict[str, Any]]:
    """Return the events about streams, in order."""
    return [event for event in talk.events() if event["eventType"] in EVENTS]


def names(talk: Talk) -> list[str]:
    """Return what they are, with their causes."""
    return [
        " ".join(filter(None, [each["eventType"].removeprefix("mediaStream"), each.get("cause")]))
        for each in told(talk)
    ]


def since(talk: Talk, link: Link, kind: str) -> float:
    """Return when the last message of a kind came, in seconds since the document was asked for."""
    return [each.at for each in link.messages if each.json["eventType"] == kind][-1] - began(talk)


def logged(talk: Talk, kind: str) -> list[Event]:
    """Return the events of a kind in the call's log."""
    return [each for each in talk.world.store.events(talk.call_id) if each.kind == kind]
