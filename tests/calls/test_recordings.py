"""The recordings of a call that are not a matter of one verb."""

import asyncio

from offhook.media.messages import Close, Lost, Recorded
from offhook.records import RecordingStatus
from offhook.testing.loop import virtual
from offhook.testing.world import World

START = '<StartRecording recordingAvailableUrl="/ra"/>'


@virtual
async def test_a_recording_that_ends_by_itself_makes_room_for_another() -> None:
    async with World() as world:
        world.app.on("/n", START + '<Pause duration="1"/>')
        talk = await world.answered(START + '<Pause duration="9"/>')
        await asyncio.sleep(1)
        (running,) = await world.rest.recordings(talk.call_id)
        report = Recorded(talk.call_id, running["recordingId"], "", 0.0, "the disk is full")
        world.node.exchange.on_report(report)
        await talk.wait_event("recordingAvailable")
        paused = await world.rest.update_recording(talk.call_id, "paused")
        await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        await talk.wait_event("recordingAvailable", count=2)
        first, second = await world.rest.recordings(talk.call_id)

    assert paused.status == 404
    assert first["recordingId"] != second["recordingId"]
    assert second["status"] == "complete"


@virtual
async def test_a_lost_media_worker_leaves_a_partial_recording() -> None:
    async with World() as world:
        talk = await world.answered(START + '<Pause duration="9"/>')
        await asyncio.sleep(2.5)
        world.node.exchange.on_report(Lost(talk.call_id, "the media worker was killed"))
        event = await talk.disconnect()
        made = await talk.wait_event("recordingAvailable")
        world.node.media.send(Close(talk.call_id))  # it was not dead in truth

    assert event["cause"] == "error"
    assert (made["status"], made["duration"]) == ("partial", "PT2S")  # whole seconds are on disk


@virtual
async def test_pausing_by_rest_needs_a_live_call_that_is_recorded() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="1"/>' + START + '<Pause duration="1"/>')
        before = await world.rest.update_recording(talk.call_id, "paused")
        await asyncio.sleep(1.5)
        during = await world.rest.update_recording(talk.call_id, "paused")
        invalid = await world.rest.update_recording(talk.call_id, "stopped")
        await talk.disconnect()
        after = await world.rest.update_recording(talk.call_id, "recording")
        (recording,) = await world.rest.recordings(talk.call_id)

    statuses = [answer.status for answer in (before, during, invalid, after)]
    assert statuses == [404, 200, 400, 404]
    assert recording["status"] == RecordingStatus.COMPLETE
    assert 0.3 < float(recording["duration"][2:-1]) < 0.7


@virtual
async def test_the_log_of_a_call_tells_of_its_recordings() -> None:
    async with World() as world:
        talk = await world.answered(
            START + "<PauseRecording/><PauseRecording/><ResumeRecording/>" + '<Pause duration="1"/>'
        )
        await talk.disconnect()
        await talk.wait_event("recordingAvailable")
        kinds = [event.kind for event in world.store.events(talk.call_id)]

    assert [kind for kind in kinds if kind.startswith("recording.")] == [
        "recording.started",
        "recording.paused",
        "recording.resumed",
        "recording.stopped",
        "recording.made",
    ]
