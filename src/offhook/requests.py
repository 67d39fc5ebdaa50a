"""What clients ask of call control: calls and conferences to place, list and change."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any

from offhook.hooks import Hook, Target
from offhook.records import CallRecord, DeviceStatus, EndpointRecord


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """A validated createCall (rest.md 4.1). URLs are absolute; blank members are None.

    `from_` is echoed as it was sent; one of the literals of 2019-23 (`Restricted` …) comes with
    `privacy` set and itself as the display name.
    """

    application_id: str  # as the directory writes it
    to: str  # E.164 or SIP URI
    from_: str
    answer: Hook
    disconnect: Target | None = None
    call_timeout_s: float = 30.0
    callback_timeout_s: float = 15.0
    priority: int = 5
    tag: str | None = None
    display_name: str | None = None
    privacy: bool = False
    uui: str | None = None
    machine_detection: dict[str, Any] | None = None  # rest.md 4.3, defaults filled in
    ignored: tuple[str, ...] = ()  # members of the body that mean nothing, for the event log


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls of an account to list (rest.md 4.4), and where in the list to go on."""

    to: str | None = None
    from_: str | None = None
    min_start: float | None = None  # seconds since the epoch; both bounds are inclusive
    max_start: float | None = None
    disconnect_cause: str | None = None
    limit: int = 1000
    after: tuple[float, str] | None = None  # position() of the last item seen

    def takes(self, record: CallRecord) -> bool:
        """Whether the record passes the filter; `limit` and `after` are not looked at."""
        return (
            self._starts_within(record.start_time)
            and self.to in (None, record.to)
            and self.from_ in (None, record.from_)
            and self.disconnect_cause in (None, record.disconnect_cause)
        )

    def _starts_within(self, start: float | None) -> bool:
        if start is None:  # a queued call matches no time filter
            return self.min_start is None and self.max_start is None
        after_min = self.min_start is None or start >= self.min_start
        return after_min and (self.max_start is None or start <= self.max_start)


class Show(StrEnum):
    """Which calls of a search to show, by how they went."""

    ALL = "all"
    LIVE = "live"
    FAILED = "failed"  # ended, and not by somebody who hung up


@dataclass(frozen=True, slots=True)
class CallSearch:
    """What somebody who looks for calls wants to see: the newest first."""

    text: str = ""  # in a number, tag, cause, or id; of any case
    show: Show = Show.ALL
    limit: int = 50
    before: tuple[float, str] | None = None  # older than the one at this position()
    after: tuple[float, str] | None = None  # newer than that one: those next to it


@dataclass(frozen=True, slots=True)
class ConferenceFilter:
    """Which conferences of an account to list (rest.md 5), and where in the list to go on."""

    name: str | None = None
    min_created: float | None = None  # seconds since the epoch; both bounds are inclusive
    max_created: float | None = None
    limit: int = 1000
    after: tuple[float, str] | None = None  # creation time and id of the last item seen


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What REST changes of a member; None leaves it as it is."""

    mute: bool | None = None
    hold: bool | None = None
    coached: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RecordingFilter:
    """Which recordings of an account to list (rest.md 6)."""

    to: str | None = None
    from_: str | None = None
    min_start: float | None = None  # seconds since the epoch, inclusive
    before: float | None = None  # maxStartTime is exclusive here
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class EndpointRequest:
    """A validated createEndpoint (rest.md 11)."""

    direction: str
    events: Hook | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class EndpointFilter:
    """Which endpoints of an account to list, and where in the list to go on."""

    status: DeviceStatus | None = None
    limit: int = 100
    after: tuple[float, str] | None = None  # creation time and id of the last one seen


@dataclass(frozen=True, slots=True)
class EndpointPage:
    """A part of a list of endpoints."""

    records: list[EndpointRecord]
    before: int  # how many of the list come before it
    total: int  # how many the list has


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which webhooks of an account to list, and where in the list to go on."""

    call_id: str | None = None
    event_type: str | None = None
    state: str | None = None  # pending, delivered or failed
    since: float | None = None  # seconds since the epoch, inclusive
    limit: int = 100
    after: tuple[float, str] | None = None  # creation time and id of the last one seen


class Standing(Enum):
    """How a call stands to those who want to change it (errors.md 3.6)."""

    MISSING = auto()  # never existed, or belongs to another account
    FORGOTTEN = auto()  # ended longer ago than the recently-ended window
    PRESENT = auto()  # live, or recently ended


def position(record: CallRecord) -> tuple[float, str]:
    """Return the sort key of a list of calls: creation time, then id."""
    created = record.enqueued_time if record.enqueued_time is not None else record.start_time
    return (created or 0.0, record.call_id)
