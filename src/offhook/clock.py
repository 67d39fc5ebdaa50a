"""Time comes in from outside: one clock object, asked by everything that needs to know.

`now` is the event loop's monotonic clock, for deadlines and intervals; `wall` is UTC, for what is
written down. Nothing else in Offhook reads a clock, so the same code runs under virtual time.
Formats are those of the contract (rest.md 3.2).
"""

import functools
import time
from collections.abc import Callable
from datetime import UTC, datetime

Monotonic = Callable[[], float]


class Clock:
    """A monotonic and a wall clock, both in seconds."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self.now = now
        self.wall = wall


def timestamp(seconds: float) -> str:
    """Print seconds since the epoch as ISO 8601 UTC with exactly three fraction digits."""
    whole, milliseconds = divmod(round(round(seconds, 3) * 1000), 1000)
    return f"{_to_the_second(whole)}.{milliseconds:03d}Z"


@functools.lru_cache(maxsize=64)
def _to_the_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()


def parse_timestamp(text: str) -> float:
    """Read an ISO 8601 date-time, no offset meaning UTC; raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def duration(seconds: float) -> str:
    """Print a length of time as an ISO 8601 duration such as `PT1M52.2S`; zero is `PT0S`."""
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    text = "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if milliseconds or text == "PT":
        text += f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".") + "S"
    return text
