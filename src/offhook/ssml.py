"""SSML as data: what SpeakSentence says (bxml.md 5.1), validated before a document runs.

The elements become a flat list of words and pauses. Every span of words carries the prosody in
force, so an engine needs no idea of nesting; one that lacks an effect simply ignores the field.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from offhook import safexml
from offhook.safexml import shown


@dataclass(frozen=True, slots=True)
class Text:
    """Words to speak, with the prosody in force (percent and dB relative to normal)."""

    text: str
    rate_percent: float = 100.0
    pitch_percent: float = 0.0
    volume_db: float = 0.0
    silent: bool = False
    locale: str | None = None  # of a <lang> span
    say_as: str | None = None  # how to read it: one of SAY_AS
    date_format: str | None = None  # with say_as="date"


@dataclass(frozen=True, slots=True)
class Silence:
    """A pause."""

    duration_s: float


Segment = Text | Silence


class SsmlError(ValueError):
    """Elements that SSML does not have, or not so; all `faults` with the elements they are in."""

    def __init__(self, faults: Sequence[tuple[etree._Element, str]]) -> None:
        super().__init__(faults[0][1])
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What to speak and with which voice (bxml.md 4.15)."""

    segments: tuple[Segment, ...]
    voice: str | None = None
    gender: str | None = None
    locale: str | None = None


# fmt: off
LOCALES: Final = (
    "arb", "cmn-CN", "da-DK", "nl-NL", "en-AU", "en-GB", "en-IN", "en-US", "fr-FR", "fr-CA",
    "hi-IN", "de-DE", "is-IS", "it-IT", "ja-JP", "ko-KR", "nb-NO", "pl-PL", "pt-BR", "pt-PT",
    "ro-RO", "ru-RU", "es-ES", "es-MX", "es-US", "sv-SE", "tr-TR", "cy-GB",
)
# fmt: on
SAY_AS: Final = ("date", "time", "telephone", "characters", "cardinal", "ordinal")
DATE_FORMATS: Final = ("mdy", "dmy", "ymd", "md", "dm", "ym", "my", "d", "m", "y")

# The contract names the words; what they are worth is ours (bxml.md 5.1).
BREAKS_S: Final = {
    "none": 0.0,
    "x-weak": 0.1,
    "weak": 0.2,
    "medium": 0.4,
    "strong": 0.7,
    "x-strong": 1.0,
}
PARAGRAPH_S: Final = 0.8
SENTENCE_S: Final = 0.5
LONGEST_BREAK_S: Final = 10.0
RATES: Final = {"x-slow": 60.0, "slow": 80.0, "medium": 100.0, "fast": 125.0, "x-fast": 150.0}
PITCHES: Final = {
    "x-low": -30.0,
    "low": -15.0,
    "medium": 0.0,
    "high": 15.0,
    "x-high": 30.0,
    "default": 0.0,
}
VOLUMES_DB: Final = {
    "x-soft": -12.0,
    "soft": -6.0,
    "medium": 0.0,
    "loud": 4.0,
    "x-loud": 8.0,
    "default": 0.0,
}
EMPHASES: Final = {"strong": (90.0, 3.0), "moderate": (95.0, 1.5), "reduced": (105.0, -3.0)}

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BREAK_TIME = re.compile(r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)(ms|s)", re.IGNORECASE)
_PERCENT = re.compile(r"([+-]?)([0-9]{1,6}(?:\.[0-9]{1,6})?)%")
_DECIBEL = re.compile(r"([+-][0-9]{1,6}(?:\.[0-9]{1,6})?)dB", re.IGNORECASE)


def parse(element: etree._Element) -> tuple[Segment, ...]:
    """Return what an element's text and SSML say; raises SsmlError, or ValueError if blank."""
    if len(element) == 0 and "<" in (element.text or ""):
        element = _unescaped(element)
    if len(element) == 1 and safexml.name(element[0]) == "speak" and not _own_text(element):
        element = element[0]
    reader = _Reader()
    reader.content(element, Text(""))
    if reader.faults:
        raise SsmlError(reader.faults)
    segments = reader.segments()
    if not any(isinstance(segment, Text) for segment in segments):
        raise ValueError("text must not be blank: give it words to speak")
    return segments


