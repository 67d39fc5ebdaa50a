"""Guesses at what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.nearest import LONGEST, nearest
from offhook.verbs import registry

VERBS = [*registry.verbs(), *registry.NOT_YET]
NUMBERS = ["+12025550100", "+12025550143", "+442079460000"]
FIELDS = ["answerUrl", "answerMethod", "applicationId", "callTimeout", "callbackTimeout"]


@pytest.mark.parametrize(
    ("name", "names", "meant"),
    [
        ("GATHER", VERBS, "Gather"),
        ("speak_sentence", VERBS, "SpeakSentence"),
        ("SpeakSentance", VERBS, "SpeakSentence"),
        ("speeksentence", VERBS, "SpeakSentence"),
        ("Gahter", VERBS, "Gather"),
        ("Tranfser", VERBS, "Transfer"),
        ("HangUp", VERBS, "Hangup"),
        ("x:Pause", VERBS, "Pause"),
        ("Play", VERBS, "PlayAudio"),
        ("Speak", VERBS, "SpeakSentence"),
        ("Start", VERBS, None),  # four verbs begin so
        ("Dance", VERBS, None),
        ("Say", VERBS, None),
        ("", VERBS, None),
        ("answer_url", FIELDS, "answerUrl"),
        ("anwserUrl", FIELDS, "answerUrl"),
        ("calTimeout", FIELDS, "callTimeout"),
        ("colour", FIELDS, None),
        ("+1202555010", NUMBERS, "+12025550100"),
        ("+33123456789", NUMBERS, None),
        ("/api/v2/acounts", ["/api/v2/accounts", "/api/v1/oauth2/token"], "/api/v2/accounts"),
        ("anything", [], None),
    ],
)
def test_the_closest_name_is_meant_or_none(name: str, names: list[str], meant: str | None) -> None:
    assert nearest(name, names) == meant


def test_of_equally_close_names_the_first_counts() -> None:
    assert nearest("abcdeX", ["abcdeY", "abcdeZ"]) == "abcdeY"


def test_no_time_is_spent_on_what_is_no_slip() -> None:
    assert nearest("Gather" * 10_000, VERBS) is None
    assert nearest("g" * LONGEST, VERBS) is None


@given(st.text(max_size=50), st.lists(st.text(max_size=20)))
def test_a_guess_is_one_of_the_names(name: str, names: list[str]) -> None:
    assert nearest(name, names) in {None, *names}


@given(st.sampled_from(VERBS), st.data())
def test_a_dropped_letter_of_a_verb_is_found_again(verb: str, data: st.DataObject) -> None:
    if verb in ("Tag", "Ring"):
        return  # too short: half of the word may be another one's
    at = data.draw(st.integers(0, len(verb) - 1))

    assert nearest(verb[:at] + verb[at + 1 :], VERBS) is not None
