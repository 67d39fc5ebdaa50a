"""Our 2xx to an INVITE, repeated until its ACK comes (RFC 3261 13.3.1.4)."""

from collections.abc import Callable

from offhook.sip.core import Core
from offhook.sip.message import Request, Response
from offhook.sip.timers import GIVE_UP, T1, T2, Timer
from offhook.sip.transactions import Input, Transaction


class Acceptance:
    """A 2xx on its way; over any transport, because proxies may change it on the way."""

    def __init__(
        self,
        core: Core,
        tx: Transaction,
        response: Response,
        on_ack: Callable[[Request], None],
        on_silence: Callable[[], None],
    ) -> None:
        self.number = response.cseq.number
        self.pending = True
        self._core = core
        self._tx = tx
        self._response = response
        self._on_ack = on_ack
        self._on_silence = on_silence
        self._interval_s = T1
        self._end: Timer = core.timers.start(GIVE_UP, self._give_up)
        self._next: Timer = core.timers.start(T1, self._repeat)
        tx.feed(Input.SUCCESS, response)

    def take(self, ack: Request) -> None:
        """Take an ACK; the first one counts."""
        if self.pending and ack.cseq.number == self.number:
            self.stop()
            self._on_ack(ack)

    def stop(self) -> None:
        """Repeat no more."""
        self.pending = False
        self._tx.last = b""  # an accepted INVITE is absorbed: nothing is repeated any more
        self._end.stop()
        self._next.stop()

    def _repeat(self) -> None:
        self._interval_s = min(self._interval_s * 2, T2)
        self._next = self._core.timers.start(self._interval_s, self._repeat)
        self._tx.feed(Input.SUCCESS, self._response)

    def _give_up(self) -> None:
        self.stop()
        self._on_silence()
