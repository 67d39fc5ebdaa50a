"""The scheduler: documents one after the other, and the ways out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

import pytest

from offhook.calls.limits import READ_IN_PLACE_BYTES, Settings
from offhook.calls.pages import Page, read
from offhook.calls.plant import Plant
from offhook.testing.app import SILENCE, Reply
from offhook.testing.loop import virtual
from offhook.testing.world import World
from offhook.verbs.contexts import Context
from offhook.verbs.document import InvalidBxml

T = TypeVar("T")


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


@dataclass
class CountedOffload:
    """Offload in place that counts."""

    count: int = 0

    async def __call__(self, work: Callable[[], T]) -> T:
        self.count += 1
        return work()


@dataclass
class Corner:
    """The corner of a plant in which documents are read."""

    offload: CountedOffload
    settings: Settings


@virtual
@pytest.mark.parametrize(("size", "beside"), [(0, 0), (1, 1), (60_000, 1)])
async def test_only_small_documents_are_read_on_the_event_loop(size: int, beside: int) -> None:
    corner = Corner(CountedOffload(), Settings("https://voice.test"))
    text = b"<Response><Pause/></Response>"
    body = text + b" " * (READ_IN_PLACE_BYTES + size - len(text))
    document = await read(cast(Plant, corner), Page(body, None), Context.CALL)

    assert len(document.verbs) == 1
    assert corner.offload.count == beside


@virtual
async def test_a_large_document_is_refused_like_a_small_one() -> None:
    corner = Corner(CountedOffload(), Settings("https://voice.test"))
    with pytest.raises(InvalidBxml, match="must not exceed 64 KB"):
        await read(cast(Plant, corner), Page(b" " * 65_537, None), Context.CALL)
