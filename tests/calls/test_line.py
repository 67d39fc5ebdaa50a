"""What verbs can do to their call, and how it fails."""

import pytest

from offhook.testing.app import NOT_FOUND, REFUSED, Reply
from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (NOT_FOUND, "HTTP 404"),
        (REFUSED, "connection failed"),
        (Reply(b"junk", headers={"Content-Type": "audio/wav"}), ""),
    ],
)
async def test_audio_that_cannot_be_had_ends_the_call_and_names_it(
    reply: Reply, reason: str
) -> None:
    async with World() as world:
        world.app.on("/v/no.wav", reply)
        talk = await world.answered("<PlayAudio>no.wav?token=secret</PlayAudio>")
        event = await talk.disconnect()

    assert event["cause"] == "application-error"
    assert event["errorMessage"].startswith("PlayAudio failed: ")
    assert reason in event["errorMessage"]
    assert "http://app.test/v/no.wav" in event["errorMessage"]
    assert "secret" not in event["errorMessage"]


@virtual
async def test_an_unknown_voice_ends_the_call_and_names_it() -> None:
    async with World() as world:
        talk = await world.answered('<SpeakSentence voice="nobody">hi</SpeakSentence>')
        event = await talk.disconnect()

    assert event["cause"] == "application-error"
    assert event["errorMessage"].startswith("SpeakSentence failed: ")
    assert "nobody" in event["errorMessage"]


@virtual
async def test_empty_audio_is_passed_over() -> None:
    from offhook.testing import sound

    async with World() as world:
        world.app.file("empty.wav", sound.wav(sound.silence(0)), Content_Type="audio/wav")
        talk = await world.answered("<PlayAudio>empty.wav</PlayAudio>")
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
