"""Waiting for an answer."""

import asyncio

import pytest

from offhook.calls.ringing import until_answered
from offhook.errors import CallError, Cause
from offhook.facts import Abandoned, Answered, Fact, Reoffered, Ringing
from offhook.testing.loop import running_loop, virtual
from offhook.verbs import End

TIMEOUT_S = 5.0


async def wait(*script: tuple[float, Fact]) -> tuple[Answered | End, list[Ringing]]:
    """Wait for an answer with facts that come at their seconds."""
    inbox: asyncio.Queue[Fact] = asyncio.Queue()
    loop = running_loop()
    for at, fact in script:
        loop.call_later(at, inbox.put_nowait, fact)
    rung: list[Ringing] = []

    def ending(fact: Fact) -> End | None:
        return End(Cause.CANCEL) if isinstance(fact, Abandoned) else None

    return await until_answered(inbox.get, ending, rung.append, TIMEOUT_S), rung


@virtual
async def test_an_answer_may_come_without_ringing() -> None:
    assert await wait((29.0, Answered(b"x"))) == (Answered(b"x"), [])


@virtual
async def test_every_ring_is_told_and_the_first_one_sets_the_limit() -> None:
    rings = Ringing(180), Ringing(183, b"sdp")
    outcome = await wait((29.0, rings[0]), (33.0, rings[1]), (33.9, Answered(b"x")))

    assert outcome == (Answered(b"x"), list(rings))


@virtual
async def test_what_ends_the_call_ends_the_waiting_and_nothing_else_does() -> None:
    outcome, _ = await wait((1.0, Reoffered(b"")), (2.0, Abandoned()))

    assert (outcome, running_loop().time()) == (End(Cause.CANCEL), 2.0)


@virtual
async def test_silence_and_ringing_have_limits_of_their_own() -> None:
    with pytest.raises(CallError, match="did not start ringing"):
        await wait()
    assert running_loop().time() == 30.0
    with pytest.raises(CallError, match="did not answer"):
        await wait((10.0, Ringing(180)), (14.0, Ringing(183)))
    assert running_loop().time() == 45.0
