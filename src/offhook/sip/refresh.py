"""Session timers (RFC 4028): a session whose refreshes stop coming has lost its far end.

We do not ask for a timer. When the far end does, as caller or in its answer, we let it refresh if
it will, refresh ourselves if we must, and hang up when nothing comes. A refresh is an UPDATE
without a body, or the last offer again for those who do not know UPDATE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from offhook.sip.core import SUPPORTED
from offhook.sip.grammar import SipSyntaxError, number, parse_params
from offhook.sip.message import Message, Request, Response
from offhook.sip.timers import Timer
from offhook.sip.transactions import Failure

if TYPE_CHECKING:
    from offhook.sip.session import Session

MIN_SE_S = 90  # RFC 4028 5: the smallest interval that we may accept
GRACE_S = 32.0  # RFC 4028 10: how long before the end the one that waits gives up


class Refresh:
    """The timer of one session; without one it does nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._interval_s = 0
        self._we_refresh = False
        self._role = ""  # "uac" or "uas": who refreshes, as the last exchange saw it
        self._knows_update = False
        self._timer: Timer | None = None

    def heard(self, request: Request) -> None:
        """Take the far end's INVITE or UPDATE; the session has been refreshed."""
        self._interval_s, refresher = session_expires(request)
        caller_can = "timer" in [each.lower() for each in request.all("Supported")]
        self._role = (refresher or "uac") if caller_can else "uas"
        self._we_refresh = self._role == "uas"
        self._knows_update = "UPDATE" in request.all("Allow")
        self.start()

    def granted(self) -> list[tuple[str, str]]:
        """Return the headers of our 2xx (RFC 4028 9)."""
        if not self._interval_s:
            return []
        headers = [("Session-Expires", f"{self._interval_s};refresher={self._role}")]
        return headers if self._role == "uas" else [*headers, ("Require", "timer")]

    def asked(self) -> list[tuple[str, str]]:
        """Return the headers of our re-INVITE or UPDATE (RFC 4028 7.1)."""
        if not self._interval_s:
            return []
        role = "uac" if self._we_refresh else "uas"
        return [("Session-Expires", f"{self._interval_s};refresher={role}")]

    def agreed(self, response: Response) -> None:
        """Take the 2xx to our INVITE or UPDATE (RFC 4028 7.2)."""
        self._interval_s, refresher = session_expires(response)
        self._we_refresh = refresher != "uas"
        self._knows_update = "UPDATE" in response.all("Allow")
        self.start()

    def start(self) -> None:
        """Start anew: half the interval to refresh, nearly all of it to wait (RFC 4028 10)."""
        self.stop()
        if not self._interval_s or not self._session.established:
            return
        if self._we_refresh:
            self._timer = self._session.core.timers.start(self._interval_s / 2, self._refresh)
        else:
            wait_s = self._interval_s - min(GRACE_S, self._interval_s / 3)
            self._timer = self._session.core.timers.start(wait_s, self._expire)

    def stop(self) -> None:
        """Stop watching."""
        if self._timer:
            self._timer.stop()

    def _expire(self) -> None:
        self._session.lose("session timer expired")

    def _refresh(self) -> None:
        session = self._session
        if not self._knows_update:
            session.reinvites.repeat()
            return
        headers = [session.contact(), SUPPORTED, *self.asked()]
        session.ask("UPDATE", self._refreshed, headers)

    def _refreshed(self, outcome: Response | Failure) -> None:
        """A refusal that leaves the dialog alive is tried again later (RFC 4028 10)."""
        session = self._session
        if session.over:
            return
        if isinstance(outcome, Failure):
            session.lose("session refresh failed: " + outcome.reason)
        elif 200 <= outcome.status < 300:
            self.agreed(outcome)
        elif outcome.status >= 300 and not session.lost_by(outcome):
            self.start()


def session_expires(message: Message) -> tuple[int, str]:
    """Read Session-Expires: seconds (0 for none) and who refreshes (RFC 4028 4)."""
    text = message.get("Session-Expires") or ""
    digits, _, params = text.partition(";")
    seconds = number(digits.strip()) or 0
    try:
        refresher = parse_params(";" + params).get("refresher") if params else None
    except SipSyntaxError:
        refresher = None
    return seconds, (refresher or "").lower()
