"""Changing a session: re-INVITE both ways (RFC 3261 14) and UPDATE from the far end (RFC 3311).

One offer at a time: a second one of the far end is told to come later, one that crosses ours is
refused with 491, and one of ours waits until the current exchange is over. The first 2xx of an
inbound session counts as such an exchange, until its ACK.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from offhook.facts import Answered, Confirmed, Refused, Reoffered
from offhook.sip.acceptance import Acceptance
from offhook.sip.asking import Asking
from offhook.sip.core import ALLOW, SDP, SUPPORTED
from offhook.sip.grammar import number
from offhook.sip.message import Request, Response, respond
from offhook.sip.timers import GIVE_UP, Timer
from offhook.sip.transactions import Failure, Transaction
from offhook.sip.transport import Outgoing

if TYPE_CHECKING:
    from offhook.sip.dialog import Dialog
    from offhook.sip.session import Session

RETRY_LATER = ("Retry-After", "3")  # RFC 3261 14.2: 0 to 10 seconds
MAX_RETRY_S = 10
MAX_TRIES = 6  # of one offer; a far end that is never ready has refused it


class Reinvites:
    """The offers of an established session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ours: Asking | None = None
        self._our_sdp = b""  # the last description that we sent
        self._waiting: bytes | None = None  # an offer of ours for which it is too early
        self._retry: Timer | None = None
        self._tries = 0
        self._theirs: Transaction | None = None
        self._acceptance: Acceptance | None = None
        self._acks: dict[int, Outgoing] = {}  # by CSeq, for repeated 2xx

    # ours

    def offer(self, sdp: bytes) -> None:
        """Send a re-INVITE as soon as no other exchange is under way."""
        if self._ours or self._theirs or self._retry or self.unconfirmed:
            self._waiting = sdp
            return
        session = self._session
        self._our_sdp = sdp
        self._tries += 1
        headers = (session.contact(), ALLOW, SUPPORTED, *session.refresh.asked(), SDP)
        self._ours = session.ask("INVITE", self._heard, headers, sdp)

    def repeat(self) -> None:
        """Offer again what we have, to refresh the session (RFC 4028 7.4)."""
        if self._our_sdp:
            self.offer(self._our_sdp)

    def described(self, sdp: bytes) -> None:
        """Note the description that set the session up."""
        self._our_sdp = sdp

    def _heard(self, outcome: Response | Failure) -> None:
        if isinstance(outcome, Failure):
            self._session.lose(outcome.reason)
        elif outcome.status >= 300:
            self._refused(outcome)
        elif outcome.status >= 200:
            self._accepted(outcome)

    def _accepted(self, response: Response) -> None:
        session, cseq = self._session, response.cseq.number
        if cseq in self._acks:
            session.core.outgoing.append(self._acks[cseq])  # RFC 3261 13.2.2.4
            return
        ours, self._ours = self._ours, None
        assert session.dialog is not None
        assert ours is not None
        session.dialog.refresh(response)
        self._acks = {cseq: acknowledge(session, session.dialog, ours)}
        self._tries = 0
        if not session.over:
            session.refresh.agreed(response)
            session.report(Answered(response.body))
            self._next()

    def _refused(self, response: Response) -> None:
        self._ours = None
        session = self._session
        if session.over or session.lost_by(response):
            return
        if self._tries < MAX_TRIES and (delay_s := self._wait_s(response)) is not None:
            if self._waiting is None:
                self._waiting = self._our_sdp  # else what waits is newer than what was refused
            self._retry = session.core.timers.start(delay_s, self._try_again)
        else:
            self._tries = 0
            session.refresh.start()  # the far end lives: refresh again in time (RFC 4028 10)
            session.report(Refused(response.status, response.reason))
            self._next()

    def _wait_s(self, response: Response) -> float | None:
        """Return how long a far end that is not ready wants to be left alone (RFC 3261 14)."""
        if response.status == 491:
            return self._session.glare_delay_s()
        after = number((response.get("Retry-After") or "").partition(";")[0].strip(), MAX_RETRY_S)
        return float(after) if response.status in (500, 503) and after is not None else None

    def _try_again(self) -> None:
        self._retry = None
        self._next()

    def _next(self) -> None:
        if self._waiting is not None and not self._session.over and not self._session.leaving:
            sdp, self._waiting = self._waiting, None
            self.offer(sdp)

    # theirs

    def offered(self, request: Request, tx: Transaction) -> None:
        """Take a re-INVITE, or an UPDATE with an offer."""
        session = self._session
        if self._ours:
            session.core.answer(tx, 491)  # RFC 3261 14.2, RFC 3311 5.2
            return
        if self._theirs or self.unconfirmed or not session.established:
            session.core.answer(tx, 500, (RETRY_LATER,))  # RFC 3261 14.2, RFC 3311 5.2
            return
        assert session.dialog is not None
        session.dialog.refresh(request)
        self._theirs = tx
        tx.tell = self._changed_mind
        session.refresh.heard(request)
        session.report(Reoffered(request.body))

    def updated(self, request: Request, tx: Transaction) -> None:
        """Take an UPDATE: with an offer, or just to refresh (RFC 3311 5.2)."""
        if request.body:
            self.offered(request, tx)
            return
        session = self._session
        assert session.dialog is not None
        session.dialog.refresh(request)
        session.refresh.heard(request)
        headers = (session.contact(), ALLOW, SUPPORTED, *session.refresh.granted())
        session.core.answer(tx, 200, headers)

    def answer(self, sdp: bytes) -> None:
        """Accept the far end's offer, or make the one that it asked for."""
        tx, self._theirs = self._theirs, None
        session = self._session
        if tx is None or tx.request is None or session.over:
            return
        self._our_sdp = sdp
        headers = (session.contact(), ALLOW, SUPPORTED, *session.refresh.granted(), SDP)
        if tx.request.method == "UPDATE":
            session.core.answer(tx, 200, headers, body=sdp)
            self._next()
        else:
            response = respond(tx.request, 200, headers=headers, body=sdp)
            offered = bool(tx.request.body)
            self.accept(tx, response, _nothing if offered else self._confirmed)

    def accept(
        self, tx: Transaction, response: Response, confirmed: Callable[[Request], None]
    ) -> None:
        """Send a 2xx and repeat it until its ACK."""

        def acknowledged(ack: Request) -> None:
            confirmed(ack)
            self._next()

        self._acceptance = Acceptance(
            self._session.core, tx, response, acknowledged, self._not_acknowledged
        )

    @property
    def unconfirmed(self) -> bool:
        """Whether a 2xx of ours waits for its ACK."""
        return self._acceptance is not None and self._acceptance.pending

    def refuse(self, code: int) -> None:
        """Refuse the far end's offer."""
        tx, self._theirs = self._theirs, None
        if tx is not None:
            self._session.core.answer(tx, code)
            self._next()

    def acknowledged(self, ack: Request) -> None:
        """Take an ACK."""
        if self._acceptance:
            self._acceptance.take(ack)

    def _confirmed(self, ack: Request) -> None:
        self._session.report(Confirmed(ack.body))

    def _not_acknowledged(self) -> None:
        self._session.lose("no ACK")  # RFC 3261 13.3.1.4, 14.2

    def _changed_mind(self, outcome: Response | Request | Failure) -> None:
        """Take the CANCEL of a re-INVITE, its ACK with an old branch, or a broken connection."""
        if isinstance(outcome, Request) and outcome.method == "ACK":
            self._session.acknowledged(outcome)
        else:
            self.refuse(487)  # RFC 3261 9.2

    def close(self) -> None:
        """Answer what is unanswered and stop; the session is over (RFC 3261 15.1.2).

        The far end answers an open offer of ours too; should that get lost, it is forgotten.
        """
        if self._ours:
            self._session.core.timers.start(GIVE_UP, self._ours.abandon)
        self._waiting = None
        if self._retry:
            self._retry.stop()
        if self._acceptance:
            self._acceptance.stop()
        self.refuse(487)


def acknowledge(session: Session, dialog: Dialog, asking: Asking) -> Outgoing:
    """Send the ACK of a 2xx: a request of its own, to the Contact (RFC 3261 13.2.2.4)."""
    to = dialog.next_hop()
    cseq = asking.request.cseq.number
    ack = dialog.numbered("ACK", cseq, session.core.via(to.transport), asking.credentials())
    return session.core.post(ack, to, session.number)


def _nothing(ack: Request) -> None:
    """Be told of an ACK that says nothing new."""
