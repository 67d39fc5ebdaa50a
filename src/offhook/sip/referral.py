"""Sending the far end elsewhere: REFER, and the NOTIFYs that tell how it fared (RFC 3515).

A REFER subscribes us to its outcome. NOTIFYs come within the dialog, the first one at once and
maybe before the 202 (RFC 6665 4.1.2.4), the last one with the final response that the far end got
where it was sent. `Referred` is reported once, when both are known or none can be expected.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from offhook.facts import Referred
from offhook.sip.core import ALLOW, SUPPORTED
from offhook.sip.grammar import SipSyntaxError, parse_params
from offhook.sip.headers import NameAddr
from offhook.sip.message import Request, Response
from offhook.sip.timers import GIVE_UP, Timer
from offhook.sip.transactions import Failure, Transaction
from offhook.sip.uri import Uri

if TYPE_CHECKING:
    from offhook.sip.asking import Asking
    from offhook.sip.session import Session

FIRST_NEWS_S = GIVE_UP  # RFC 6665 4.1.2.4, timer N: without a NOTIFY there is no subscription
LONGEST_S = 180.0  # RFC 3261 16.6: no INVITE rings for more than three minutes

_STATUS = re.compile(rb"SIP/2\.0 ([1-6][0-9][0-9])\b", re.IGNORECASE)  # RFC 3420 2: a sipfrag


class Referral:
    """The REFER of one session; one at a time, and the next one takes its place."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asking: Asking | None = None  # until all is known
        self._accepted: int | None = None  # the final response to the REFER
        self._outcome: int | None = None  # what the last NOTIFY said
        self._heard = False  # a NOTIFY has come
        self._no_more = False  # none is to come
        self._limit: Timer | None = None
        self._patience: Timer | None = None  # with a far end that says nothing at all

    def send(self, to: str) -> None:
        """Send the REFER; a URI that cannot be written down has failed at once."""
        self.stop()
        session = self._session
        assert session.dialog is not None
        try:
            target = NameAddr(Uri.parse(to))  # in brackets: it may hold `;`, `?` and `,`
        except SipSyntaxError:
            session.report(Referred(None, None))
            return
        self._accepted = self._outcome = None
        self._heard = self._no_more = False
        headers = (
            session.contact(),
            ("Refer-To", str(target)),
            ("Referred-By", str(NameAddr(session.dialog.local.uri))),  # RFC 3892
            ALLOW,
            SUPPORTED,
        )
        self._asking = asking = session.ask(
            "REFER", lambda outcome: self._answered(asking, outcome), headers
        )
        self._limit = session.core.timers.start(LONGEST_S, self._end)

    def stop(self) -> None:
        """Expect nothing any more; NOTIFYs that still come find no subscription."""
        self._asking = None
        for timer in (self._limit, self._patience):
            if timer:
                timer.stop()

    def notified(self, request: Request, tx: Transaction) -> None:
        """Take a NOTIFY."""
        core = self._session.core
        if self._asking is None or not self._is_about(self._asking, request):
            core.answer(tx, 481)  # RFC 6665 4.1.3
            return
        core.answer(tx, 200)
        self._heard = True
        if self._patience:
            self._patience.stop()
        found = _STATUS.match(request.body)
        status = int(found[1]) if found else 0
        if status >= 200:
            self._outcome = status
        self._no_more = status >= 200 or _is_last(request)
        if self._no_more and self._accepted is not None:
            self._end()

    def _answered(self, asking: Asking, outcome: Response | Failure) -> None:
        if asking is not self._asking:
            return  # nobody waits for it any more
        if isinstance(outcome, Failure):
            self._end()
        elif outcome.status == 481:
            self._session.lost_by(outcome)
        elif outcome.status >= 200:
            self._accepted = outcome.status
            if outcome.status >= 300 or self._no_more:
                self._end()
            elif not self._heard:
                self._patience = self._session.core.timers.start(FIRST_NEWS_S, self._end)

    def _end(self) -> None:
        self.stop()
        self._session.report(Referred(self._accepted, self._outcome))

    @staticmethod
    def _is_about(asking: Asking, request: Request) -> bool:
        """Whether a NOTIFY names our REFER by its CSeq, or names none (RFC 3515 2.4.6)."""
        _, semicolon, params = (request.get("Event") or "").partition(";")
        try:
            number = parse_params(semicolon + params).get("id") if params else None
        except SipSyntaxError:
            return False
        return number in (None, str(asking.request.cseq.number))


def package(request: Request) -> str:
    """Return the event package of a NOTIFY (RFC 6665 8.2.1)."""
    return (request.get("Event") or "").partition(";")[0].strip().lower()


def _is_last(request: Request) -> bool:
    """Whether the subscription ends with this NOTIFY (RFC 6665 4.1.3)."""
    state = (request.get("Subscription-State") or "").partition(";")[0]
    return state.strip().lower() == "terminated"
