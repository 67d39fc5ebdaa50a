"""Which entry of the catalogue a text was made from, and with which values."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter

from offhook.errors.entry import Entry


@dataclass(frozen=True, slots=True)
class Recognised:
    """An entry and the values its placeholders had."""

    entry: Entry
    values: dict[str, str]


class Recogniser:
    """Knows the texts of some entries; of two patterns that fit, the more literal one is meant."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        patterns = [(_literal(entry), _pattern(entry), entry) for entry in entries]
        patterns.sort(key=lambda each: -each[0])
        self._patterns = [(pattern, entry) for _, pattern, entry in patterns]

    def recognise(self, kind: str, text: str) -> Recognised | None:
        """Return what a `type` or cause, and its text, were made from."""
        for pattern, entry in self._patterns:
            if entry.type == kind and (found := pattern.fullmatch(text)):
                return Recognised(entry, found.groupdict())
        return None


def _literal(entry: Entry) -> int:
    return sum(len(text) for text, *_ in Formatter().parse(entry.description))


def _pattern(entry: Entry) -> re.Pattern[str]:
    parts = []
    for text, name, _, _ in Formatter().parse(entry.description):
        parts.append(re.escape(text) + (f"(?P<{name}>.*?)" if name else ""))
    return re.compile("".join(parts), re.DOTALL)
