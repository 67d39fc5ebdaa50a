"""A call of ours from its INVITE to its answer: two limits, one after the other (rest.md 4.1)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from offhook.calls.limits import RINGING_START_S
from offhook.errors import calls
from offhook.facts import Answered, Ringing
from offhook.verbs import End

Fact = TypeVar("Fact")


async def until_answered(
    next_fact: Callable[[], Awaitable[Fact]],
    ending: Callable[[Fact], End | None],
    rings: Callable[[Ringing], None],
    timeout_s: float,
) -> Answered | End:
    """Read the inbox until the far end answers, or something ends the call; raises CallError.

    `rings` is told of every provisional response that says something new.
    """
    ringing = False
    try:
        async with asyncio.timeout(RINGING_START_S) as limit:
            while True:
                fact = await next_fact()
                if isinstance(fact, Ringing):
                    if not ringing:
                        limit.reschedule(asyncio.get_running_loop().time() + timeout_s)
                    ringing = True
                    rings(fact)
                elif isinstance(fact, Answered):
                    return fact
                elif ended := ending(fact):
                    return ended
    except TimeoutError:
        raise (calls.no_answer() if ringing else calls.no_ringing()) from None
