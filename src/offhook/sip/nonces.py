"""Nonces of our challenges (RFC 7616 3.3, 5.4): made without memory, used once for each count.

A nonce says when it was made and carries a seal that only we can make, so that a flood of requests
without credentials leaves nothing behind. Counts are kept only of nonces that somebody who knows a
password has used.
"""

import hashlib
import hmac
from enum import Enum, auto

from offhook.ids import Ids

LIFETIME_S = 300.0
KEPT = 20_000  # nonces in use at once; whoever loses one is asked again
SEAL_DIGITS = 32


class Freshness(Enum):
    """What a nonce is worth."""

    FRESH = auto()
    STALE = auto()  # too old, or this count has been used: a replay, or a late repetition
    FOREIGN = auto()  # not made here, or before the last start


class Nonces:
    """Makes nonces and knows its own."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._key = ids.rng.randbytes(32)
        self._counts: dict[str, tuple[float, int]] = {}  # when made, last count; oldest first

    def make(self, now: float) -> str:
        """Return a new nonce."""
        text = f"{round(now * 1000):012x}{self._ids.token(64)}"
        return text + self._seal(text)

    def take(self, nonce: str, count: int, now: float) -> Freshness:
        """Use up a count of a nonce, for a request whose response is right."""
        text = nonce[:-SEAL_DIGITS]
        if not hmac.compare_digest(nonce.encode(), (text + self._seal(text)).encode()):
            return Freshness.FOREIGN
        made = int(text[:12], 16) / 1000
        _, last = self._counts.get(nonce, (made, 0))
        if now - made > LIFETIME_S or count <= last:
            return Freshness.STALE
        self._counts[nonce] = made, count
        if len(self._counts) > KEPT:
            self._forget(now)
        return Freshness.FRESH

    def __len__(self) -> int:
        return len(self._counts)

    def _forget(self, now: float) -> None:
        """Drop what is too old to be used, and at least the one that was used first."""
        del self._counts[next(iter(self._counts))]
        fresh = {n: its for n, its in self._counts.items() if now - its[0] <= LIFETIME_S}
        self._counts = fresh

    def _seal(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:SEAL_DIGITS]
