"""Killed between any two effects of a createCall, the server never calls anybody twice.

An effect is a commit, a SIP message or an HTTP request of the server (testing/mains.py), or its
answer to the client. Each story dies before the first effect, before the second, and so on until
one comes to its end; then the server starts again, and the client, who may or may not have had an
answer, repeats its request.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.scenarios.keyed import create

from offhook.errors import Cause
from offhook.records import CallRecord, Event
from offhook.requests import CallFilter
from offhook.scopes import background
from offhook.testing.app import document
from offhook.testing.asgi import Answer
from offhook.testing.fixtures import ACCOUNT_ID, ANSWER_URL, STATUS_URL
from offhook.testing.invariants import dialogues
from offhook.testing.loop import virtual
from offhook.testing.mains import Mains
from offhook.testing.world import World

pytestmark = pytest.mark.slow

AN_HOUR_S = 3600.0  # more than any call of these stories takes
MOST_EFFECTS = 200


@dataclass(frozen=True)
class Outcome:
    """What a story has come to."""

    died: bool
    first: Answer | None  # None: the client was cut off
    again: Answer
    records: list[CallRecord]
    log: list[Event]
    invites: int  # that the phone got, repetitions not counted
    goodbyes: int


async def attempt(world: World) -> Answer | None:
    """Create the call, wait for its end, and stop at once when the electricity fails."""
    assert world.mains is not None
    answers: list[Answer] = []

    async def client() -> None:
        answer = await create(world)
        if world.mains and world.mains.spend():
            answers.append(answer)
            await world.app.wait_event("disconnect")
        await asyncio.sleep(AN_HOUR_S)

    async with background(client()):
        try:
            async with asyncio.timeout(60.0):
                await world.mains.off.wait()
        except TimeoutError:
            pass
    return answers[0] if answers else None


def tell(folder: Path, effects: int, *, queueing: bool, eager: bool) -> Outcome:
    outcomes: list[Outcome] = []

    @virtual
    async def story() -> None:
        url = f"sqlite:///{folder}/{effects}.db"
        mains = Mains(effects, eager=eager)
        async with World(mains=mains, store_url=url) as world:
            world.change_account(queueing=queueing)
            world.app.on(ANSWER_URL, document(""))
            world.phone()
            first = await attempt(world)
            await world.store.flushed()  # the last effect
            died = mains.off.is_set()
            if died:
                for handset in world.phones.live:
                    handset.hang_up()  # nobody listens to silence for ever
                await world.restart()
            again = await create(world)
            call_id = again.json()["callId"]
            await world.app.wait_event("disconnect", callId=call_id)
            await asyncio.sleep(60.0)  # whatever else might come, comes
            sent = dialogues(world.network.messages).values()
            outcome = Outcome(
                died,
                first,
                again,
                world.store.calls(ACCOUNT_ID, CallFilter()),
                world.store.events(call_id),
                sum(any(m.data.startswith(b"INVITE ") for m in each) for each in sent),
                len({r.headers["offhook-event-id"] for r in world.app.requests(STATUS_URL)}),
            )
            outcomes.append(outcome)

    story()
    return outcomes[0]


def check(outcome: Outcome) -> None:
    """One call at most, and none only if the crash took it after it had been written down."""
    (record,) = outcome.records
    lost = [event.kind for event in outcome.log if event.kind == "call.lost"]

    assert outcome.again.status == 201
    assert outcome.again.json()["callId"] == record.call_id
    assert outcome.invites <= 1
    assert outcome.goodbyes == 1
    assert (record.disconnect_cause is Cause.UNKNOWN) == bool(lost)
    if not lost:
        assert outcome.invites == 1
    if outcome.first:
        assert outcome.first.body == outcome.again.body
        assert outcome.again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("queueing", [True, False], ids=["queue", "at once"])
@pytest.mark.parametrize("eager", [True, False], ids=["a commit a write", "few commits"])
def test_a_server_that_dies_anywhere_places_the_call_once(
    tmp_path: Path, queueing: bool, eager: bool
) -> None:
    outcomes: list[Outcome] = []
    while not outcomes or outcomes[-1].died:
        outcomes.append(tell(tmp_path, len(outcomes), queueing=queueing, eager=eager))
        try:
            check(outcomes[-1])
        except AssertionError as error:
            error.add_note(f"it died before effect {len(outcomes) - 1}")
            raise
        assert len(outcomes) < MOST_EFFECTS

    replayed = [o for o in outcomes if "idempotent-replayed" in o.again.headers]
    assert len(outcomes) >= 8  # there were places to die
    assert 0 < len(outcomes) - len(replayed) < 5  # before the call was on disk
    assert any(outcome.first is None for outcome in replayed)  # on disk, and the client not told
    assert {outcome.invites for outcome in outcomes} == {0, 1}
