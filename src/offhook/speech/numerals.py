"""Numbers as people read them out: a recogniser writes them in many ways, an application wants one.

"7-4-29", "7, 4, 2, 9" and "7 4 2 9" become "7429"; "20 30" stays two numbers.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from offhook.speech import Word

_HYPHENED: Final = re.compile(r"[0-9]+(?:-[0-9]+)+")
_DIGITS: Final = {
    "zero": "0",
    "oh": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
}


def joined(words: Iterable[Word]) -> tuple[Word, ...]:
    """Return the words with digits that were read out one by one in one word."""
    found: list[Word] = []
    run = False  # the last word is digits that were read out, perhaps with a comma after it
    for word in words:
        if word.spoken and _HYPHENED.fullmatch(word.text):
            word = replace(word, text=word.text.replace("-", ""))  # noqa: PLW2901
        single = word.spoken and len(word.text) == 1 and word.text in "0123456789"
        if run and single:
            if not found[-1].spoken:
                found.pop()
            found[-1] = _grown(found[-1], word)
        else:
            comma = run and word.text == "," and found[-1].spoken
            found.append(word)
            run = single or comma
    return tuple(found)


def spelled(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words with those for single digits as digits, joined."""
    digits = (replace(word, text=_DIGITS.get(word.text.lower(), word.text)) for word in words)
    return joined(digits)


def _grown(digits: Word, word: Word) -> Word:
    confidence = min(digits.confidence, word.confidence)
    return Word(digits.text + word.text, digits.start_s, word.end_s, confidence)
