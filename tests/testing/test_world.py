"""A World repeats itself exactly, and does not let anything be left behind."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest
from msgspec.structs import replace

from offhook.calls.limits import Settings
from offhook.records import CallState
from offhook.testing.fixtures import ACCOUNT_ID, API_URL
from offhook.testing.loop import LeakError, run, running_loop, virtual
from offhook.testing.network import Sent
from offhook.testing.paths import Quality
from offhook.testing.phone import only_rings
from offhook.testing.world import World

ROUGH = Quality(latency_s=0.03, jitter_s=0.04, loss=0.25, duplicate=0.05)


async def rough_story() -> tuple[list[Sent], list[float], bytes]:
    """A call over a bad network."""
    async with World(quality=ROUGH) as world:
        talk = await world.answered('<Gather gatherUrl="/g" maxDigits="2"/>')
        await talk.phone.press("42")
        await talk.disconnect()
    times = [received.at for received in world.app.received]
    return world.network.messages, times, talk.phone.heard.tobytes()


def test_equal_seeds_give_equal_worlds_to_the_last_byte() -> None:
    first, again, other = (run(rough_story(), seed=seed) for seed in (5, 5, 6))

    assert first == again
    assert first != other


@virtual
async def test_a_call_survives_a_bad_network() -> None:
    messages, times, _ = await rough_story()

    assert any(sent.lost for sent in messages)
    assert len(times) == 3  # answer, gather, disconnect


@virtual
async def test_a_talk_shows_its_state_and_its_events() -> None:
    async with World() as world:
        talk = await world.answered("<Pause duration='5'/>")
        await talk.wait_event("answer")
        state = await talk.state()
        await talk.disconnect()
        ended = await talk.state()

    assert state["state"] == "answered"
    assert ended["state"] == "disconnected"
    assert [event["eventType"] for event in talk.events()] == ["answer", "disconnect"]
    assert world.now >= 5


@virtual
async def test_the_account_can_be_changed_in_mid_story() -> None:
    async with World() as world:
        await world.answered("<Pause duration='5'/>")
        world.change_account(sessions=1)
        answer = await world.rest.create_call(
            to="+12025550199",
            from_="+12025550100",
            applicationId="3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
            answerUrl="http://app.test/v/answer",
        )

    assert answer.status == 429


@virtual
async def test_the_end_of_a_world_is_the_end_of_its_calls() -> None:
    async with World(settings=Settings(API_URL, node_calls=5)) as world:
        talking = await world.answered("<Pause duration='1000'/>")
        world.phone("+12025550177").behaviour = only_rings
        ringing = await world.create_call(to="+12025550177", callTimeout=300)
        await world.phone("+12025550177").wait_call()
    ends = world.app.events("disconnect")

    assert {event["callId"] for event in ends} == {talking.call_id, ringing}


@virtual
async def test_a_server_that_loses_its_peer_still_ends_everything() -> None:
    async with World() as world:
        talk = await world.answered("<Pause duration='3'/>")
        world.network.paths.cut("10.0.0.2")
        await talk.disconnect()
        await asyncio.sleep(60)
        world.network.paths.heal()

    assert talk.events("disconnect")[0]["cause"] == "hangup"


def faulty(spoil: Callable[[World, str], None]) -> Coroutine[None, None, None]:
    """A story after which something is not as it must be."""

    async def story() -> None:
        async with World() as world:
            talk = await world.answered("<Pause duration='1'/>")
            await talk.disconnect()
            await asyncio.sleep(1)
            spoil(world, talk.call_id)

    return story()


def leave_a_port_open(world: World, _: str) -> None:
    world.ports.open()


def leave_a_call_open(world: World, call_id: str) -> None:
    record = world.store.call(ACCOUNT_ID, call_id)
    assert record is not None
    version = record.version + 1
    world.store.put_call(replace(record, state=CallState.ANSWERED, version=version))


def disconnect_twice(world: World, call_id: str) -> None:
    *_, delivery = world.store.deliveries(call_id)
    assert delivery.event_type == "disconnect"
    again = replace(delivery, id="another", sequence=delivery.sequence + 1)
    world.store.put_delivery(again)


@pytest.mark.parametrize("spoil", [leave_a_port_open, leave_a_call_open, disconnect_twice])
def test_what_is_left_behind_fails_the_story(spoil: Callable[[World, str], None]) -> None:
    with pytest.raises(AssertionError):
        run(faulty(spoil))


def test_a_task_left_behind_fails_the_story() -> None:
    tasks: list[asyncio.Task[None]] = []

    def forget(_: World, __: str) -> None:
        tasks.append(running_loop().create_task(asyncio.sleep(10_000), name="forgotten"))

    with pytest.raises(LeakError, match="forgotten"):
        run(faulty(forget))


def test_a_failed_story_fails_for_its_own_reason() -> None:
    def fail(world: World, _: str) -> None:
        world.ports.open()  # would fail too, but later
        raise LookupError("the reason")

    with pytest.raises(LookupError, match="the reason"):
        run(faulty(fail))
