"""Sounds are fetched or made, and logged; what cannot be had says why (also by scenarios)."""

import pytest

from offhook.testing.app import REFUSED, Reply
from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_what_was_played_is_in_the_log() -> None:
    async with World() as world:
        talk = await world.answered(
            "<PlayAudio>deep/t1.wav?secret=1</PlayAudio><SpeakSentence>hi</SpeakSentence>"
        )
        await talk.disconnect()
        log = {e.kind: e.data for e in world.store.events(talk.call_id)}

    assert log["audio.played"] == {"duration_s": 1.0, "url": "http://app.test/v/deep/t1.wav"}
    assert log["speech.played"]["duration_s"] > 0


@virtual
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (REFUSED, "connection failed (http://app.test/v/x.wav)"),
        (Reply(b"no sound"), "(http://app.test/v/x.wav)"),
    ],
)
async def test_what_cannot_be_played_ends_the_call_with_the_reason(
    reply: Reply, reason: str
) -> None:
    async with World() as world:
        world.app.on("/v/x.wav", reply)
        talk = await world.answered("<PlayAudio>x.wav</PlayAudio>")
        event = await talk.disconnect()

    assert event["cause"] == "application-error"
    assert event["errorMessage"].startswith("PlayAudio failed: ")
    assert event["errorMessage"].endswith(reason)
