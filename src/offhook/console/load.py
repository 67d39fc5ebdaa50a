"""Queue, limits and headroom: how much of what there is is used, as long as one looks.

A gauge says what it says in words, and how near it is to its end. The figures are those of this
moment; nothing is counted while nobody looks.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

from offhook.calls.headroom import Headroom
from offhook.clock import Monotonic
from offhook.console.desk import Desk
from offhook.console.page import Page, PageError, Visit
from offhook.console.stream import EventStream, Message, Streams
from offhook.directory import Account
from offhook.media.frames import Beat
from offhook.store.writer import BACKLOG_UNHEALTHY

BEATS = 10  # of the event loop, from one message to the next
BEAT_S = 0.1
SLOW_MS = 100.0  # an event loop that is so late is in trouble
NEAR, FULL = 0.7, 0.9  # of what there is


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure, and how much there could be."""

    id: str
    title: str
    value: float
    said: str  # in words
    most: float | None = None  # None: there is no end
    about: str = ""
    trouble: bool = False  # whatever the figure is

    @property
    def mood(self) -> str:
        """How near to its end it is."""
        share = self.value / self.most if self.most else 0.0
        if self.trouble or share >= FULL:
            return "bad"
        return "waiting" if share >= NEAR else "good"


class Load:
    """The page of gauges, and what moves them."""

    def __init__(self, desk: Desk, streams: Streams) -> None:
        self._desk = desk
        self._streams = streams

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        return (Page("/{account}/load", self.show), Page("/{account}/load/live", self.live))

    async def show(self, visit: Visit) -> Response:
        """Show all gauges."""
        return visit.page(
            "load.html",
            of_account=list(self._of_account(visit)),
            of_server=list(self._of_server(None)) if visit.operates else [],
        )

    async def live(self, visit: Visit) -> Response:
        """Send the gauges once a second, as long as the browser looks."""
        if self._streams.full:
            raise PageError(503, "Too many are looking", "Close a page that is not needed.")
        return EventStream(self._news(visit), self._streams)

    async def _news(self, visit: Visit) -> AsyncIterator[list[Message]]:
        while not self._desk.store.feed.closed:
            lag_ms = await _lag_ms(self._desk.clock.now)
            gauges = list(self._of_account(visit))
            if visit.operates:
                gauges += self._of_server(lag_ms)
            data = {
                each.id: (round(each.value, 2), each.most, each.said, each.about, each.mood)
                for each in gauges
            }
            yield [Message("load", msgspec.json.encode(data).decode())]

    def _of_account(self, visit: Visit) -> Iterator[Gauge]:
        account = self._desk.directory().accounts.get(visit.account)
        if account is None:  # it was removed a moment ago
            return
        exchange = self._desk.exchange
        yield _queue(account, exchange.dialer.size(account.id))
        begun = exchange.dialer.rate(account).taken
        yield Gauge(
            "rate",
            "Calls begun in the last second",
            begun,
            f"{begun} of {account.cps:g}",
            account.cps,
            "Both directions; those beyond it wait, or are refused.",
        )
        active = exchange.sessions.of(account.id)
        yield Gauge(
            "sessions",
            "Active calls",
            active,
            f"{active} of {account.sessions}",
            account.sessions,
            "Beyond it, callers are refused and createCall answers 429.",
        )

    def _of_server(self, lag_ms: float | None) -> Iterator[Gauge]:
        sessions, instruments, store = (
            self._desk.exchange.sessions,
            self._desk.instruments,
            self._desk.store,
        )
        total, limit = sessions.total, sessions.node_limit
        yield Gauge("legs", "Call legs", total, f"{total} of {limit}", limit, "Of all accounts.")
        flying, cap = instruments.in_flight(), instruments.most_in_flight
        yield Gauge(
            "requests",
            "Requests in flight",
            flying,
            f"{flying} of {cap}",
            cap,
            "Of the API; beyond it, 503.",
        )
        yield from _media(instruments.beats(), instruments.legs)
        yield from _headroom(instruments.headroom)
        yield Gauge(
            "loop",
            "Event loop late by",
            lag_ms or 0.0,
            "not measured yet" if lag_ms is None else f"{lag_ms:.1f} ms",
            SLOW_MS,
            "At worst, in the last second.",
        )
        yield Gauge(
            "store",
            "Changes waiting for the disk",
            store.backlog,
            f"{store.backlog}",
            BACKLOG_UNHEALTHY,
            "What is accepted is soon on disk."
            if store.healthy
            else "The store fails: nothing new is accepted.",
            not store.healthy,
        )
        lanes = instruments.lanes()
        yield Gauge("webhooks", "Calls with webhooks under way", lanes, f"{lanes}")


def _queue(account: Account, waiting: int) -> Gauge:
    capacity = account.queue_capacity
    if not account.queueing:
        about = "The queue is off: calls beyond the rate are refused with 429."
        return Gauge("queue", "Calls in the queue", 0, "off", None, about)
    pace = account.dequeue_rate or account.cps
    about = f"They leave it at {pace:g} a second"
    about += f": empty in {waiting / pace:.0f} s." if waiting else "."
    return Gauge(
        "queue", "Calls in the queue", waiting, f"{waiting} of {capacity}", capacity, about
    )


def _media(beats: Sequence[Beat | None], capacity: int) -> Iterator[Gauge]:
    """Return what the media workers' last beats say: they come once a second."""
    lively = [(number, beat) for number, beat in enumerate(beats, 1) if beat is not None]
    if lively:
        legs, places = sum(beat.legs for _, beat in lively), capacity * len(lively)
        of = f"{legs} of {places}"
        about = "Each has a place on the RTP ports."
        yield Gauge("sound", "Legs and rooms with sound", legs, of, places, about)
    for number, beat in lively:
        which = f" {number}" if len(beats) > 1 else ""
        yield _worker(beat, f"media{which.strip()}", f"Load of the media worker{which}")


def _headroom(headroom: Headroom) -> Iterator[Gauge]:
    """Return how near the machine is to the load at which new calls are refused."""
    if not headroom.used:
        return
    (name, share), *others = sorted(headroom.used.items(), key=lambda item: -item[1])
    about = f"Of {name}."
    if headroom.limit < 1.0:
        state = "are refused" if headroom.full else "would be refused"
        about += f" New calls {state} from {headroom.limit:.0%} on."
    if others:
        about += " Less: " + "; ".join(f"{other} {used:.0%}" for other, used in others) + "."
    said, most = f"{share:.0%}", 100 * min(headroom.limit, 1.0)
    yield Gauge(
        "headroom", "Scarcest of the machine", 100 * share, said, most, about, headroom.full
    )


def _worker(beat: Beat, key: str, title: str) -> Gauge:
    share = beat.busy_ms / 10
    worst, mean = beat.late_ms_max, beat.late_ms_mean
    about = f"A tick was {worst:.1f} ms late at worst, {mean:.1f} on average"
    about += f"; {beat.skipped} were skipped." if beat.skipped else "."
    of = f"{share:.1f} % of a core"
    return Gauge(key, title, share, of, 100.0, about, beat.skipped > 0)


async def _lag_ms(now: Monotonic) -> float:
    """Return how late the event loop is at worst, within a second."""
    worst_s = 0.0
    for _ in range(BEATS):
        due = now() + BEAT_S
        await asyncio.sleep(BEAT_S)
        worst_s = max(worst_s, now() - due)
    return worst_s * 1000
