"""The time line of a call: each event of its log as an entry that can be opened."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from offhook import timeline
from offhook.records import Event

Data = Mapping[str, Any]
Pairs = tuple[tuple[str, str], ...]

PARTS = {  # the noun of an event's kind, and the group it is shown in
    "webhook": "http",
    "rest": "http",
    "bxml": "bxml",
    "verb": "verb",
    "sip": "sip",
    "media": "media",
    "speech": "media",
    "audio": "media",
    "recording": "media",
}
GROUPS = (
    ("call", "Call"),
    ("http", "HTTP"),
    ("bxml", "BXML"),
    ("verb", "Verbs"),
    ("sip", "SIP"),
    ("media", "Media"),
)
BAD = ("webhook.failed", "bxml.refused", "media.refused", "media.failed", "media.lost", "call.lost")
PLAIN = ("verb.started", "verb.ended", "media.voice", "media.digit", "call.state")  # all is said


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document."""

    number: int
    text: str
    fault: str | None = None  # what is wrong with it


@dataclass(frozen=True, slots=True)
class Document:
    """BXML that was taken or refused."""

    lines: tuple[Line, ...]
    origin: str
    warnings: tuple[str, ...]

    template = "entry_bxml.html"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to the application, and its answer."""

    request: str  # the first line
    headers: Pairs
    body: str
    answer: str | None  # the first line; None: there was none
    answer_headers: Pairs
    answer_body: str
    failure: str | None
    took_ms: float

    template = "entry_http.html"


@dataclass(frozen=True, slots=True)
class Message:
    """A SIP message."""

    text: str
    peer: str

    template = "entry_sip.html"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    pairs: Pairs

    template = "entry_facts.html"


Detail = Document | Exchange | Message | Facts


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the time line shows it."""

    number: int
    at: float  # seconds since the epoch
    offset_s: float  # since the call began
    part: str  # its group
    name: str  # of the part, for people
    kind: str
    title: str
    mood: str  # good, bad or nothing
    detail: Detail | None


def entries(events: Iterable[Event], started: float) -> list[Entry]:
    """Return the entries of events, in their order."""
    return [entry(event, started) for event in events]


def entry(event: Event, started: float) -> Entry:
    """Return an event's entry."""
    part = PARTS.get(event.kind.partition(".")[0], "call")
    return Entry(
        event.number,
        event.at,
        event.at - started,
        part,
        timeline.part(event),
        event.kind,
        title(event),
        _mood(event),
        _detail(event),
    )


def title(event: Event) -> str:
    """Return what happened in one line; an event of another version may lack what we look for."""
    try:
        return timeline.text(event).removeprefix("--> ").removeprefix("<-- ")
    except (KeyError, TypeError):
        return event.kind


def _mood(event: Event) -> str:
    if event.kind in BAD:
        return "bad"
    if event.kind == "call.ended":
        return "bad" if event.data.get("message") else "good"
    if event.kind == "sip.received":
        status = str(event.data.get("message", "")).partition(" ")[2][:1]
        return "bad" if status in "456" and status else ""
    return ""


def _detail(event: Event) -> Detail | None:
    if event.kind in PLAIN:
        return None
    make = _DETAILS.get(event.kind, facts)
    return make(event.data)


def _document(data: Data) -> Detail:
    bad = data.get("line")
    lines = str(data.get("text", "")).splitlines()
    return Document(
        tuple(
            Line(number, text, str(data.get("reason")) if number == bad else None)
            for number, text in enumerate(lines, 1)
        ),
        str(data.get("origin") or ""),
        tuple(map(str, data.get("warnings", ()))),
    )


def _exchange(data: Data) -> Detail:
    status = data.get("status")
    return Exchange(
        f"{data.get('method')} {data.get('url')}",
        _pairs(data.get("headers")),
        pretty(str(data.get("body", ""))),
        f"HTTP {status}" if status is not None else None,
        _pairs(data.get("replyHeaders")),
        pretty(str(data.get("reply", ""))),
        data.get("failure"),
        float(data.get("durationMs", 0.0)),
    )


def _message(data: Data) -> Detail:
    return Message(str(data.get("message", "")).rstrip("\n"), str(data.get("peer", "")))


def facts(data: Data) -> Facts | None:
    """Return data as names and values; None if there are none."""
    pairs = tuple(_flat(data))
    return Facts(pairs) if pairs else None


def _flat(data: Data, prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield f"{prefix}{name}", ", ".join(map(str, value))
        elif value is not None:
            yield f"{prefix}{name}", f"{value:.3f}" if isinstance(value, float) else str(value)


def _pairs(headers: Any) -> Pairs:
    if not isinstance(headers, Mapping):
        return ()
    return tuple((str(name), str(value)) for name, value in headers.items())


def pretty(text: str) -> str:
    """Return JSON over several lines, anything else as it is."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:
        return text


_DETAILS: dict[str, Callable[[Data], Detail | None]] = {
    "webhook.answered": _exchange,
    "webhook.failed": _exchange,
    "bxml.accepted": _document,
    "bxml.refused": _document,
    "sip.sent": _message,
    "sip.received": _message,
}
