"""What settings are made of: the forms of their values, and a table of the file.

The meaning of a form is what an error message offers as the fix.
"""

import ipaddress
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from offhook.redaction import MASK, SECRET_WORDS

Port = Annotated[int, Meta(ge=1, le=65_535, description="a port from 1 to 65535")]
AnyPort = Annotated[int, Meta(ge=0, le=65_535, description="a port, or 0 for any free one")]
Url = Annotated[
    str, Meta(pattern=r"^https?://[^/\s]+\S*$", description="an http or https URL with a host")
]
Name = Annotated[str, Meta(min_length=1, description="a name that is not empty")]
AccountId = Annotated[
    str, Meta(pattern=r"^[0-9]{1,32}$", description='digits in quotes, such as "9900000"')
]
Uuid = Annotated[
    str,
    Meta(
        pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        description="a UUID; `offhook applications add` makes one",
    ),
]
StunServer = Annotated[
    str,
    Meta(pattern=r"^[^\s:]+:\d{1,5}$", description='a server such as "stun.example.com:3478"'),
]
Positive = Annotated[int, Meta(ge=1, description="a whole number above 0")]
Seconds = Annotated[float, Meta(ge=0, description="seconds, 0 or more")]
Method = Literal["POST", "GET"]
Secret = Annotated[
    str, Meta(min_length=24, max_length=256, description="24 to 256 random characters")
]
SECRET_KEYS = (*SECRET_WORDS, "access_key", "static", "ha1")  # what a setting's key has in it
Secrets = Annotated[tuple[Secret, ...], Meta(max_length=4, description="at most 4 secrets")]


def networks(key: str, texts: Iterable[str]) -> None:
    """Raise ValueError for the first text that is no network."""
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            raise ValueError(
                f"{key}: {text!r} is no network: write it like 10.0.0.0/8, without host bits"
            ) from None


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the file; one that is shown by mistake shows no secret."""

    def __repr__(self) -> str:
        shown = (
            f"{key}={value!r}" for key in self.__struct_fields__ if (value := self._shown(key))
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def _shown(self, key: str) -> object:
        value = getattr(self, key)
        return MASK if value and any(word in key for word in SECRET_KEYS) else value
