"""All that is known of a call, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from offhook.calls.gauges import Row
from offhook.console import call_list
from offhook.console.entries import Entry, entries
from offhook.console.ladder import Rung, far_ends, ladder
from offhook.console.sound import Sound, sound
from offhook.explain import Explanation, Story, explain_call
from offhook.records import CallRecord, Delivery, Event, Recording
from offhook.webhooks.signing import EVENT_ID

ATTEMPTS = ("webhook.answered", "webhook.failed")
MOODS = {"delivered": "good", "failed": "bad", "pending": "waiting"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver a webhook."""

    number: int  # of its event
    at: float
    outcome: str
    took_ms: float
    bad: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """A webhook and its attempts."""

    delivery: Delivery
    attempts: tuple[Attempt, ...]

    @property
    def mood(self) -> str:
        """Which colour it gets."""
        return MOODS[self.delivery.state]

    @property
    def resendable(self) -> bool:
        """Whether it may be sent again: nobody waits for the reply, and it is not under way."""
        delivery = self.delivery
        return not (delivery.sync or delivery.asks) and delivery.state != "pending"


@dataclass(frozen=True)
class CallView:
    """A call and everything that belongs to it."""

    record: CallRecord
    events: Sequence[Event]
    deliveries: Sequence[Delivery]
    recordings: Sequence[Recording]
    now: float  # seconds since the epoch
    gauged: Sequence[Row] = ()  # of its media, as long as it goes on

    @property
    def last(self) -> int:
        """The number of the last event."""
        return self.events[-1].number if self.events else 0

    @property
    def started(self) -> float:
        """When the log begins."""
        return self.events[0].at if self.events else self.row.began

    @cached_property
    def row(self) -> call_list.Row:
        """The call as the list shows it."""
        return call_list.Row(self.record, self.now)

    def entries(self, after: int = 0) -> list[Entry]:
        """Return the entries of the time line with a number above `after`."""
        return entries((e for e in self.events if e.number > after), self.started)

    @cached_property
    def rungs(self) -> list[Rung]:
        """The SIP ladder."""
        return ladder(self.events, self.started)

    @cached_property
    def far_ends(self) -> list[str]:
        """Who is at its other side."""
        return far_ends(self.events)

    @cached_property
    def explanation(self) -> Explanation | None:
        """What happened, in plain words; None where nothing was logged."""
        return explain_call(Story(self.record, tuple(self.events))) if self.events else None

    @cached_property
    def sound(self) -> Sound | None:
        """What was to be heard, and how well."""
        return sound(self.events, self.now, self.gauged)

    @cached_property
    def mail(self) -> list[Mail]:
        """The webhooks, in their order."""
        tries: dict[str, list[Attempt]] = {}
        for event in self.events:
            if event.kind in ATTEMPTS:
                name = event.data.get("headers", {}).get(EVENT_ID, "")
                tries.setdefault(name, []).append(_attempt(event))
        return [Mail(each, tuple(tries.get(each.id, ()))) for each in self.deliveries]


def _attempt(event: Event) -> Attempt:
    data = event.data
    outcome = data.get("failure") or f"HTTP {data.get('status')}"
    took_ms = float(data.get("durationMs", 0))
    return Attempt(event.number, event.at, str(outcome), took_ms, "failure" in data)
