"""From the segments of a sentence to what an engine can say in one go.

Engines choke on markup, control characters and long words, and hold the interpreter while they
work: text is cleaned, joined where the prosody is the same, and cut into phrases of bounded length.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from offhook.speech.sayas import english
from offhook.ssml import Segment, Text

LONGEST_PHRASE: Final = 150  # characters: some 40 ms of work
LONGEST_WORD: Final = 40
_ENDS: Final = (r"[.!?\u2026][\"')\u201d]*(?= )", r"[,;:](?= )", r" ")  # where to cut, best first
_LIKE: Final = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": ",",
        "\u2026": ".",
        "\u20ac": " euro ",
        "\u0141": "L",
        "\u0142": "l",
        "\\": " ",
    }
)


def spans(segments: Iterable[Segment], *, in_english: bool) -> Iterator[Segment]:
    """Return the segments with say-as spelled out and words of one manner put together."""
    waiting: Text | None = None
    for segment in segments:
        text = _spelled(segment, in_english) if isinstance(segment, Text) else None
        if text and waiting and replace(waiting, text=text.text) == text:
            waiting = replace(text, text=_joined(waiting.text, text.text))
            continue
        if waiting:
            yield waiting
        waiting = text
        if text is None:
            yield segment
    if waiting:
        yield waiting


def _spelled(text: Text, in_english: bool) -> Text:
    if not text.say_as:
        return text
    if in_english and (text.locale or "en").startswith("en"):
        words = english(text.text, text.say_as, text.date_format)
    elif text.say_as in ("characters", "telephone"):
        words = ", ".join(text.text.replace(" ", ""))
    else:
        words = text.text  # engines read numbers and dates in their own language
    return replace(text, text=words, say_as=None, date_format=None)


def _joined(one: str, other: str) -> str:
    return one + other if re.match(r"[.,;:!?]", other) else f"{one} {other}"


def clean(text: str, *, in_english: bool) -> str:
    """Return a text with nothing in it but what a Western engine can read."""
    signs = ("less than", "greater than") if in_english else ("", "")
    text = text.replace("<", f" {signs[0]} ").replace(">", f" {signs[1]} ").translate(_LIKE)
    text = "".join(map(_western, unicodedata.normalize("NFC", text)))
    return " ".join(re.sub(rf"(\S{{{LONGEST_WORD}}})(?=\S)", r"\1 ", text).split())


def _western(char: str) -> str:
    """Keep Latin-1, take accents off other Latin letters, drop the rest."""
    if char < "\x20" or "\x7f" <= char < "\xa0":
        return " "
    if char <= "\xff":
        return char
    base = unicodedata.normalize("NFKD", char)[0]
    return base if base.isascii() and base.isalnum() else " "


def phrases(text: str) -> Iterator[str]:
    """Cut a text into phrases: at the end of a sentence, else at a comma, else at a blank."""
    while len(text) > LONGEST_PHRASE:
        at = _cut(text[: LONGEST_PHRASE + 1])
        yield text[:at].strip()
        text = text[at:].strip()
    if text:
        yield text


def _cut(head: str) -> int:
    for end in _ENDS:
        found = [match.end() for match in re.finditer(end, head)]
        if found and found[-1] > LONGEST_PHRASE // 3:
            return found[-1]
    return LONGEST_PHRASE
