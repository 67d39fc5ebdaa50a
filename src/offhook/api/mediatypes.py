"""Content-Type: what an operation takes, and the two ways to refuse it (errors.md 3.7)."""

import re
from dataclasses import dataclass
from typing import Self

from offhook.errors import ApiError, http

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # `token` of RFC 9110 5.6.2
_QUOTED = r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"'
_TYPE = re.compile(rf"\s*({_WORD}/{_WORD})\s*")
_PARAMETER = re.compile(rf";\s*(?:({_WORD})=({_WORD}|{_QUOTED}))?\s*")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A parsed Content-Type; names in lower case, UTF-8 in upper case."""

    name: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the media type, or None if this is none (RFC 9110 8.3.1)."""
        found = _TYPE.match(text)
        if found is None:
            return None
        parameters, at = [], found.end()
        while at < len(text):
            part = _PARAMETER.match(text, at)
            if part is None:
                return None
            if part[1]:
                parameters.append((part[1].lower(), _value(part[1], part[2])))
            at = part.end()
        return cls(found[1].lower(), tuple(parameters))

    def __str__(self) -> str:
        return self.name + "".join(f";{name}={value}" for name, value in self.parameters)

    @property
    def charset(self) -> str | None:
        """The charset parameter."""
        return dict(self.parameters).get("charset")


def _value(name: str, raw: str) -> str:
    value = re.sub(r"\\(.)", r"\1", raw[1:-1]) if raw.startswith('"') else raw
    return value.upper() if name.lower() == "charset" and value.lower() == "utf-8" else value


@dataclass(frozen=True, slots=True)
class Takes:
    """The kind of body an operation takes."""

    names: tuple[str, ...]
    limit: int  # bytes
    charsets: tuple[str, ...] = ()  # in lower case; empty leaves the charset to the parser

    def check(self, content_type: str | None) -> MediaType | None:
        """Return the media type, None if there is no readable one; raises 415 for a wrong one."""
        media_type = MediaType.parse(content_type or "")
        if media_type is None:
            return None
        charset = (media_type.charset or "utf-8").lower()
        if media_type.name in self.names and charset in (self.charsets or (charset,)):
            return media_type
        wrong = "charset" if media_type.name in self.names else "type"
        why = f"the {wrong} of the Content-Type is not taken here"
        raise ApiError(http.CONTENT_TYPE, headers=self._accept(), why=why, contentType=media_type)

    def unnamed(self) -> ApiError:
        """Return the refusal of a body without a readable Content-Type."""
        why = "the request has a body, and no Content-Type that can be read"
        return ApiError(http.UNSUPPORTED_MEDIA, headers=self._accept(), why=why)

    def _accept(self) -> tuple[tuple[str, str], ...]:
        return (("Accept", ", ".join(self.names)),)


REFUSES = (http.UNSUPPORTED_MEDIA, http.CONTENT_TYPE)
JSON = Takes(("application/json",), 2**20, ("utf-8", "us-ascii", "ascii"))
BXML = Takes(("application/xml", "text/xml"), 65_536)
FORM = Takes(("application/x-www-form-urlencoded",), 65_536)