def _unescaped(element: etree._Element) -> etree._Element:
    """Return the SSML that some SDKs escape (bxml.md 5.1); the element itself when it is none."""
    try:
        root = safexml.read(f"<speak>{element.text}</speak>")
    except safexml.XmlError:
        return element
    known = all(safexml.name(each) in _ELEMENTS for each in root.iterdescendants())
    return root if known else element


def _own_text(element: etree._Element) -> str:
    pieces = [element.text or "", *(child.tail or "" for child in element)]
    return "".join(pieces).strip()


class _Reader:
    """Collects segments in document order."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._boundary_s = 0.0  # pause due before the next words
        self.faults: list[tuple[etree._Element, str]] = []

    def content(self, element: etree._Element, style: Text) -> None:
        """Read an element's text and children in a style."""
        self.say(replace(style, text=element.text or ""))
        for child in element:
            try:
                self._element(child, style)
            except ValueError as error:
                self.faults.append((child, str(error)))
            self.say(replace(style, text=child.tail or ""))

    def _element(self, element: etree._Element, style: Text) -> None:
        name = safexml.name(element)
        if name not in _ELEMENTS:
            allowed = ", ".join(_ELEMENTS)
            raise ValueError(f"does not allow <{name}>: its elements are {allowed}")
        _ELEMENTS[name](self, element, style)

    def say(self, words: Text) -> None:
        """Add words; those of one style that touch become one span."""
        if not words.text.strip():
            # Blanks keep the words around them apart, but they are no words themselves.
            if words.text and isinstance(last := self._last(), Text):
                self._segments[-1] = replace(last, text=last.text + " ")
            return
        if self._boundary_s and isinstance(self._last(), Text):
            self._segments.append(Silence(self._boundary_s))
        self._boundary_s = 0.0
        last = self._last()
        if isinstance(last, Text) and not last.say_as and replace(last, text=words.text) == words:
            words = replace(words, text=last.text + words.text)
            self._segments.pop()
        self._segments.append(words)

    def _last(self) -> Segment | None:
        return self._segments[-1] if self._segments else None

    def pause(self, duration_s: float) -> None:
        """Add an explicit pause."""
        self._boundary_s = 0.0
        if duration_s > 0:
            self._segments.append(Silence(duration_s))

    def boundary(self, duration_s: float) -> None:
        """Pause before the next words, if any, unless something else pauses there."""
        self._boundary_s = max(self._boundary_s, duration_s)

    def segments(self) -> tuple[Segment, ...]:
        """Return what was read, with white space collapsed."""
        return tuple(
            replace(each, text=" ".join(each.text.split())) if isinstance(each, Text) else each
            for each in self._segments
        )


def _break(reader: _Reader, element: etree._Element, style: Text) -> None:
    strength = _choice(element, "strength", tuple(BREAKS_S)) or "medium"
    reader.pause(_break_time(element) if element.get("time") else BREAKS_S[strength])


def _break_time(element: etree._Element) -> float:
    text = element.get("time", "").strip()
    match = _BREAK_TIME.fullmatch(text)
    if not match:
        raise ValueError(f'<break> time must be such as "2s" or "500ms", but was {shown(text)}')
    duration_s = float(match[1]) / (1000.0 if match[2].lower() == "ms" else 1.0)
    if duration_s > LONGEST_BREAK_S:
        raise ValueError(f"<break> time must be at most 10s, but was {shown(text, quote='')}")
    return duration_s


def _emphasis(reader: _Reader, element: etree._Element, style: Text) -> None:
    rate, volume_db = EMPHASES[_choice(element, "level", tuple(EMPHASES)) or "moderate"]
    style = replace(
        style,
        rate_percent=_combined(style.rate_percent, rate),
        volume_db=style.volume_db + volume_db,
    )
    reader.content(element, style)


def _lang(reader: _Reader, element: etree._Element, style: Text) -> None:
    reader.content(element, replace(style, locale=_choice(element, _XML_LANG, LOCALES, need=True)))


def _bounded_by(pause_s: float) -> "Callable[[_Reader, etree._Element, Text], None]":
    def read(reader: _Reader, element: etree._Element, style: Text) -> None:
        reader.boundary(pause_s)
        reader.content(element, style)
        reader.boundary(pause_s)

    return read


def _phoneme(reader: _Reader, element: etree._Element, style: Text) -> None:
    """Speak the content: no engine of ours reads IPA."""
    _required(element, "ph")
    _choice(element, "alphabet", ("ipa",))
    reader.content(element, style)


