"""The feed: where the newest committed events are, for whoever follows along.

It keeps no data, only account, call and number of each event, in the order of the commits, and
forgets the oldest. Whoever follows keeps a place, which is a text, and asks for what came after it:

    news = await offload(lambda: store.news(account_id, place, limit))  # place None: from now on
    ...                                   # news.events, of all calls and conferences of an account
    await store.feed.wait(news.place, account_id, 5.0)   # until there is more, or so many seconds

A place of a former process, or one that was forgotten, is answered with all that is kept, and
`missed`. The log of a single call is complete in the store (`Store.events`); for that one the feed
says only when to look again. Any number may read; at most `FOLLOWERS` are woken, and who is one too
many looks again every `CROWDED_S`. Committing never waits for anybody.
"""

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from offhook.records import CallRecord, ConferenceRecord, Event
from offhook.store.batch import Encoded
from offhook.store.upsert import Row

KEEPS = 20_000  # events, a few megabytes
OWNERS = 20_000  # calls and conferences whose account is remembered
FOLLOWERS = 128  # who are woken at the same time
CROWDED_S = 0.5  # so long whoever is one too many waits, and is not woken


class Spot(NamedTuple):
    """Where an event is; a blank account is to be looked up."""

    account_id: str
    call_id: str
    number: int
    at: float  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class Spots:
    """Some of those after a place."""

    found: list[Spot]
    place: str  # to go on from
    missed: bool  # there may have been others, which are forgotten


@dataclass(frozen=True, slots=True)
class News:
    """The same with the events themselves."""

    events: list[Event]
    place: str
    missed: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Follower:
    account_id: str
    call_id: str | None
    loop: asyncio.AbstractEventLoop
    due: asyncio.Event

    def wants(self, spot: Spot) -> bool:
        return spot.account_id in (self.account_id, "") and self.call_id in (None, spot.call_id)

    def wake(self) -> None:
        """Set the event, from whatever thread."""
        try:
            if asyncio.get_running_loop() is self.loop:
                self.due.set()
                return
        except RuntimeError:
            pass  # no loop in this thread
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.due.set)


class Feed:
    """The newest events of a store; `epoch` tells its places from those of other processes."""

    def __init__(self, epoch: str, keeps: int = KEEPS) -> None:
        self._epoch = epoch
        self._lock = threading.Lock()
        self._spots: deque[Spot] = deque(maxlen=keeps)
        self._count = 0  # of all that were ever committed
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._followers: set[_Follower] = set()
        self._closed = False

    # the store's side

    def committed(self, changes: Sequence[Encoded]) -> None:
        """Take note of a commit: any thread."""
        with self._lock:
            for kind, row in changes:
                if kind is CallRecord:
                    self._own(row["call_id"], row["account_id"])
                elif kind is ConferenceRecord:
                    self._own(row["conference_id"], row["account_id"])
            new = [self._spot(row) for kind, row in changes if kind is Event]
            self._spots.extend(new)
            self._count += len(new)
            waiting = list(self._followers) if new else []
        for follower in waiting:
            if any(map(follower.wants, new)):
                follower.wake()

    def _own(self, call_id: str, account_id: str) -> None:
        self._owners[call_id] = account_id
        if len(self._owners) > OWNERS:
            self._owners.popitem(last=False)

    def _spot(self, row: Row) -> Spot:
        call_id = row["call_id"]
        return Spot(self._owners.get(call_id, ""), call_id, row["number"], row["at"])

    # the followers' side

    @property
    def end(self) -> str:
        """The place after all that was committed so far."""
        return self._place(self._count)

    @property
    def closed(self) -> bool:
        """Whether the server stops, and waiting is over."""
        return self._closed

    def since(self, at: float) -> tuple[str, bool]:
        """Return the place before what happened then or later, and whether some is forgotten."""
        with self._lock:
            first = self._count - len(self._spots)
            older = sum(1 for _ in _before(self._spots, at))
            return self._place(first + older), older == 0

    def after(self, place: str | None, account_id: str, limit: int) -> Spots:
        """Return at most `limit` spots of an account after a place; raises ValueError for none."""
        with self._lock:
            if place is None:
                return Spots([], self._place(self._count), missed=False)
            first = self._count - len(self._spots)
            asked = self._position(place)
            position = max(first, asked or 0)
            found: list[Spot] = []
            for spot in islice(self._spots, position - first, None):
                if len(found) == limit:
                    break
                position += 1
                if spot.account_id in (account_id, ""):
                    found.append(spot)
            return Spots(found, self._place(position), missed=asked is None or asked < first)

    async def wait(
        self, place: str, account_id: str, timeout_s: float, call_id: str | None = None
    ) -> None:
        """Return once something of the account (of a call) is after the place, or time is up."""
        due = asyncio.Event()
        follower = _Follower(account_id, call_id, asyncio.get_running_loop(), due)
        with self._lock:
            if self._closed or self._is_due(place, follower):
                return
            crowded = len(self._followers) >= FOLLOWERS
            if not crowded:
                self._followers.add(follower)
        try:
            async with asyncio.timeout(min(timeout_s, CROWDED_S) if crowded else timeout_s):
                await due.wait()
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._followers.discard(follower)

    def close(self) -> None:
        """Let all who wait go, and nobody wait any more: the server stops."""
        with self._lock:
            self._closed = True
            waiting = list(self._followers)
        for follower in waiting:
            follower.wake()

    def _is_due(self, place: str, follower: _Follower) -> bool:
        first = self._count - len(self._spots)
        position = self._position(place)
        if position is None or position < first:
            return True
        return any(map(follower.wants, islice(self._spots, position - first, None)))

    def _place(self, position: int) -> str:
        return f"{self._epoch}.{position}"

    def _position(self, place: str) -> int | None:
        """Return the position; None if the place is another process's; raises ValueError."""
        epoch, dot, digits = place.partition(".")
        if not (dot and digits.isascii() and digits.isdigit() and len(digits) < 16):
            raise ValueError(place)
        return min(int(digits), self._count) if epoch == self._epoch else None


def _before(spots: Iterable[Spot], at: float) -> Iterable[Spot]:
    for spot in spots:
        if spot.at >= at:
            return
        yield spot
