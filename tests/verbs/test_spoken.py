"""A Gather that listens, to the exact second."""

from typing import Any

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.test_gather import CLIPS, T1, T3, gather, result

from offhook.hooks import Target
from offhook.verbs import Began, SpeechOrder, Spoken, Words

B = Began()
NOTHING = {"digits": "", "terminatingDigit": ""}


def text(words: str) -> dict[str, Any]:
    return NOTHING | {"text": words}


@pytest.mark.parametrize(
    ("attributes", "nested", "says", "keys", "fields", "end_s"),
    [
        ('input="speech"', T3, [(1, B), (4, Words("yes", final=True))], [], text("yes"), 4),
        ('input="speech"', T1, [(5.9, B), (20, Words("yes", final=True))], [], text("yes"), 20),
        ('input="speech"', T1, [(6.1, B)], [], text(""), 6),
        ('input="speech" repeatCount="2"', T1, [(7, B), (8, Words("a", final=True))], [], text("a"),
         8),
        ('input="speech"', T3, [(1, B), (2, Words("", final=True))], [], text(""), 7),
        ('input="speech"', "", [(1, B), (2, Words("hi", final=True))], [(0.5, "1")], text("hi"), 2),
        ('input="dtmf_speech"', "", [(1, B), (2, Words("hi", final=True))], [], text("hi"), 2),
        ('input="dtmf_speech" maxDigits="2"', "", [(1, B)], [(2, "1"), (3, "2")],
         {"digits": "12", "terminatingDigit": ""}, 3),
        ('input="dtmf_speech" firstDigitTimeout="9"', "", [], [], NOTHING, 9),
        ('input="dtmf_speech" firstDigitTimeout="2"', "", [], [], NOTHING, 5),
    ],
)  # fmt: skip
def test_the_first_answer_counts(
    attributes: str,
    nested: str,
    says: list[tuple[float, Spoken]],
    keys: list[tuple[float, str]],
    fields: dict[str, Any],
    end_s: float,
) -> None:
    line = ScriptedLine(keys=keys, clips=CLIPS, says=says)

    assert result(line, gather(attributes, nested)) == (fields, end_s)


def test_who_begins_to_speak_silences_the_prompt() -> None:
    line = ScriptedLine(clips=CLIPS, says=[(1.5, B), (4, Words("yes", final=True))])
    result(line, gather('input="speech"', T3))

    assert line.heard == [("t3.wav", 0.0, 1.5)]


def test_what_is_said_so_far_is_told_if_somebody_wants_it() -> None:
    says: list[tuple[float, Spoken]] = [(1.0, B), (2.0, Words("", final=False))]
    says.append((3.0, Words("so", final=False)))
    says.append((4.0, Words("so far", final=True)))
    line = ScriptedLine(says=says)
    fields, _ = result(line, gather('input="speech" partialResultCallback="/p"'))
    silent = ScriptedLine(says=says)
    result(silent, gather('input="speech"'))

    assert fields == text("so far")
    assert line.notices == [("partialgather", {"text": "so"}, Target("/p"))]
    assert silent.notices == []


def test_the_recogniser_is_told_what_to_expect() -> None:
    line = ScriptedLine(says=[])
    result(
        line,
        gather(
            'input="speech" hints="red,blue" language="en-GB" profanityFilter="false"'
            ' speechModel="numbers_and_commands" partialResultCallback="/p"'
        ),
    )

    assert line.understood == [
        SpeechOrder("en-GB", ("red", "blue"), partials=True, numerals=True, decent=False)
    ]
