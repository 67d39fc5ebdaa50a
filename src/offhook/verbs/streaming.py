"""What `<StartStream>` says of a stream (bxml.md 4.18)."""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from offhook.hooks import Credentials, Target
from offhook.verbs import Part, values
from offhook.verbs import attributes as declare

MOST_PARAMS: Final = 12
LONGEST_NAME: Final = 256  # characters of a parameter
LONGEST_VALUE: Final = 2048
TRACKS: Final = {
    "inbound": ("inbound",),
    "outbound": ("outbound",),
    "both": ("inbound", "outbound"),
}


@dataclass(frozen=True, slots=True)
class StreamOrder:
    """What to stream, and where to."""

    destination: str  # ws or wss
    tracks: tuple[str, ...]  # inbound, outbound
    name: str | None = None  # None: that of its id
    plays: bool = False  # what the application sends is played to the party
    credentials: Credentials | None = None  # of the handshake
    params: tuple[tuple[str, str], ...] = ()
    events: Target | None = None  # where its webhooks go

    def resolve(self, base: str | None) -> "StreamOrder":
        """Return this order with an absolute URL."""
        return replace(self, events=self.events and self.events.resolve(base))


def _text(longest: int, about: str, name: str) -> str:
    text: str = declare.special(
        "",
        f"text of at most {longest} characters",
        lambda given: values.words(given, longest),
        about,
        name=name,
        required=True,
    )
    return text


@dataclass(frozen=True, kw_only=True)
class StreamParam(Part):
    """Something that the application is told when the stream starts."""

    name: ClassVar[str] = "StreamParam"

    key: str = _text(LONGEST_NAME, "its name in `streamParams`", "name")
    value: str = _text(LONGEST_VALUE, "its value", "value")


def destination() -> str:
    """Declare where to connect to."""
    url: str = declare.special(
        "",
        "absolute `ws` or `wss` URL",
        values.socket_url,
        "the WebSocket server that gets the audio",
        required=True,
    )
    return url
