"""The scheduler: documents one after the other, and the ways out."""

import pytest

from offhook.testing.app import SILENCE, Reply
from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_redirects_for_ever_are_stopped_after_a_hundred() -> None:
    async with World() as world:
        world.app.on("/r", '<Redirect redirectUrl="/r"/>')
        talk = await world.answered('<Redirect redirectUrl="/r"/>')
        event = await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == ("error", "Too many redirects")
    assert len(talk.events("redirect")) == 100


@virtual
async def test_a_media_verb_between_redirects_resets_the_guard() -> None:
    replies = ['<Pause duration="0.1"/><Redirect redirectUrl="/r"/>'] * 120
    async with World() as world:
        world.app.on("/r", *replies, "<Hangup/>")
        talk = await world.answered('<Redirect redirectUrl="/r"/>')
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert len(talk.events("redirect")) == 121


@virtual
async def test_a_refused_document_is_logged_with_line_and_text() -> None:
    text = "<Response>\n  <Pause/>\n  <Gather maxDigits='51'/>\n</Response>"
    async with World() as world:
        talk = await world.answered(Reply(text))
        event = await talk.disconnect()
        (refused,) = [e for e in world.store.events(talk.call_id) if e.kind == "bxml.refused"]

    assert event["cause"] == "invalid-bxml"
    assert event["errorMessage"].startswith(
        "Invalid BXML received from http://app.test/v/answer: <Gather>"
    )
    assert (refused.data["line"], refused.data["column"]) == (3, 22)
    assert (refused.data["rule"], refused.data["text"]) == ("bad-value", text)


@virtual
@pytest.mark.parametrize("reply", [Reply(status=204), Reply("  \n")])
async def test_an_empty_reply_is_an_empty_document(reply: Reply) -> None:
    async with World() as world:
        talk = await world.answered(reply)
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert "errorMessage" not in event


@virtual
async def test_an_application_that_is_silent_too_long_fails_the_call() -> None:
    async with World() as world:
        talk = await world.answered(SILENCE, callbackTimeout=1.5)
        started = world.now
        event = await talk.disconnect()

        assert world.now - started == pytest.approx(1.5, abs=0.1)
    assert event["errorMessage"] == (
        "Could not deliver answer webhook to http://app.test/v/answer: timed out after 1.5 seconds"
    )


@virtual
async def test_verbs_are_logged_with_their_outcome() -> None:
    async with World() as world:
        talk = await world.answered('<Tag>x</Tag><Pause duration="0.5"/><Hangup/>')
        await talk.disconnect()
        ended = [
            (e.data["verb"], e.data["outcome"])
            for e in world.store.events(talk.call_id)
            if e.kind == "verb.ended"
        ]

    assert ended == [("Tag", "done"), ("Pause", "done"), ("Hangup", "end")]
