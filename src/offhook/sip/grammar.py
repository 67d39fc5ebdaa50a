"""The lexical level of SIP: tokens, numbers, quoted strings, lists and parameters (RFC 3261 25.1).

Text here is already unfolded, so linear white space is SP and HTAB only. Every pattern is written
with possessive repeats: the work is linear in the input, whatever the input is. What does not fit
the grammar raises `SipSyntaxError`, which knows the status code that a server answers with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offhook.sip.message import Request

Params = Mapping[str, str | None]  # lower-case names in their order; None for a name without value

MAX_32_BITS = 2**32 - 1
MAX_COMMAS = 300  # in one header line

TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]++")
_PARAM = re.compile(
    r"[ \t]*+;[ \t]*+([A-Za-z0-9\-.!%*_+`'~]++)[ \t]*+"
    r'(?:(=)[ \t]*+(?:"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\.)*+)"|([^\x00-\x20;,"<>\x7f]*+)))?+',
    re.DOTALL,
)
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9\-.!%*_+`'~:\[\]/@=&]++")
_LIST_ITEM = re.compile(r'(?:[^,"<]++|"(?:[^"\\]|\\.)*+"|<[^>]*+>)*+', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


class SipSyntaxError(ValueError):
    """A message that cannot be understood, and what to answer when it can be answered at all."""

    def __init__(self, reason: str, response_code: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.response_code = response_code
        self.partial: Request | None = None  # what was read, when it is enough to respond to

    @property
    def can_answer(self) -> bool:
        """Whether the request told us where an answer goes and what it answers."""
        return self.partial is not None


def is_token(text: str) -> bool:
    """Whether the text is a `token`."""
    return TOKEN.fullmatch(text) is not None


def number(text: str, top: int = MAX_32_BITS) -> int | None:
    """Read `1*DIGIT` up to `top`; None when it is anything else, however long it is."""
    if not (text.isascii() and text.isdigit()):
        return None
    text = text.lstrip("0") or "0"
    if len(text) > len(str(top)):
        return None
    value = int(text)
    return value if value <= top else None


def unquote(text: str) -> str:
    """Undo the quoted-pairs of the inside of a quoted-string."""
    return _QUOTED_PAIR.sub(r"\1", text) if "\\" in text else text


def quote(text: str) -> str:
    """Write a quoted-string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def split_list(text: str) -> list[str]:
    """Split at commas that are outside quotes and angle brackets; empty elements vanish.

    A text that is no sane list stays whole: whoever needs its values will fail to parse it, and
    nobody else is disturbed (RFC 3261 8.2: malformed fields that are not needed are ignored).
    """
    commas = text.count(",")
    if 0 < commas <= MAX_COMMAS:
        items: list[str] = []
        position = 0
        while position <= len(text):
            found = _LIST_ITEM.match(text, position)
            end = found.end() if found else position
            if end < len(text) and text[end] != ",":
                return [text.strip(" \t")]  # an unbalanced quote or bracket
            items.append(text[position:end].strip(" \t"))
            position = end + 1
        return [item for item in items if item]
    text = text.strip(" \t")
    return [text] if text else []


def parse_params(text: str, position: int = 0) -> dict[str, str | None]:
    """Read `*( SEMI name [EQUAL value] )` up to the end of the text (RFC 3261 7.3.1)."""
    params: dict[str, str | None] = {}
    while found := _PARAM.match(text, position):
        name, equals, quoted, plain = found.groups()
        name = name.lower()
        if name in params:
            raise SipSyntaxError(f"parameter {name} appears twice")
        if quoted is not None:
            params[name] = unquote(quoted)
        else:
            params[name] = plain if equals else None
        position = found.end()
    if text[position:].strip(" \t"):
        raise SipSyntaxError(f"malformed parameters: {shorten(text[position:])}")
    return params


def print_params(params: Params) -> str:
    """Write parameters; values that are no token and no host become quoted-strings."""
    parts = []
    for name, value in params.items():
        if value is None:
            parts.append(f";{name}")
        elif _PLAIN_VALUE.fullmatch(value):
            parts.append(f";{name}={value}")
        else:
            parts.append(f";{name}={quote(value)}")
    return "".join(parts)


def single_line(text: str) -> str:
    """Return the text; a line break in what we are about to send is our own fault."""
    if "\r" in text or "\n" in text:
        raise ValueError("a header value cannot hold a line break")
    return text


def shorten(text: str) -> str:
    """Cut untrusted text for an error message."""
    return ascii(text if len(text) <= 60 else text[:57] + "...")
