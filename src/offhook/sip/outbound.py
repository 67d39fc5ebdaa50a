"""Calls that we place: the INVITE client (RFC 3261 13.2), CANCEL (9.1) and forks.

The application hears `Ringing`, then `Answered`, `Refused` or `Unreachable`. A cancelled call ends
with what the far end says (487), or with `Unreachable` when it says nothing; a 200 that crosses
the CANCEL is acknowledged, hung up, and reported as refused. Legs that answer after the first one
are acknowledged and hung up, and nobody is told (RFC 3261 13.2.2.4). A 3xx is a refusal.
"""

from offhook.facts import Answered, Refused, Ringing, Unreachable
from offhook.sip.asking import Asking
from offhook.sip.calls import OutgoingCall
from offhook.sip.core import ALLOW, PRODUCT, SDP, SUPPORTED, Core
from offhook.sip.dialog import MAX_FORWARDS, Dialog, hop
from offhook.sip.digest import Digest
from offhook.sip.headers import NameAddr
from offhook.sip.message import Request, Response
from offhook.sip.reinvite import acknowledge
from offhook.sip.session import Session
from offhook.sip.timers import GIVE_UP
from offhook.sip.transactions import Failure, Transaction
from offhook.sip.transport import Outgoing
from offhook.sip.uri import Uri


class Outbound(Session):
    """A session that begins with our INVITE."""

    def __init__(self, core: Core, number: int, call: OutgoingCall) -> None:
        super().__init__(core, number, core.ids.token(), core.ids.token(64))
        self.digest = Digest(call.credentials) if call.credentials else None
        self._call = call
        self._asking = Asking(core, self.digest, number, self._heard)
        self._seq = 0
        self._heard_status = 0  # of the last provisional response
        self._early = b""  # description of early media
        self._cancelled = False
        self._acks: dict[str, Outgoing] = {}  # by tag of the leg, for repeated 2xx

    def start(self) -> None:
        """Send the INVITE; a call that cannot be written down fails a moment later."""
        try:
            to = self._call.next_hop or hop(Uri.parse(self._call.target))
            self.transport = to.transport
            self._asking.send(self._invite, to)
        except ValueError as error:
            failure = Unreachable(str(error))
            self.core.timers.start(0.0, lambda: self.end(failure))

    def cancel(self) -> None:
        """Give up; hang up if the far end has answered."""
        if self.established:
            super().hang_up()
        elif not self._cancelled and not self.over:
            self._cancelled = True
            self._asking.digest = None
            if self._heard_status:  # else it must wait for a 1xx (RFC 3261 9.1)
                self._send_cancel()

    def hang_up(self) -> None:
        """End the call, whatever its state."""
        self.cancel()

    def receive(self, request: Request, tx: Transaction) -> None:
        """Take a request in our dialog, or the BYE of a leg that we hung up ourselves."""
        extra = not self.knows(request) and request.from_.tag in self._acks
        if extra and request.method == "BYE":
            self.core.answer(tx, 200)
        else:
            super().receive(request, tx)

    def glare_delay_s(self) -> float:
        """Return how long to wait after a 491 (RFC 3261 14.1): the Call-ID is ours."""
        return self.core.ids.rng.randint(210, 400) / 100

    def _invite(self, transport: str) -> Request:
        self._seq += 1
        call = self._call
        party = NameAddr(Uri.parse(call.from_uri), call.from_display or None, {"tag": self.tag})
        headers = [
            ("Via", self.core.via(transport)),
            MAX_FORWARDS,
            ("From", str(party)),
            ("To", f"<{Uri.parse(call.to_uri)}>"),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self._seq} INVITE"),
            self.core.contact(transport),
            ALLOW,
            SUPPORTED,
            ("User-Agent", PRODUCT),
            *call.headers,
            SDP,
        ]
        return Request.make("INVITE", call.target, headers, call.sdp)

    def _heard(self, outcome: Response | Failure) -> None:
        if isinstance(outcome, Failure):
            self.end(Unreachable(outcome.reason))
        elif outcome.status < 200:
            self._rings(outcome)
        elif outcome.status < 300:
            self._accepted(outcome)
        else:
            self.end(Refused(outcome.status, outcome.reason))

    def _rings(self, response: Response) -> None:
        status, described = response.status, response.content_type == "application/sdp"
        sdp = response.body if described else b""
        first = not self._heard_status
        news = status != self._heard_status or sdp not in (b"", self._early)
        self._heard_status, self._early = status, sdp or self._early
        if self._cancelled and first:
            self._send_cancel()
        elif news and status in (180, 183) and not self._cancelled:
            self.report(Ringing(status, sdp))

    def _accepted(self, response: Response) -> None:
        tag = response.to.tag or ""
        if tag in self._acks:
            self.core.outgoing.append(self._acks[tag])  # RFC 3261 13.2.2.4
            return
        dialog = Dialog.of_caller(self._asking.request, response)
        dialog.flow = self._call.next_hop if self._call.to_phone else None
        self._acks[tag] = acknowledge(self, dialog, self._asking)
        if self.established or self._cancelled or self.over:
            self.bye(dialog)
            self.end_cancelled()
            return
        self.dialog = dialog
        self.established = True
        self.reinvites.described(self._call.sdp)
        self.refresh.agreed(response)
        self.report(Answered(response.body))

    def end_cancelled(self) -> None:
        """A 200 crossed our CANCEL: the leg is hung up, the call was given up."""
        if not self.established:
            self.end(Refused(487, "Request Terminated"))

    def _send_cancel(self) -> None:
        self._asking.cancel()
        self.core.timers.start(GIVE_UP, self._not_cancelled)  # RFC 3261 9.1

    def _not_cancelled(self) -> None:
        if not self.over:
            self._asking.abandon()
            self.end(Unreachable("no response to CANCEL"))
