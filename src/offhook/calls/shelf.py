"""The logs of calls and conferences that are over: their webhooks may take their time."""

from collections import OrderedDict
from collections.abc import Callable

from offhook.calls.journal import Journal
from offhook.calls.limits import JOURNAL_KEPT_S


class Shelf:
    """Keeps each log open for a while."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: OrderedDict[str, tuple[float, Journal]] = OrderedDict()

    def put(self, journal: Journal) -> None:
        """Keep a log that nobody writes any more but those who come late."""
        self._kept[journal.call_id] = (self._now(), journal)
        while next(iter(self._kept.values()))[0] < self._now() - JOURNAL_KEPT_S:
            self._kept.popitem(last=False)

    def get(self, name: str) -> Journal | None:
        """Return the log of a call or conference, if it is here."""
        found = self._kept.get(name)
        return found[1] if found else None
