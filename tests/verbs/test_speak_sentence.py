"""`<SpeakSentence>` (bxml.md 4.15)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.ssml import Sentence, Silence, Text
from offhook.verbs.speak_sentence import SpeakSentence


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<SpeakSentence>hi</SpeakSentence>", Sentence((Text("hi"),))),
        (
            '<SpeakSentence voice="kate" gender="MALE" locale="de">a<break/>b</SpeakSentence>',
            Sentence((Text("a"), Silence(0.4), Text("b")), "kate", "male", "de"),
        ),
        ('<SpeakSentence voice="nobody">x</SpeakSentence>', Sentence((Text("x"),), "nobody")),
        ('<SpeakSentence voice="" locale="">x</SpeakSentence>', Sentence((Text("x"),))),
    ],
)
def test_it_speaks_what_the_document_says(xml: str, expected: Sentence) -> None:
    line = ScriptedLine(speech_s=1.5)

    assert line.run(verb(xml)) == (None, 1.5)
    assert line.sentences == [expected]


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<SpeakSentence>  </SpeakSentence>", "<SpeakSentence> text must not be blank"),
        ("<SpeakSentence/>", "<SpeakSentence> text must not be blank"),
        ('<SpeakSentence gender="x">a</SpeakSentence>', "gender must be one of female, male"),
        ("<SpeakSentence><marquee>x</marquee></SpeakSentence>", "does not allow <marquee>"),
        ('<SpeakSentence>a<break time="11s"/></SpeakSentence>', "must be at most 10s, but was 11s"),
    ],
)
def test_faults_are_named(xml: str, reason: str) -> None:
    assert reason in fault(xml)


def test_it_answers_and_takes_time() -> None:
    speak = SpeakSentence(segments=(Text("x"),))

    assert (speak.answers, speak.blocks) == (True, True)
