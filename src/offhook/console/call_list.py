"""The list of calls, live and past, with search."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from offhook.console.desk import Desk
from offhook.console.page import Page, PageError, Visit
from offhook.errors import Cause
from offhook.records import CallRecord, CallState
from offhook.requests import CallSearch, Show, position

PAGE_ITEMS = 50
TEXT_LENGTH = 200
GOOD_ENDS = (Cause.HANGUP, Cause.CANCEL)
SHOWS = ((Show.ALL, "All"), (Show.LIVE, "Live"), (Show.FAILED, "Failed"))


@dataclass(frozen=True, slots=True)
class Row:
    """A call in the list."""

    record: CallRecord
    now: float  # seconds since the epoch

    @property
    def live(self) -> bool:
        """Whether it goes on."""
        return self.record.state is not CallState.DISCONNECTED

    @property
    def mood(self) -> str:
        """Which colour it gets: live, waiting, good or bad."""
        if self.live:
            return "live" if self.record.state is CallState.ANSWERED else "waiting"
        return "good" if self.record.disconnect_cause in GOOD_ENDS else "bad"

    @property
    def word(self) -> str:
        """What became of it, in a word."""
        record = self.record
        return record.disconnect_cause or record.state if not self.live else record.state

    @property
    def began(self) -> float:
        """When it was created."""
        return position(self.record)[0]

    @property
    def talked_s(self) -> float | None:
        """How long it was or has been answered."""
        answered = self.record.answer_time
        if answered is None:
            return None
        return max(0.0, (self.record.end_time or self.now) - answered)


class CallList:
    """Finds calls."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Return the rows for the table of pages."""
        return (Page("/{account}/calls", self.show),)

    async def show(self, visit: Visit) -> Response:
        """Show a page of calls."""
        wanted = _wanted(visit)
        account = visit.account
        found = await self._desk.read(lambda store: store.search_calls(account, wanted))
        newer, older = _neighbours(wanted, found)
        shown = found[:PAGE_ITEMS] if wanted.after is None else found[-PAGE_ITEMS:]
        now = self._desk.clock.wall()
        return visit.page(
            "calls.html",
            rows=[Row(record, now) for record in shown],
            wanted=wanted,
            shows=SHOWS,
            newest=wanted.before is None and wanted.after is None,
            newer=cursor(shown[0]) if newer and shown else None,
            older=cursor(shown[-1]) if older and shown else None,
        )


def _neighbours(wanted: CallSearch, found: Sequence[CallRecord]) -> tuple[bool, bool]:
    """Tell whether there are newer and older ones: one more than fits is asked for."""
    more = len(found) > PAGE_ITEMS
    if wanted.after is not None:
        return more, True
    return wanted.before is not None, more


def _wanted(visit: Visit) -> CallSearch:
    text = visit.query.get("q", "").strip()
    if len(text) > TEXT_LENGTH:
        raise PageError(400, "That is too long to look for", f"{TEXT_LENGTH} characters at most.")
    try:
        show = Show(visit.query.get("show") or "all")
    except ValueError:
        raise PageError(400, "There is no such list", "show is one of all, live, failed.") from None
    before, after = (_position(visit.query.get(name)) for name in ("before", "after"))
    return CallSearch(text, show, PAGE_ITEMS + 1, None if after else before, after)


def cursor(record: CallRecord) -> str:
    """Return a call's place in the list as text."""
    created, call_id = position(record)
    return f"{created!r}_{call_id}"


def _position(text: str | None) -> tuple[float, str] | None:
    if not text:
        return None
    created, _, call_id = text.partition("_")
    try:
        return float(created), call_id
    except ValueError:
        raise PageError(
            400, "This link is damaged", "Begin again with the list of calls."
        ) from None
