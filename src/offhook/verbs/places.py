"""Where the pieces of a document stand in its text, for a finger to point at.

The tree of lxml knows one line an element: that of the end of its start tag. This scanner is for
texts that are well-formed and have no DOCTYPE, so a `<` always begins a tag, a comment, a CDATA
section or a processing instruction, and start tags come in the order of the tree's elements.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_TOKEN: Final = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|</(?P<end>)[^>]*>"
    r"|<(?P<name>[^\s/>]++)(?P<rest>(?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(r"([^\s=]++)\s*+=\s*+(\"[^\"]*+\"|'[^']*+')")
_COMMENTS: Final = re.compile(r"(?:\s++|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, in characters and counted from 1, and how far the piece goes."""

    line: int
    column: int
    length: int = 1


class Places:
    """Finds the elements of a text by their number in document order, the root being 0."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _tokens(self) -> list[re.Match[str]]:
        return list(_TOKEN.finditer(self._text))

    @cached_property
    def _starts(self) -> list[int]:
        """Which tokens are start tags."""
        return [n for n, token in enumerate(self._tokens) if token["name"]]

    def element(self, number: int) -> Place:
        """Return where an element begins: its `<` and its name."""
        tag = self._tag(number)
        return self.at(tag.start(), tag.end("name") - tag.start())

    def attribute(self, number: int, name: str) -> Place:
        """Return where the name of an attribute stands; the element when it has none of it."""
        found = self._attribute(number, name)
        return self.at(*found[0]) if found else self.element(number)

    def value(self, number: int, name: str) -> Place:
        """Return where the value of an attribute stands, without its quotes."""
        found = self._attribute(number, name)
        return self.at(*found[1]) if found else self.element(number)

    def text(self, number: int) -> Place:
        """Return where the words in an element begin; the element when it has none."""
        tag = self._tag(number)
        empty = tag["rest"].endswith("/")
        return (None if empty else self._words(tag.end())) or self.element(number)

    def after(self, number: int) -> Place:
        """Return where the words after an element begin."""
        depth = 0
        for token in self._tokens[self._starts[number] :]:
            if token["end"] is not None:
                depth -= 1
            elif token["name"] and not token["rest"].endswith("/"):
                depth += 1
            if depth == 0:
                return self._words(token.end()) or self.element(number)
        return self.element(number)

    def repeated(self, name: str, end: int) -> Place:
        """Return the last attribute of a name in a start tag that was read up to `end`."""
        begin = self._text.rfind("<", 0, end)
        found = [each for each in _ATTRIBUTE.finditer(self._text, begin, end) if each[1] == name]
        return self.at(found[-1].start(1), len(name)) if found else self.at(end)

    def at(self, offset: int, length: int = 1) -> Place:
        """Return the place of some characters, as far as they are on one line."""
        line = bisect_right(self._lines, offset)
        if line < len(self._lines):
            length = min(length, self._lines[line] - 1 - offset)
        return Place(line, offset - self._lines[line - 1] + 1, max(length, 1))

    def offset(self, line: int, column: int) -> int:
        """Return where a place is in the text, or the end of a text that has no such place."""
        begin = self._lines[min(line, len(self._lines)) - 1]
        return min(begin + column - 1, len(self._text))

    @cached_property
    def _lines(self) -> list[int]:
        """Where lines begin."""
        return [0, *(each.end() for each in re.finditer("\n", self._text))]

    def _tag(self, number: int) -> re.Match[str]:
        return self._tokens[self._starts[number]]

    def _attribute(self, number: int, name: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Return offset and length of an attribute's name and value; prefixes do not count."""
        tag = self._tag(number)
        for each in _ATTRIBUTE.finditer(self._text, tag.end("name"), tag.end()):
            if name in (each[1], each[1].rpartition(":")[2]):
                value = (each.start(2) + 1, len(each[2]) - 2)
                return (each.start(1), len(each[1])), value
        return None

    def _words(self, offset: int) -> Place | None:
        begin = _COMMENTS.match(self._text, offset)
        assert begin is not None  # it matches nothing, too
        offset = begin.end()
        if self._text.startswith("<![CDATA[", offset):
            return self.at(offset, 9)
        end = self._text.find("<", offset)
        words = self._text[offset : end if end >= 0 else None].rstrip()
        return self.at(offset, len(words)) if words else None
