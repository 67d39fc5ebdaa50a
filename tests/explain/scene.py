"""Calls that fail in the virtual network, and what is told of them."""

from collections.abc import Awaitable, Callable
from typing import Any

from offhook.explain import Explanation
from offhook.explain.stories import tell
from offhook.records import Event
from offhook.testing.loop import run as run_virtual
from offhook.testing.world import World

Scene = Callable[[World], Awaitable[str]]  # returns the id that is asked about


class Deaf(World):
    """A server without a speech recogniser."""

    make_recognizer = None


def play(scene: Scene, kind: type[World] = World, **world: Any) -> Explanation:
    """Run a scene in a world of its own and explain the id it returns."""

    async def run() -> Explanation:
        async with kind(**world) as made:
            made.phone()  # somebody has the number that scenes call
            asked = await scene(made)
            await made.store.flushed()
            told = tell(made.store, asked)
            assert told is not None, f"nothing is known of {asked}"
            check(told.explanation, made.store.events(told.explanation.call_id or ""))
            return told.explanation

    return run_virtual(run())


def check(explanation: Explanation, log: list[Event]) -> None:
    """What holds for every explanation: the evidence is of the log, and advice has a receiver."""
    for finding in (explanation.cause, *explanation.also):
        assert all(event in log for event in finding.evidence)
        assert finding.sentence.endswith((".", ">"))
        assert "None" not in finding.sentence
        assert (finding.who is None) == (finding.fix == "")
    assert explanation.lines()
    assert explanation.as_data()["sentence"] == explanation.cause.sentence


async def error_id(world: World, **fields: object) -> str:
    """Place a call that fails and return the errorId of its end."""
    call_id = await world.create_call(**fields)
    event = await world.app.wait_event("disconnect", callId=call_id)
    told: str = event["errorId"]
    return told


def kinds(explanation: Explanation) -> list[str]:
    """Return the kinds of the events that prove the cause."""
    return [event.kind for event in explanation.cause.evidence]
