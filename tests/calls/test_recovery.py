"""After a crash every call ends once, and queued calls go on."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from msgspec import structs

from offhook.calls.exchange import Exchange
from offhook.calls.recovery import may_resume
from offhook.hooks import Hook, Target
from offhook.media.recorder import wav_header
from offhook.records import (
    CallRecord,
    CallState,
    ConferenceRecord,
    Delivery,
    Direction,
    Event,
    Recording,
)
from offhook.testing import fixtures, sound
from offhook.testing.fixtures import (
    ACCOUNT_ID,
    ANSWER_URL,
    APPLICATION_ID,
    NUMBER,
    PARTY,
    STATUS_URL,
)
from offhook.testing.loop import EPOCH, virtual
from offhook.testing.world import World

T = TypeVar("T")
LEFT = CallRecord(
    call_id="c-00000001-11111111-2222-4333-8444-555555555555",
    account_id=ACCOUNT_ID,
    application_id=APPLICATION_ID,
    to=PARTY,
    from_=NUMBER,
    direction=Direction.OUTBOUND,
    state=CallState.ANSWERED,
    last_update=EPOCH - 10,
    start_time=EPOCH - 20,
    answer_time=EPOCH - 10,
    hook=Hook(Target(ANSWER_URL)),
    status=Target(STATUS_URL),
)

RECORDED = Recording(
    recording_id="r-1",
    call_id=LEFT.call_id,
    account_id=ACCOUNT_ID,
    application_id=APPLICATION_ID,
    to=PARTY,
    from_=NUMBER,
    direction=Direction.OUTBOUND,
    start_time=EPOCH - 5,
    channels=1,
    file_format="wav",
    available=Target("http://app.test/ra"),
)


def test_only_young_queued_calls_are_resumed() -> None:
    queued = structs.replace(LEFT, state=CallState.QUEUED, enqueued_time=100.0)

    assert may_resume(queued, 200.0)
    assert not may_resume(queued, 100.0 + 24 * 3600)
    assert not may_resume(LEFT, 200.0)


@virtual
async def test_a_call_cut_off_by_a_crash_ends_once_as_unknown() -> None:
    world = World()
    world.store.put_call(LEFT)

    async with world:
        event = await world.app.wait_event("disconnect", callId=LEFT.call_id)
        state = (await world.rest.get_call(LEFT.call_id)).json()

    assert (event["cause"], event["errorMessage"]) == (
        "unknown",
        "An unknown internal error occurred",
    )
    assert event["errorId"] == state["errorId"]
    assert state["state"] == "disconnected"
    assert len(world.app.events("disconnect")) == 1


@virtual
async def test_a_queued_call_is_placed_after_the_restart() -> None:
    world = World()
    world.app.on(fixtures.ANSWER_URL, "<PlayAudio>t1.wav</PlayAudio>")
    world.store.put_call(
        structs.replace(
            LEFT,
            state=CallState.QUEUED,
            enqueued_time=EPOCH - 30,
            start_time=None,
            answer_time=None,
        )
    )

    async with world:
        world.phone()
        event = await world.app.wait_event("disconnect", callId=LEFT.call_id)

    assert event["cause"] == "hangup"
    assert event["enqueuedTime"] == "2025-12-31T23:59:30.000Z"


@virtual
async def test_a_queued_call_of_yesterday_is_cancelled() -> None:
    world = World()
    world.store.put_call(
        structs.replace(
            LEFT,
            state=CallState.QUEUED,
            enqueued_time=EPOCH - 25 * 3600,
            start_time=None,
            answer_time=None,
        )
    )

    async with world:
        event = await world.app.wait_event("disconnect", callId=LEFT.call_id)
        await asyncio.sleep(1)

    assert event["cause"] == "cancel"
    assert "startTime" not in event
    assert world.phones.live == []


@virtual
async def test_recordings_of_a_killed_process_are_salvaged_and_announced() -> None:
    world = World()
    world.store.put_call(LEFT)
    for name in ("r-1", "r-2"):
        recording = replace(RECORDED, recording_id=name)
        world.store.put_recording(recording)
        world.recordings.mkdir(exist_ok=True)
        pcm = sound.tone(700, 2.0).tobytes()
        (world.recordings / f"{name}.draft").write_bytes(wav_header(0) + pcm + b"x")

    async with world:
        await world.app.wait_event("recordingAvailable", count=2, callId=LEFT.call_id)
        events = world.app.events(callId=LEFT.call_id)
        media = await world.rest.download(events[-1])

    assert [event["eventType"] for event in events] == [
        "disconnect",
        "recordingAvailable",
        "recordingAvailable",
    ]
    assert {event["recordingId"] for event in events[1:]} == {"r-1", "r-2"}
    assert [(event["status"], event["duration"]) for event in events[1:]] == [
        ("partial", "PT2S")
    ] * 2
    assert media.body == wav_header(len(pcm)) + pcm


CONFERENCE = ConferenceRecord(
    conference_id="conf-1",
    account_id=ACCOUNT_ID,
    name="room",
    created=EPOCH - 15,
    hook=Hook(Target("http://app.test/ce"), Target("http://app.test/f")),
    tag="t",
)


@virtual
async def test_a_conference_of_a_killed_process_ends_once_and_so_does_its_recording() -> None:
    world = World()
    world.app.on("/ce", "<PlayAudio>t1.wav</PlayAudio>")
    world.store.put_conference(CONFERENCE)
    seats = [("joined", "c-1"), ("joined", "c-2"), ("left", "c-1"), ("joined", "c-3")]
    world.store.append(Event("conf-1", 1, EPOCH - 15, "conference.created"))
    for number, (what, call_id) in enumerate(seats, 2):
        data = {"call": call_id, "from_": NUMBER, "to": PARTY}
        world.store.append(Event("conf-1", number, EPOCH - 14, f"conference.{what}", data))
    told = ["conferenceCreated", "conferenceMemberJoin", "conferenceMemberJoin"]
    told += ["conferenceMemberExit", "conferenceMemberJoin"]
    for number, kind in enumerate(told, 1):
        world.store.put_delivery(
            Delivery(
                id=f"delivery-{number}",
                call_id="conf-1",
                account_id=ACCOUNT_ID,
                sequence=number,
                event_type=kind,
                payload={"eventType": kind, "conferenceId": "conf-1", "eventTime": "2025"},
                target=Target("http://app.test/ce"),
                fallback=None,
                timeout_s=15.0,
                created=EPOCH - 14,
                delivered=None if number == 5 else EPOCH - 13,
                asks=True,
            )
        )
    of_room = Recording(
        recording_id="r-9",
        call_id="conf-1",
        account_id=ACCOUNT_ID,
        start_time=EPOCH - 5,
        channels=1,
        file_format="wav",
        conference="room",
        available=Target("http://app.test/cr"),
    )
    world.store.put_recording(of_room)
    world.recordings.mkdir(exist_ok=True)
    pcm = sound.tone(700, 2.0).tobytes()
    (world.recordings / "r-9.draft").write_bytes(wav_header(0) + pcm)

    async with world:
        made = await world.app.wait_event("conferenceRecordingAvailable")
        shown = await world.rest.conference("conf-1")
        media = await world.rest.download(made)
        assert not world.store.open_conferences()

    events = world.app.events(conferenceId="conf-1")
    assert [event["eventType"] for event in events] == [
        "conferenceMemberJoin",
        "conferenceMemberExit",
        "conferenceMemberExit",
        "conferenceCompleted",
        "conferenceRecordingAvailable",
    ]
    assert [event.get("callId") for event in events[1:3]] == ["c-2", "c-3"]
    assert {event["tag"] for event in events[1:]} == {"t"}
    assert (made["status"], made["duration"], made["name"]) == ("partial", "PT2S", "room")
    assert media.body == wav_header(len(pcm)) + pcm
    assert shown["completedTime"] is not None


class SlowOffload:
    """Reads, and lets a moment pass before it says what it read."""

    async def __call__(self, work: Callable[[], T]) -> T:
        value = work()
        await asyncio.sleep(0.1)
        return value


@virtual
async def test_left_over_webhooks_of_one_call_go_on_with_one_log() -> None:
    world = World()
    world.store.put_call(structs.replace(LEFT, state=CallState.DISCONNECTED, end_time=EPOCH))
    fixtures.serve(world.app)
    for number in (1, 2, 3):
        world.store.put_delivery(
            Delivery(
                id=f"delivery-{number}",
                call_id=LEFT.call_id,
                account_id=ACCOUNT_ID,
                sequence=number,
                event_type="machineDetectionComplete",
                payload={"eventType": "machineDetectionComplete", "callId": LEFT.call_id},
                target=Target(STATUS_URL),
                fallback=None,
                timeout_s=15.0,
                created=EPOCH,
            )
        )

    plant = replace(world.node.exchange._plant, offload=SlowOffload())
    world.node.exchange = Exchange(plant)
    await world.node.exchange.start()
    await asyncio.sleep(5)
    await world.store.flushed()

    log = world.store.events(LEFT.call_id)
    assert [(event.number, event.kind) for event in log] == [
        (1, "webhook.answered"),
        (2, "webhook.answered"),
        (3, "webhook.answered"),
    ]
    await world.node.close()
    world.store.close()


@virtual
async def test_streams_of_a_killed_process_end_with_their_call() -> None:
    world = World()
    world.store.put_call(LEFT)
    fixtures.serve(world.app)
    told = [("Started", "a"), ("Started", "b"), ("Rejected", "c"), ("Stopped", "b")]
    for number, (kind, stream) in enumerate(told, 1):
        event: dict[str, Any] = {
            "eventType": f"mediaStream{kind}",
            "callId": LEFT.call_id,
            "mediaStream": {"id": f"s-{stream}", "name": stream},
        }
        world.store.put_delivery(
            Delivery(
                id=f"delivery-{number}",
                call_id=LEFT.call_id,
                account_id=ACCOUNT_ID,
                sequence=number,
                event_type=event["eventType"],
                payload=event,
                target=Target("http://app.test/se"),
                fallback=None,
                timeout_s=15.0,
                created=EPOCH,
                delivered=EPOCH,
            )
        )
    async with world:
        end = await world.app.wait_event("disconnect")
        (stopped,) = world.app.events("mediaStreamStopped")

    assert stopped["mediaStream"] == {"id": "s-a", "name": "a"}
    assert (stopped["cause"], stopped["callId"]) == ("error", LEFT.call_id)
    assert stopped["errorMessage"] == "An unknown internal error occurred"
    assert world.app.events()[-1] == end
