"""SIP's words for the contract's endings (errors.md 8.3)."""

import asyncio
import gc
import weakref

import pytest

from offhook.calls.endings import refusal, unreachable
from offhook.errors import Cause
from offhook.testing.loop import virtual
from offhook.testing.world import World


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (Cause.REJECTED, 603),
        (Cause.HANGUP, 603),
        (Cause.INVALID_BXML, 500),
        (Cause.APPLICATION_ERROR, 500),
        (Cause.CALLBACK_ERROR, 503),
        (Cause.ACCOUNT_LIMIT, 503),
    ],
)
def test_an_unanswered_caller_is_refused_with_the_code_of_the_cause(
    cause: Cause, code: int
) -> None:
    assert code == refusal(cause)


@pytest.mark.parametrize(
    ("reason", "code"), [("timed out", 408), ("connection failed", 503), ("host not found", 503)]
)
def test_silence_counts_as_408_and_a_broken_transport_as_503(reason: str, code: int) -> None:
    error = unreachable(reason)

    assert error.cause is Cause.ERROR
    assert error.message == f"SIP request failed with status {code}"


@virtual
async def test_a_call_that_has_ended_leaves_no_cycle_behind() -> None:
    gc.disable()
    try:
        async with World() as world:
            talk = await world.answered("")
            call = weakref.ref(world.node.exchange.calls[talk.call_id])
            leg = weakref.ref(world.node.exchange.calls[talk.call_id].leg)
            await talk.disconnect()
            await asyncio.sleep(60)  # SIP's timers let go
            assert call() is None
            assert leg() is None
    finally:
        gc.enable()
