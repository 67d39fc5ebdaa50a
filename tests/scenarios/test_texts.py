"""Texts of recordings: with a verb, by REST, over crashes and changes (rest.md 6)."""

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from tests.scenarios.cases import kinds

from offhook.hooks import Credentials
from offhook.testing import fixtures
from offhook.testing.app import Reply
from offhook.testing.loop import virtual
from offhook.testing.sound import silence
from offhook.testing.words import ReadableVoice, speak
from offhook.testing.world import Talk, World

START = (
    '<StartRecording transcribe="true" transcriptionAvailableUrl="/ta" recordingAvailableUrl="/ra"'
)
STOP = '<Gather terminatingDigits="#"/><StopRecording/>'


class Talking(World):
    """Its synthesizer is understood by its recogniser."""

    make_voice = ReadableVoice


class Deaf(World):
    make_recognizer = None


async def ask(talk: Talk, method: str, tail: str = "", body: Any = None) -> Any:
    """Ask for the call's only recording, or for something of it."""
    (shown,) = await talk.world.rest.recordings(talk.call_id)
    path = f"/calls/{talk.call_id}/recordings/{shown['recordingId']}{tail}"
    headers = {"content-type": "application/json"} if body is not None else {}
    raw = json.dumps(body).encode() if body is not None else b""
    return await talk.world.rest.request(method, path, headers=headers, body=raw)


async def text(talk: Talk) -> Any:
    return (await ask(talk, "GET", "/transcription")).json()


@virtual
@pytest.mark.parametrize("form", ["wav", "mp3"])
async def test_each_channel_has_its_speaker(form: str) -> None:
    async with Talking() as world:
        talk = await world.answered(
            f'{START} multiChannel="true" fileFormat="{form}"/>'
            "<SpeakSentence>how are you</SpeakSentence>" + STOP
        )
        await asyncio.sleep(2.0)
        await talk.phone.say(np.concatenate([speak("very well"), silence(1.0), speak("bye")]))
        await talk.phone.press("#")
        event = await talk.wait_event("transcriptionAvailable")
        found = await text(talk)

    assert event["transcription"]["status"] == "available"
    if form == "mp3":  # which readable speech does not survive whole
        assert found["transcripts"][0]["text"]
        return
    assert [each["text"] for each in found["transcripts"]] == ["very well bye", "how are you"]
    assert [(each["speaker"], each["text"]) for each in found["clips"]] == [
        (1, "how are you"),
        (0, "very well"),
        (0, "bye"),
    ]


@virtual
async def test_silence_is_an_empty_text() -> None:
    async with World() as world:
        talk = await world.answered(f'{START}/><Pause duration="3"/>')
        event = await talk.wait_event("transcriptionAvailable")
        found = await text(talk)

    assert event["transcription"]["status"] == "available"
    assert found == {
        "transcripts": [{"speaker": 0, "text": "", "confidence": 0.0}],
        "clips": [],
    }


@virtual
async def test_a_text_by_rest_of_a_call_that_is_long_over() -> None:
    """The event has the tag, credentials and number of its own; webhooks are numbered on."""
    async with World() as world:
        talk = await world.answered('<Record maxDuration="4" recordingAvailableUrl="/ra"/>')
        await talk.phone.say(speak("where are you"))
        await talk.disconnect()
        await talk.wait_event("recordingAvailable")
        await asyncio.sleep(3600.0)
        none = await ask(talk, "GET", "/transcription")
        body = {
            "callbackUrl": "https://app.test/told",
            "username": "u",
            "password": "p",
            "tag": "x",
        }
        world.app.on("https://app.test/told", Reply())
        asked = await ask(talk, "POST", "/transcription", body)
        event = await talk.wait_event("transcriptionAvailable")
        first = await text(talk)
        again = await ask(talk, "POST", "/transcription", {})
        await asyncio.sleep(1.0)
        second = await ask(talk, "GET")
        (told,) = [r for r in world.app.received if r.event == event]
        numbers = [r.headers["offhook-sequence"] for r in world.app.received]

    assert (none.status, asked.status, asked.body, again.status) == (404, 204, b"", 204)
    assert [each["text"] for each in first["transcripts"]] == ["where are you"]
    assert (event["tag"], told.credentials) == ("x", Credentials("u", "p"))
    assert second.json()["transcription"]["status"] == "available"
    assert second.json()["transcription"]["id"] != event["transcription"]["id"]
    assert len(numbers) == len(set(numbers))


@virtual
async def test_without_a_recogniser_the_status_is_error() -> None:
    async with Deaf() as world:
        talk = await world.answered(f'{START}/><Pause duration="2"/>')
        event = await talk.wait_event("transcriptionAvailable")
        missing = await ask(talk, "GET", "/transcription")
        asked = await ask(talk, "POST", "/transcription", {"callbackUrl": "https://app.test/t"})
        world.app.on("https://app.test/t", Reply())
        later = await talk.wait_event("transcriptionAvailable", count=2)

    assert kinds(talk).index("recordingAvailable") < kinds(talk).index("transcriptionAvailable")
    assert (missing.status, asked.status) == (404, 204)
    assert [e["transcription"]["status"] for e in (event, later)] == ["error", "error"]


@virtual
async def test_what_is_deleted_has_no_text() -> None:
    async with World() as world:
        talk = await world.answered(f"{START}/>" + STOP)
        await talk.phone.say(speak("hello there"))
        await talk.phone.press("#")
        await talk.wait_event("transcriptionAvailable")
        await ask(talk, "DELETE", "/media")
        kept = await ask(talk, "GET", "/transcription")
        refused = await ask(talk, "POST", "/transcription", {})
        (shown,) = await world.rest.recordings(talk.call_id)
        await ask(talk, "DELETE")
        transcription_id = shown["transcription"]["id"]
        gone = world.store.transcript(fixtures.ACCOUNT_ID, transcription_id)

    assert kept.status == 200  # the text is not the media
    assert refused.json()["description"] == (
        "Could not create transcription: recording is not complete"
    )
    assert gone is None
