"""A session: one leg of a call, from INVITE to BYE. This file has what both sides share.

`Outbound` and `Inbound` set sessions up; `Reinvites` changes them. Commands that come too late (the
far end was quicker) do nothing. After a final fact, or after `hang_up`, no more facts come.
"""

from collections.abc import Callable, Iterable

from offhook.facts import FarEndHungUp, SipFact, Unreachable
from offhook.sip.asking import Asking, Tell
from offhook.sip.core import ACCEPT, ALLOW, SUPPORTED, Core
from offhook.sip.dialog import Dialog
from offhook.sip.digest import Digest
from offhook.sip.message import Request, Response
from offhook.sip.referral import Referral
from offhook.sip.refresh import Refresh
from offhook.sip.reinvite import Reinvites
from offhook.sip.transactions import Failure, Transaction

Header = tuple[str, str]


class Session:
    """An established session, or one that a subclass is setting up."""

    def __init__(self, core: Core, number: int, call_id: str, tag: str) -> None:
        self.core = core
        self.number = number
        self.call_id = call_id
        self.tag = tag  # ours
        self.transport = "udp"  # that of the first message, for our Contact
        self.digest: Digest | None = None
        self.dialog: Dialog | None = None
        self.established = False  # a 2xx was sent or received
        self.leaving = False  # hung up, but it is too early for the BYE
        self.over = False
        self.on_over: Callable[[Session], None] = _ignore
        self.on_gone: Callable[[Session], None] = _ignore  # nothing in the dialog is left to do
        self._saying_bye = False
        self.reinvites = Reinvites(self)
        self.refresh = Refresh(self)
        self.referral = Referral(self)

    # commands

    def hang_up(self) -> None:
        """Say goodbye; a subclass knows what to do before the session is established."""
        if not self.over:
            self.bye()
            self.end()

    def reoffer(self, sdp: bytes) -> None:
        """Offer other media; the answer comes as `Answered`, a refusal as `Refused`."""
        if self.established and not self.leaving and not self.over:
            self.reinvites.offer(sdp)

    def answer_offer(self, sdp: bytes) -> None:
        """Answer what `Reoffered` offered, or make the offer if it was empty."""
        self.reinvites.answer(sdp)

    def refuse_offer(self, code: int) -> None:
        """Refuse what `Reoffered` offered; the session goes on as it was."""
        self.reinvites.refuse(code)

    def refer(self, to: str) -> None:
        """Ask the far end to call somebody else; `Referred` tells what came of it."""
        if self.established and not self.leaving and not self.over:
            self.referral.send(to)

    def notify(self, headers: Iterable[Header], body: bytes) -> None:
        """Tell the far end of an event that it has subscribed to (RFC 6665)."""
        if self.established and not self.over:
            self.ask("NOTIFY", _never_mind, (self.contact(), *headers), body)

    # network

    def receive(self, request: Request, tx: Transaction) -> None:
        """Take a request with our tag in its To; of those after our BYE only theirs counts."""
        if not self.knows(request) or (self.over and request.method != "BYE"):
            self.core.answer(tx, 481)  # RFC 3261 12.2.2
            return
        if self.dialog and not self.dialog.take_order(request):
            self.core.answer(tx, 500)  # RFC 3261 12.2.2: out of order
            return
        match request.method:
            case "BYE":
                self.core.answer(tx, 200)
                self.far_end_left()
            case "INVITE":
                self.reinvites.offered(request, tx)
            case "UPDATE":
                self.reinvites.updated(request, tx)
            case "NOTIFY":
                self.referral.notified(request, tx)
            case _:
                self.core.answer(tx, 200, (ALLOW, ACCEPT, SUPPORTED))  # OPTIONS

    def knows(self, request: Request) -> bool:
        """Whether the request belongs to our dialog."""
        return self.dialog is not None and request.from_.tag == self.dialog.remote.tag

    def acknowledged(self, ack: Request) -> None:
        """Take an ACK for a 2xx of ours."""
        if self.knows(ack):
            self.reinvites.acknowledged(ack)

    def far_end_left(self) -> None:
        """Take their BYE."""
        self.end(FarEndHungUp())

    # for the parts of a session

    def ask(
        self,
        method: str,
        tell: Tell,
        headers: Iterable[Header] = (),
        body: bytes = b"",
        dialog: Dialog | None = None,
    ) -> Asking:
        """Send a request within the dialog, or within that of an extra leg."""
        within = dialog or self.dialog
        assert within is not None
        extra = tuple(headers)

        def make(transport: str) -> Request:
            return within.request(method, self.core.via(transport), extra, body)

        return Asking(self.core, self.digest, self.number, tell).send(make, within.next_hop())

    def contact(self) -> Header:
        """Return our Contact."""
        return self.core.contact(self.transport)

    def bye(self, dialog: Dialog | None = None) -> None:
        """Send BYE; whatever is answered, the session is over (RFC 3261 15.1.1)."""
        if dialog is None:
            self._saying_bye = True
            self.ask("BYE", self._bye_answered)
        else:
            self.ask("BYE", _never_mind, dialog=dialog)

    def glare_delay_s(self) -> float:
        """Return how long to wait after a 491 (RFC 3261 14.1); the owner of the Call-ID longer."""
        return self.core.ids.rng.randint(0, 200) / 100

    def report(self, fact: SipFact) -> None:
        """Tell the application, unless it has hung up."""
        if not self.over and not self.leaving:
            self.core.report(self.number, fact)

    def end(self, fact: SipFact | None = None) -> None:
        """Be over: the only place that says so."""
        if self.over:
            return
        if fact is not None:
            self.report(fact)
        self.over = True
        self.reinvites.close()
        self.refresh.stop()
        self.referral.stop()
        self.on_over(self)
        if not self._saying_bye:
            self.on_gone(self)

    def lose(self, reason: str) -> None:
        """End a session whose far end does not react any more."""
        if not self.over:
            self.bye()
            self.end(Unreachable(reason))

    def lost_by(self, response: Response) -> bool:
        """Whether the dialog is gone by this refusal (RFC 3261 12.2.1.2); if so, end.

        With a 481 the far end says that it has left; its BYE is late or lost.
        """
        if response.status == 481:
            self.end(FarEndHungUp())
        elif response.status == 408:
            self.lose("no response")
        return self.over

    def _bye_answered(self, outcome: Response | Failure) -> None:
        if isinstance(outcome, Failure) or outcome.status >= 200:
            self.on_gone(self)


def _ignore(session: Session) -> None:
    """Be the listener of a session that has none yet."""


def _never_mind(outcome: Response | Failure) -> None:
    """Be told how a request fared on whose answer nothing depends."""
