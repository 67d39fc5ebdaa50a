"""A fault that is put into a call, and what an explanation must say to have named it."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from offhook.errors import Who
from offhook.testing.world import World

Inject = Callable[[World, random.Random], Awaitable[str]]  # returns the id that is asked about


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault."""

    name: str
    inject: Inject
    words: tuple[str, ...]  # all of them must be said, in one finding
    who: Who | None  # who is named


FAULTS: dict[str, Fault] = {}


def fault(name: str, *words: str, who: Who | None) -> Callable[[Inject], Inject]:
    """Register a fault; `words` are what must be said of it."""

    def register(inject: Inject) -> Inject:
        assert name not in FAULTS, name
        FAULTS[name] = Fault(name, inject, words, who)
        return inject

    return register


async def error_id(world: World, call_id: str, kind: str = "disconnect") -> str:
    """Return the errorId that an event of the call tells."""
    event = await world.app.wait_event(kind, callId=call_id)
    told: str = event["errorId"]
    return told
