"""Words survive the way through a telephone, whatever the pieces in which they are read."""

import numpy as np
import pytest

from offhook.testing import sound
from offhook.testing.words import Reader, plain, speak


@pytest.mark.parametrize("offset", [0, 1, 39, 77, 159])
def test_what_is_spoken_is_read_wherever_the_grid_lies(offset: int) -> None:
    reader = Reader()
    text = "Grüß Gott, press 1.\n"
    reader.feed(np.concatenate([np.zeros(offset, np.int16), speak(text), sound.silence(0.1)]))

    assert reader.text == text


def test_words_are_read_piece_by_piece() -> None:
    pcm = np.concatenate([sound.silence(0.5), speak("one two\n"), sound.silence(0.1)])
    reader = Reader()
    for end in range(0, len(pcm) + 1, 160):
        reader.feed(pcm[reader.ticks * 160 : end])

    assert reader.text == "one two\n"


def test_other_sounds_are_no_words_and_a_break_ends_a_line() -> None:
    reader = Reader()
    parts = [speak("cut"), sound.silence(0.2), sound.tone(1000, 0.04), sound.silence(0.1)]
    reader.feed(np.concatenate([*parts, speak("again"), sound.silence(0.1)]))

    assert reader.text == "cut\nagain"
    assert reader.whole == "cut\n"


def test_commas_and_capitals_do_not_matter() -> None:
    assert plain("  Hello,\nWORLD! ") == "hello world"
