"""Documents that could not run."""

import pytest
from tests.explain.scene import error_id, kinds, play

from offhook.testing.app import Reply, document
from offhook.testing.fixtures import ANSWER_URL
from offhook.testing.world import World

XML = {"Content-Type": "application/xml"}


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (document("\n<PlayAudoi>x.wav</PlayAudoi>"), "The line reads: <PlayAudoi>x.wav"),
        (document("<Pause duration='-1'/>"), "is not valid BXML"),
        (Reply("<!DOCTYPE html><html></html>", headers=XML), "is an HTML page, not BXML"),
        (Reply('{"verbs": []}', headers=XML), "is JSON, not BXML"),
        (Reply("hello", headers={"Content-Type": "text/plain"}), "is text (text/plain), not BXML"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_fault_of_a_document_is_told_with_its_place(reply: Reply, words: str) -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, reply)
        return await error_id(world)

    told = play(scene)

    assert words in told.cause.sentence
    assert told.cause.entry is not None
    assert told.cause.entry.id == "invalid-bxml"
    assert kinds(told) == ["webhook.answered", "bxml.refused", "call.ended"]


def test_a_loop_of_redirects_is_told_with_those_that_turn() -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, document('<Redirect redirectUrl="/a"/>'))
        world.app.on("http://app.test/a", document('<Redirect redirectUrl="/b"/>'))
        world.app.on("http://app.test/b", document('<Redirect redirectUrl="/a"/>'))
        return await error_id(world)

    told = play(scene)

    assert "http://app.test/a and http://app.test/b send the call in circles" in told.cause.sentence


def test_ignored_parts_of_a_document_are_told_beside() -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, document('<Pause duratoin="1"/>'))
        call_id = await world.create_call()
        await world.app.wait_event("disconnect", callId=call_id)
        return call_id

    told = play(scene)

    assert "duratoin" in told.also[0].sentence
