"""Numbers that were read out digit by digit."""

import re

import pytest

from offhook.speech import Utterance, Word
from offhook.speech.numerals import joined, spelled


def words(text: str) -> tuple[Word, ...]:
    parts = re.findall(r"[\w-]+|[^\w\s]", text)
    return tuple(
        Word(part, float(place), place + 1.0, 0.9, spoken=part[0].isalnum())
        for place, part in enumerate(parts)
    )


@pytest.mark.parametrize(
    ("heard", "wanted"),
    [
        ("7-4-29", "7429"),
        ("my number is 7 4 2 9.", "my number is 7429."),
        ("7, 4, 2, 9, please", "7429, please"),
        ("202-555-0143", "2025550143"),
        ("between 20 and 30", "between 20 and 30"),
        ("20 30", "20 30"),
        ("room 7, floor 2", "room 7, floor 2"),
        ("well-known", "well-known"),
        ("", ""),
    ],
)
def test_digits_are_joined(heard: str, wanted: str) -> None:
    assert Utterance(joined(words(heard))).text == wanted


def test_a_joined_number_lasts_from_its_first_to_its_last_digit() -> None:
    (word,) = joined(words("7, 4, 2"))

    assert (word.text, word.start_s, word.end_s) == ("742", 0.0, 5.0)


@pytest.mark.parametrize(
    ("heard", "wanted"),
    [
        ("Seven four oh nine", "7409"),
        ("one", "1"),
        ("press two please", "press 2 please"),
        ("twenty", "twenty"),
    ],
)
def test_words_for_digits_become_digits(heard: str, wanted: str) -> None:
    assert Utterance(spelled(words(heard))).text == wanted
