"""What an explanation is made from: a call's record and log, and the event that is asked about."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from offhook.errors import Entry
from offhook.records import CallRecord, Direction, Event


class Answered(NamedTuple):
    """A SIP response of the far end."""

    event: Event
    status: int
    reason: str
    method: str  # of the request it answers
    message: str


@dataclass(frozen=True, slots=True)
class Story:
    """A call as its log tells it; the log is in order and may end anywhere."""

    record: CallRecord
    events: tuple[Event, ...]
    _by_kind: dict[str, list[Event]] = field(init=False)

    def __post_init__(self) -> None:
        by_kind: dict[str, list[Event]] = {}
        for event in self.events:
            by_kind.setdefault(event.kind, []).append(event)
        object.__setattr__(self, "_by_kind", by_kind)

    @property
    def outbound(self) -> bool:
        """Whether we called."""
        return self.record.direction is Direction.OUTBOUND

    @property
    def started(self) -> float:
        """When the log begins."""
        return self.events[0].at if self.events else 0.0

    def all(self, kind: str, **data: Any) -> list[Event]:
        """Return the events of a kind whose data are these, oldest first."""
        found = self._by_kind.get(kind, [])
        return [e for e in found if all(e.data.get(k) == v for k, v in data.items())]

    def last(self, kind: str, **data: Any) -> Event | None:
        """Return the latest of them."""
        return next(reversed(self.all(kind, **data)), None)

    def some(self, *events: Event | None) -> tuple[Event, ...]:
        """Return those that are there."""
        return tuple(event for event in events if event is not None)

    def responses(self, method: str = "INVITE") -> Iterator[Answered]:
        """Return the far end's responses to a method, oldest first."""
        for event in self._by_kind.get("sip.received", []):
            message = str(event.data.get("message", ""))
            first, _, rest = message.partition("\n")
            version, _, status = first.partition(" ")
            code, _, reason = status.partition(" ")
            if version == "SIP/2.0" and code.isdigit() and asked(rest) == method:
                yield Answered(event, int(code), reason.strip(), method, message)

    def requests(self, kind: str, method: str) -> list[Event]:
        """Return the requests of a method that were `sip.sent` or `sip.received`."""
        return [
            event
            for event in self._by_kind.get(kind, [])
            if str(event.data.get("message", "")).startswith(f"{method} ")
        ]


@dataclass(frozen=True, slots=True)
class Case:
    """A failure in a story: the event that tells of it, its entry and the values in its text."""

    story: Story
    event: Event
    entry: Entry
    values: dict[str, str]

    @property
    def why(self) -> str:
        """What the log says beyond the text."""
        return str(self.event.data.get("why") or "")


def asked(headers: str) -> str:
    """Return the method that a response's CSeq names."""
    return header(headers, "CSeq").rpartition(" ")[2]


def header(message: str, name: str) -> str:
    """Return the first value of a header of a SIP message."""
    prefix = f"{name.lower()}:"
    for each in message.split("\n"):
        if each.lower().startswith(prefix):
            return each[len(prefix) :].strip()
    return ""
