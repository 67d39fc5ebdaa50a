"""Words that are masked."""

import pytest

from offhook.speech.decency import decent


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("what the fuck", "what the f***"),
        ("Shitty, this is BULLSHIT.", "S*****, this is B*******."),
        ("I live in Scunthorpe", "I live in Scunthorpe"),
        ("pass the class, grass", "pass the class, grass"),
        ("", ""),
    ],
)
def test_the_first_letter_stays(said: str, told: str) -> None:
    assert decent(said) == told
