"""Verbs that asked for something impossible."""

import pytest
from tests.explain.scene import error_id, kinds, play

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
