"""Default reason phrases."""

import pytest

from offhook.sip.reasons import REASONS, reason_phrase


@pytest.mark.parametrize(
    ("status", "phrase"),
    [
        (100, "Trying"),
        (200, "OK"),
        (486, "Busy Here"),
        (499, "Bad Request"),
        (699, "Busy Everywhere"),
    ],
)
def test_unknown_code_takes_the_phrase_of_its_class(status: int, phrase: str) -> None:
    assert reason_phrase(status) == phrase


def test_code_of_no_class_still_has_a_phrase() -> None:
    assert reason_phrase(799) == "Unknown"


def test_all_codes_are_sip_status_codes_with_a_phrase_of_one_line() -> None:
    assert all(100 <= status <= 699 for status in REASONS)
    assert all(phrase and phrase.isascii() and phrase.isprintable() for phrase in REASONS.values())