def _prosody(reader: _Reader, element: etree._Element, style: Text) -> None:
    for attribute, read in (("pitch", _pitch), ("rate", _rate), ("volume", _volume)):
        if value := (element.get(attribute) or "").strip().lower():
            style = read(style, value)
    reader.content(element, style)


def _pitch(style: Text, value: str) -> Text:
    """Names are absolute; percentages change the pitch around them."""
    if value in PITCHES:
        return replace(style, pitch_percent=PITCHES[value])
    match = _PERCENT.fullmatch(value)
    if not match or not match[1]:
        raise _off_list("pitch", value, tuple(PITCHES), "+10%")
    percent = _combined(100.0 + style.pitch_percent, 100.0 + float(match[1] + match[2]))
    return replace(style, pitch_percent=percent - 100.0)


def _rate(style: Text, value: str) -> Text:
    if value in RATES:
        return replace(style, rate_percent=RATES[value])
    match = _PERCENT.fullmatch(value)
    if not match or match[1] == "-" or float(match[2]) == 0:
        raise _off_list("rate", value, tuple(RATES), "120%")
    return replace(style, rate_percent=_combined(style.rate_percent, float(match[2])))


def _combined(outer_percent: float, inner_percent: float) -> float:
    """Nested percentages multiply, within what is still speech."""
    return min(max(outer_percent * inner_percent / 100.0, 1.0), 10_000.0)


def _volume(style: Text, value: str) -> Text:
    if value == "silent":
        return replace(style, silent=True)
    if value in VOLUMES_DB:
        return replace(style, volume_db=VOLUMES_DB[value], silent=False)
    match = _DECIBEL.fullmatch(value)
    if not match:
        raise _off_list("volume", value, ("silent", *VOLUMES_DB), "-6dB")
    return replace(style, volume_db=style.volume_db + float(match[1]))


def _off_list(attribute: str, value: str, names: tuple[str, ...], example: str) -> ValueError:
    return ValueError(
        f'<prosody> {attribute} must be one of {", ".join(names)} or such as "{example}",'
        f" but was {shown(value)}"
    )


def _say_as(reader: _Reader, element: etree._Element, style: Text) -> None:
    kind = _choice(element, "interpret-as", SAY_AS, need=True)
    date_format = None
    if kind == "date":
        date_format = _choice(element, "format", DATE_FORMATS, need=True)
    reader.content(element, replace(style, say_as=kind, date_format=date_format))


def _sub(reader: _Reader, element: etree._Element, style: Text) -> None:
    reader.say(replace(style, text=_required(element, "alias")))


def _required(element: etree._Element, attribute: str) -> str:
    value = (element.get(attribute) or "").strip()
    if not value:
        name = attribute.replace(_XML_LANG, "xml:lang")
        raise ValueError(f"<{safexml.name(element)}> needs the attribute {name}")
    return value


def _choice(
    element: etree._Element, attribute: str, options: tuple[str, ...], *, need: bool = False
) -> str | None:
    """Read an attribute with a list of values, in any letter case; None when it is absent."""
    value = _required(element, attribute) if need else (element.get(attribute) or "").strip()
    if not value:
        return None
    for option in options:
        if option.lower() == value.lower():
            return option
    name = attribute.replace(_XML_LANG, "xml:lang")
    raise ValueError(
        f"<{safexml.name(element)}> {name} must be one of {', '.join(options)},"
        f" but was {shown(value)}"
    )


_ELEMENTS: Final[dict[str, Callable[[_Reader, etree._Element, Text], None]]] = {
    "break": _break,
    "emphasis": _emphasis,
    "lang": _lang,
    "p": _bounded_by(PARAGRAPH_S),
    "phoneme": _phoneme,
    "prosody": _prosody,
    "s": _bounded_by(SENTENCE_S),
    "say-as": _say_as,
    "sub": _sub,
}
ELEMENTS: Final = tuple(_ELEMENTS)
ATTRIBUTES: Final = {  # what each of them reads, beside what XML itself defines
    "break": ("strength", "time"),
    "emphasis": ("level",),
    "lang": (),
    "p": (),
    "phoneme": ("alphabet", "ph"),
    "prosody": ("pitch", "rate", "volume"),
    "s": (),
    "say-as": ("format", "interpret-as"),
    "sub": ("alias",),
}
