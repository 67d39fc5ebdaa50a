"""Verbs that asked for something impossible."""

import pytest
from tests.explain.scene import error_id, kinds, play

from offhook.errors import calls
from offhook.testing.app import document
from offhook.testing.fixtures import ANSWER_URL
from offhook.testing.world import World


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("<PlayAudio>nothing.wav</PlayAudio>", "<PlayAudio> in line 2 could not be carried out"),
        ("<PlayAudio>x.ogg</PlayAudio>", "could not be carried out"),
        ('<SpeakSentence voice="zoe">hi</SpeakSentence>', "<SpeakSentence> in line 2"),
        ("<Forward to='+12025550199'/>", "the call is outbound"),
    ],
)
def test_the_verb_and_its_place_are_named(verb: str, words: str) -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, document(f"\n{verb}"))
        return await error_id(world)

    told = play(scene)

    assert words in told.cause.sentence
    assert told.cause.entry is not None
    assert told.cause.entry.id == "verb-failed"
    assert kinds(told) == ["bxml.accepted", "verb.started", "verb.ended", "call.ended"]


def test_a_conference_that_will_not_have_the_call_is_told() -> None:
    coach = "\n<Conference callIdsToCoach='c-somebody'>room</Conference>"

    async def scene(world: World) -> str:
        first = await world.answered(coach)
        await first.wait_event("answer")
        told = await error_id(world)
        first.phone.hang_up()
        return told

    told = play(scene)

    assert told.cause.entry is calls.CONFERENCE_COACH
    assert told.cause.sentence.startswith("<Conference> in line 2 could not be joined: A <Conf")
    assert kinds(told) == ["verb.started", "call.ended"]
