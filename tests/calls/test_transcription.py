"""A live transcription (more in scenarios/test_bxml_11_11.py): what it costs when things fail."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from offhook.calls.transcription import GAPS_TOLD, WRITTEN_S
from offhook.speech import Pcm, RecognitionError, Utterance
from offhook.testing.fixtures import ACCOUNT_ID
from offhook.testing.hearing import ReadingEar
from offhook.testing.loop import virtual
from offhook.testing.mains import Mains
from offhook.testing.sound import silence
from offhook.testing.words import speak
from offhook.testing.world import World

START = '<StartTranscription name="t" tracks="both" transcriptionEventUrl="/te"/>'


class Dying(ReadingEar):
    """Fails with everything but `two`."""

    def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        heard = super().recognize(pcm, hints)
        if heard.text != "two":
            raise RecognitionError("the recogniser has died")
        return heard


class Unlucky(World):
    make_recognizer = Dying


@virtual
async def test_a_passage_that_fails_is_a_gap() -> None:
    async with Unlucky() as world:
        talk = await world.answered(START + '<Pause duration="5"/>')
        await talk.phone.say(np.concatenate([speak("one"), silence(1.0), speak("two")]))
        await talk.disconnect()
        event = await talk.wait_event("realTimeTranscriptionAvailable")
        (text,) = world.store.transcripts_of(ACCOUNT_ID, talk.call_id)
        log = world.store.events(talk.call_id)

    assert event["realTimeTranscription"]["status"] == "available"
    assert [piece.text for piece in text.pieces] == ["two"]
    assert text.failure == "the recogniser has died"
    assert len([each for each in log if each.kind == "transcription.gap"]) == 1
    assert GAPS_TOLD > 1


@virtual
async def test_nothing_but_gaps_is_a_failure() -> None:
    async with Unlucky() as world:
        talk = await world.answered(START + '<Pause duration="3"/>')
        await talk.phone.say(speak("one"))
        await talk.disconnect()
        event = await talk.wait_event("realTimeTranscriptionAvailable")
        path = f"/calls/{talk.call_id}/transcriptions"
        (listed,) = (await world.rest.request("GET", path)).json()
        missing = await world.rest.request("GET", f"{path}/{listed['transcriptionId']}")

    assert event["realTimeTranscription"]["status"] == "failed"
    assert "url" not in event["realTimeTranscription"]
    assert missing.status == 404


@virtual
async def test_a_killed_server_leaves_what_it_had_written_down(tmp_path: Path) -> None:
    async with World(mains=Mains(), store_url=f"sqlite:///{tmp_path}/offhook.db") as world:
        talk = await world.answered(START + '<Pause duration="60"/>')
        await asyncio.sleep(WRITTEN_S)
        await talk.phone.say(np.concatenate([speak("good morning"), silence(1.0)]))
        await world.store.flushed()
        await world.restart()
        event = await talk.wait_event("realTimeTranscriptionAvailable")
        (text,) = world.store.transcripts_of(ACCOUNT_ID, talk.call_id)

    assert event["realTimeTranscription"]["status"] == "available"
    assert text.failure == "the server was killed"
    assert [(piece.speaker, piece.text) for piece in text.pieces] == [(0, "good morning")]
