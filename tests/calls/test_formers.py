"""Who tells of texts of calls that are over (more in scenarios/test_texts.py)."""

import asyncio
import gc
from dataclasses import replace
from pathlib import Path

from offhook.hooks import Target
from offhook.records import Transcript, Transcription
from offhook.testing import fixtures
from offhook.testing.loop import virtual
from offhook.testing.mains import Mains
from offhook.testing.words import speak
from offhook.testing.world import World


@virtual
async def test_there_is_one_for_each_call_however_often_it_is_asked_for() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="5"/>')
        formers = world.node.exchange.formers
        live = await formers.find(fixtures.ACCOUNT_ID, talk.call_id)
        await talk.disconnect()
        del live
        await asyncio.sleep(1.0)
        gc.collect()
        one, other = await asyncio.gather(
            *(formers.find(fixtures.ACCOUNT_ID, talk.call_id) for _ in range(2))
        )

    assert one is other


@virtual
async def test_a_text_that_was_under_way_is_made_by_the_next_process(tmp_path: Path) -> None:
    """Its process was killed between the file and the text; another text nobody wants any more."""
    async with World(mains=Mains(), store_url=f"sqlite:///{tmp_path}/offhook.db") as world:
        talk = await world.answered('<Record maxDuration="3" recordingAvailableUrl="/ra"/>')
        await talk.phone.say(speak("anybody there"))
        await talk.disconnect()
        await talk.wait_event("recordingAvailable")
        await world.store.flushed()
        (made,) = world.store.recordings_of(fixtures.ACCOUNT_ID, talk.call_id)
        wish = Transcription("t-new", available=Target("http://app.test/ta"))
        text = Transcript("t-new", talk.call_id, fixtures.ACCOUNT_ID, 0.0, made.recording_id)
        world.store.put_recording(replace(made, transcription=wish, version=made.version + 1))
        world.store.put_transcript(text)
        world.store.put_transcript(replace(text, transcription_id="t-old"))
        await world.store.flushed()
        await world.restart()
        event = await talk.wait_event("transcriptionAvailable")
        done = world.store.transcript(fixtures.ACCOUNT_ID, "t-new")

    assert (event["transcription"]["id"], event["transcription"]["status"]) == (
        "t-new",
        "available",
    )
    assert done is not None
    assert [piece.text for piece in done.pieces] == ["anybody there"]
    assert world.store.transcript(fixtures.ACCOUNT_ID, "t-old") is None
