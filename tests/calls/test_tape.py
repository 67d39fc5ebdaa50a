"""The recording in the background, and how recordings are begun and ended (also by scenarios)."""

import asyncio

from offhook.testing.loop import virtual
from offhook.testing.world import World

START = '<StartRecording recordingAvailableUrl="/ra"/>'


@virtual
async def test_there_is_one_at_a_time_and_then_another() -> None:
    async with World() as world:
        talk = await world.answered(
            f"<PauseRecording/><StopRecording/>{START}{START}<PauseRecording/><PauseRecording/>"
            f'<ResumeRecording/><StopRecording/><StopRecording/>{START}<Pause duration="1"/>'
        )
        await talk.wait_event("recordingAvailable", count=2)
        log = [e.kind for e in world.store.events(talk.call_id) if e.kind.startswith("recording.")]

    assert [kind for kind in log if kind != "recording.made"] == [
        "recording.started",
        "recording.paused",
        "recording.resumed",
        "recording.stopped",
        "recording.started",
        "recording.stopped",
    ]
    assert log.count("recording.made") == 2


@virtual
async def test_one_that_was_lost_leaves_its_place() -> None:
    async with World() as world:
        talk = await world.answered(f'{START}<Pause duration="2"/>{START}<Pause duration="2"/>')
        await asyncio.sleep(1)
        call = world.node.exchange.calls[talk.call_id]
        running = [call.recordings.tape.running]
        (take,) = world.node.archive.takes._takes.values()
        take.lose("the disk is full")
        await asyncio.sleep(0.1)
        running.append(call.recordings.tape.running)
        await talk.wait_event("recordingAvailable", count=2)

    assert running == [True, False]
    assert [e["status"] for e in talk.events("recordingAvailable")] == ["error", "complete"]
