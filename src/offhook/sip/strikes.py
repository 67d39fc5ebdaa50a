"""Whoever guesses wrong too often waits: counts by name, in bounded memory."""

from collections.abc import Iterable
from dataclasses import dataclass

WINDOW_S = 60.0  # from the first strike on; then everything is forgiven
NAMED, UNNAMED = 10, 100  # strikes for a source and a user, and for a source with any users
KEPT = 10_000  # names; the one that struck first is forgotten first


@dataclass(slots=True)
class _Count:
    until: float
    strikes: int = 0


class Strikes:
    """Strikes of sources, and of sources with a user."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def is_out(self, names: Iterable[str], now: float) -> bool:
        """Whether one of the names has struck too often."""
        return any(self._out(name, now) for name in names)

    def count(self, names: Iterable[str], now: float) -> None:
        """Count a strike for each of the names."""
        for name in names:
            known = self._counts.get(name)
            if known is None or now >= known.until:
                self._counts.pop(name, None)
                known = self._counts[name] = _Count(now + WINDOW_S)
            known.strikes += 1
        while len(self._counts) > KEPT:
            del self._counts[next(iter(self._counts))]

    def __len__(self) -> int:
        return len(self._counts)

    def _out(self, name: str, now: float) -> bool:
        known = self._counts.get(name)
        limit = NAMED if " " in name else UNNAMED
        return known is not None and known.strikes >= limit and now < known.until
