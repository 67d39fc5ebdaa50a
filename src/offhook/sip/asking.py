"""A request of ours and, when it is challenged, the same again with credentials (RFC 3261 22)."""

from collections.abc import Callable

from offhook.sip.core import Core
from offhook.sip.digest import Digest
from offhook.sip.message import Request, Response
from offhook.sip.transactions import Failure, Transaction
from offhook.sip.transport import Address

MAX_TRIES = 3  # our proxy and their server may each ask once

Make = Callable[[str], Request]  # takes the transport; each call has a new CSeq and branch
Tell = Callable[[Response | Failure], None]


class Asking:
    """A request under way; `tell` gets every response but the challenges we can meet."""

    def __init__(self, core: Core, digest: Digest | None, session: int | None, tell: Tell) -> None:
        self.digest = digest  # None: do not try again
        self._core = core
        self._session = session
        self._tell = tell
        self._tries = 0

    def send(self, make: Make, to: Address) -> "Asking":
        """Send the request; returns itself."""
        self._make = make
        self._to = to
        self._send()
        return self

    def cancel(self) -> None:
        """Ask to give up an INVITE: same branch, target and route (RFC 3261 9.1)."""
        copied = {"From", "To", "Call-ID", "Route", "Max-Forwards"}
        headers = [("Via", self.request.lines("Via")[0])]
        headers += [each for each in self.request.headers if each[0] in copied]
        headers.append(("CSeq", f"{self.request.cseq.number} CANCEL"))
        cancel = Request.make("CANCEL", self.request.raw_uri, headers)
        self._core.ask(cancel, self._to, _never_mind, self._session)

    def credentials(self) -> list[tuple[str, str]]:
        """Return what the ACK of a 2xx repeats (RFC 3261 22.1)."""
        wanted = ("Authorization", "Proxy-Authorization")
        return [each for each in self.request.headers if each[0] in wanted]

    def abandon(self) -> None:
        """Forget the transaction."""
        self.transaction.abandon()

    def _send(self) -> None:
        request = self._make(self._to.transport)
        if self.digest:
            token = self._core.ids.token(64)
            for header in self.digest.authorize(request.method, request.raw_uri, token):
                request.append(*header)
        self._tries += 1
        self.request = request
        self.transaction: Transaction = self._core.ask(
            request, self._to, self._heard, self._session
        )

    def _heard(self, outcome: Response | Request | Failure) -> None:
        assert not isinstance(outcome, Request)
        if self._is_challenge(outcome):
            self._send()
        else:
            self._tell(outcome)

    def _is_challenge(self, outcome: Response | Failure) -> bool:
        if not isinstance(outcome, Response) or outcome.status not in (401, 407):
            return False
        if self.digest is None or self._tries >= MAX_TRIES:
            return False
        return self.digest.learn(outcome)


def _never_mind(outcome: Response | Request | Failure) -> None:
    """Whatever happens to the CANCEL, the INVITE's own end is what counts."""
