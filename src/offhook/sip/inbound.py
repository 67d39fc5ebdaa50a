"""Calls that arrive: the INVITE server (RFC 3261 13.3) and CANCEL (9.2).

The application hears `Confirmed` after it accepted and the ACK came, or `Abandoned` when the caller
gave up before. An accepted caller that never acknowledges is hung up and reported `Unreachable`.
"""

from offhook.facts import Abandoned, Confirmed, SipFact, Unreachable
from offhook.sip.core import ALLOW, PRODUCT, SDP, SUPPORTED, Core, ignore
from offhook.sip.dialog import Dialog
from offhook.sip.message import Request, Response, respond
from offhook.sip.session import Header, Session
from offhook.sip.timers import Timer
from offhook.sip.transactions import Failure, Transaction
from offhook.sip.transport import Address

REMIND_S = 60.0  # RFC 3261 13.3.1.1: proxies forget a ringing call after three minutes


class Inbound(Session):
    """A session that begins with their INVITE."""

    def __init__(
        self,
        core: Core,
        number: int,
        request: Request,
        tx: Transaction,
        flow: Address | None = None,
    ) -> None:
        super().__init__(core, number, request.call_id, core.ids.token(64))
        self.dialog = Dialog.of_callee(request, self.tag)
        self.dialog.flow = flow
        self.transport = tx.peer.transport
        self._tx = tx
        self._offered = bool(request.body)
        self._confirmed = False
        self._reminder: Timer | None = None
        tx.tell = self._told
        self.refresh.heard(request)

    def ring(self, code: int = 180, sdp: bytes = b"") -> None:
        """Tell the caller that it rings, and what it hears meanwhile; said again every minute."""
        if self.established or self.over:
            return
        headers = [*self._dialog_headers(), *((SDP,) if sdp else ())]
        self.core.answer(self._tx, code, headers, to_tag=self.tag, body=sdp)
        self._stop_reminder()
        self._reminder = self.core.timers.start(REMIND_S, lambda: self.ring(code, sdp))

    def accept(self, sdp: bytes) -> None:
        """Answer the call."""
        if self.established or self.over or self._tx.request is None:
            return
        self._stop_reminder()
        self.established = True
        self.refresh.start()
        headers = [*self._dialog_headers(), SUPPORTED, *self.refresh.granted(), SDP]
        response = respond(self._tx.request, 200, to_tag=self.tag, headers=headers, body=sdp)
        self.reinvites.described(sdp)
        self.reinvites.accept(self._tx, response, self._acknowledged)

    def refuse(self, code: int, headers: tuple[Header, ...] = ()) -> None:
        """Refuse the call."""
        if not self.established and not self.over:
            self._answer_finally(code, headers)
            self.end()

    def hang_up(self) -> None:
        """End the call; a BYE must wait for the ACK of our first 200 (RFC 3261 15)."""
        if not self.established:
            self.refuse(603)
        elif not self._confirmed:
            self.leaving = True
        else:
            super().hang_up()

    def far_end_left(self) -> None:
        """Take their BYE, which a caller may send before we answer (RFC 3261 15)."""
        if self.established:
            super().far_end_left()
        else:
            self._abandon()

    def end(self, fact: SipFact | None = None) -> None:
        """Be over; the INVITE's transaction lingers, but not with all this in its memory."""
        super().end(fact)
        self._tx.tell = ignore

    def _told(self, outcome: Response | Request | Failure) -> None:
        """Be told by the INVITE's transaction."""
        match outcome:
            case Request(method="ACK"):
                self.acknowledged(outcome)
            case Request():
                self._abandon()
            case Failure(reason=reason) if not self.established:
                self._stop_reminder()
                self.end(Unreachable(reason))

    def _abandon(self) -> None:
        """The caller gave up (RFC 3261 9.2)."""
        if not self.established:
            self._answer_finally(487, ())
            self.end(Abandoned())

    def _answer_finally(self, code: int, headers: tuple[Header, ...]) -> None:
        self._stop_reminder()
        self.core.answer(self._tx, code, headers, to_tag=self.tag)

    def _acknowledged(self, ack: Request) -> None:
        self._confirmed = True
        if self.leaving:
            self.bye()
            self.end()
        else:
            self.report(Confirmed(b"" if self._offered else ack.body))

    def _dialog_headers(self) -> list[Header]:
        """Return what makes a dialog of a response (RFC 3261 12.1.1)."""
        assert self._tx.request is not None
        routes = [("Record-Route", line) for line in self._tx.request.lines("Record-Route")]
        return [*routes, self.contact(), ALLOW, ("Server", PRODUCT)]

    def _stop_reminder(self) -> None:
        if self._reminder:
            self._reminder.stop()
