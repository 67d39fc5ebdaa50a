"""The stack: messages in, messages and facts out, and a deadline; no socket, no clock (RFC 3261).

It finds the transaction or session a message belongs to, refuses what cannot be served (8.2), and
begins sessions. Nothing that a peer sends makes it raise.
"""

import contextlib
import zlib
from collections.abc import Callable, Iterable
from itertools import count

from offhook.directory import Phone
from offhook.hooks import Credentials
from offhook.ids import Ids
from offhook.sip.asking import Asking, Make, Tell
from offhook.sip.calls import OutgoingCall, incoming_call
from offhook.sip.core import Core, Told, client_key, reply_address, server_key, twin_key
from offhook.sip.digest import Digest
from offhook.sip.gate import Gate, OnStranger
from offhook.sip.inbound import Inbound
from offhook.sip.message import Request, Response, SipSyntaxError, parse, respond, validate
from offhook.sip.outbound import Outbound
from offhook.sip.refusals import BUSY, OPTIONS_HEADERS, Refusal, refusal, unsupported
from offhook.sip.session import Session
from offhook.sip.transactions import Input, Transaction, response_input
from offhook.sip.transport import Address, Outgoing

OF_DIALOGS = ("BYE", "UPDATE", "NOTIFY")  # never begin anything here
Extension = Callable[[Session, Request, Transaction], None]  # takes a request within a dialog
MAX_TRANSACTIONS = 40_000  # 600 calls per second leave about this many behind for 32 seconds


class Stack:
    """All SIP of a node."""

    def __init__(
        self,
        local: Callable[[str], tuple[str, int]],
        ids: Ids,
        *,
        accepts: Callable[[Address], bool],
        on_stranger: OnStranger | None = None,
        max_transactions: int = MAX_TRANSACTIONS,
    ) -> None:
        self.core = Core(local, ids)
        # `accepts`: whether calls may come from an address; else `on_stranger` is told of them
        self.gate = Gate(accepts, on_stranger)
        self._max_transactions = max_transactions
        self.extensions: dict[str, Extension] = {}  # methods that somebody else sees to
        self._numbers = count(1)
        self._sessions: dict[int, Session] = {}
        self._by_tag: dict[tuple[str, str], Session] = {}  # Call-ID and our tag

    # outputs

    def outgoing(self) -> list[Outgoing]:
        """Return what is to be sent now, in order."""
        messages, self.core.outgoing = self.core.outgoing, []
        return messages

    def facts(self) -> list[Told]:
        """Return what is to be told now, in order."""
        told, self.core.told = self.core.told, []
        return told

    def deadline(self) -> float | None:
        """Return when `handle_deadline` is due."""
        return self.core.timers.deadline()

    @property
    def busy(self) -> int:
        """Number of sessions that are not over."""
        return len(self._sessions)

    # inputs

    def handle_deadline(self, now: float) -> None:
        """Fire what is due."""
        self.core.timers.now = now
        self.core.timers.run()

    def invite(self, call: OutgoingCall, now: float) -> int:
        """Place a call; return its session."""
        self.core.timers.now = now
        session = Outbound(self.core, next(self._numbers), call)
        self._add(session)
        session.start()
        return session.number

    def ask(
        self, make: Make, to: Address, credentials: Credentials | None, tell: Tell, now: float
    ) -> None:
        """Send a request that belongs to no session; `tell` gets its answers."""
        self.core.timers.now = now
        Asking(self.core, Digest(credentials) if credentials else None, None, tell).send(make, to)

    def session(self, number: int, now: float) -> Session | None:
        """Return a session to give a command to; None when it is over."""
        self.core.timers.now = now
        return self._sessions.get(number)

    def failed(self, outgoing: Outgoing, reason: str, now: float) -> None:
        """Take back a message that could not be sent."""
        self.core.timers.now = now
        if tx := self.core.transactions.get(outgoing.branch):
            tx.fault = reason
            tx.feed(Input.BROKEN)

    def receive(self, data: bytes, source: Address, now: float) -> int | None:
        """Take one message; return the session it belongs to, if any."""
        self.core.timers.now = now
        try:
            message = parse(data, stream=source.transport != "udp")
            if isinstance(message, Request):
                _stamp(message, source)
            validate(message)
        except SipSyntaxError as fault:
            self._refuse_malformed(fault, source)
            return None
        if isinstance(message, Response):
            return self._take_response(message)
        return self._take_request(message, source)

    # inside

    def _take_response(self, response: Response) -> int | None:
        branch = response.via[0].branch or ""
        tx = self.core.transactions.get(client_key(branch, response.cseq.method))
        if tx is None or len(response.via) > 1:
            return None  # RFC 3261 18.1.2, 8.1.3.3: not ours
        tx.feed(response_input(response.status), response)
        return tx.session

    def _take_request(self, request: Request, source: Address) -> int | None:
        tx = self.core.transactions.get(server_key(request))
        if request.method == "ACK":
            return self._take_ack(request, tx)
        if tx is not None:
            tx.feed(Input.REQUEST, request)
            return tx.session
        admitted = None if self._knows(request) else self._admit(request, source)
        if isinstance(admitted, Refusal):
            self._answer_stateless(request, admitted.status, admitted.headers, source)
            return None
        merged = request.to.tag is None and twin_key(request) in self.core.twins
        tx = self.core.serve(request, source)
        if merged:
            self.core.answer(tx, 482)  # RFC 3261 8.2.2.2
        elif admitted and request.method == "REGISTER":
            self._register(request, tx, source, admitted)
        else:
            self._dispatch(request, tx, source, admitted)
        return tx.session

    def _admit(self, request: Request, source: Address) -> Refusal | Phone | None:
        """Return how a request is turned away without memory, or the phone that sent it."""
        admitted = self.gate.admit(request, source)
        if isinstance(admitted, Refusal):
            return admitted
        full = len(self.core.transactions) >= self._max_transactions
        return Refusal(503, (BUSY,)) if full else admitted

    def _take_ack(self, ack: Request, tx: Transaction | None) -> int | None:
        """Give an ACK to the refusal or to the session that waits for it; never answer it."""
        if tx is not None:
            tx.feed(Input.ACK, ack)
            return tx.session
        session = self._session_of(ack)
        if session:
            session.acknowledged(ack)
        return session.number if session else None

    def _dispatch(
        self, request: Request, tx: Transaction, source: Address, phone: Phone | None
    ) -> None:
        session = self._session_of(request)
        tx.session = session.number if session else None
        if request.method == "CANCEL":
            self._cancel(request, tx)
        elif session and request.method in self.extensions:
            self.extensions[request.method](session, request, tx)
        elif refused := refusal(request):
            self.core.answer(tx, refused.status, refused.headers)
        elif session:
            session.receive(request, tx)
        elif request.to.tag is not None or request.method in OF_DIALOGS:
            self.core.answer(tx, 481)  # RFC 3261 12.2.2, 15.1.2, RFC 6665 4.1.3
        elif request.method == "OPTIONS":
            self.core.answer(tx, 200, OPTIONS_HEADERS)  # RFC 3261 11.2
        else:
            self._begin(request, tx, source, phone)
        if request.method == "INVITE" and not tx.over and not tx.last:
            self.core.answer(tx, 100)  # RFC 3261 17.2.1

    def _cancel(self, request: Request, tx: Transaction) -> None:
        """Answer a CANCEL, then tell the INVITE that it names (RFC 3261 9.2)."""
        invite = self.core.transactions.get(server_key(request, "INVITE"))
        if invite is None:
            self.core.answer(tx, 481)
            return
        tx.session = invite.session
        session = self._sessions.get(invite.session or 0)
        self.core.answer(tx, 200, to_tag=session.tag if session else None)
        if not invite.over:
            invite.tell(request)

    def _begin(
        self, request: Request, tx: Transaction, source: Address, phone: Phone | None
    ) -> None:
        """Begin an inbound session; one of a phone stays on the phone's flow."""
        flow = source if phone else None
        session = Inbound(self.core, next(self._numbers), request, tx, flow)
        tx.session = session.number
        self._add(session)
        self.core.report(session.number, incoming_call(session.number, request, source, phone))

    def _register(self, request: Request, tx: Transaction, source: Address, phone: Phone) -> None:
        assert self.gate.registrar is not None
        refused = unsupported(request) or self.gate.registrar.register(request, phone, source)
        self.core.answer(tx, refused.status, refused.headers)

    def _knows(self, request: Request) -> bool:
        """Whether a request ends or changes something, so that overload must not stop it."""
        if request.method == "CANCEL":
            return server_key(request, "INVITE") in self.core.transactions
        return self._session_of(request) is not None

    def _session_of(self, request: Request) -> Session | None:
        tag = request.to.tag
        return self._by_tag.get((request.call_id, tag)) if tag else None

    def _add(self, session: Session) -> None:
        session.on_over = self._remove
        session.on_gone = self._forget
        self._sessions[session.number] = session
        self._by_tag[session.call_id, session.tag] = session

    def _remove(self, session: Session) -> None:
        del self._sessions[session.number]
        self.core.told.append(Told(session.number, None))

    def _forget(self, session: Session) -> None:
        self._by_tag.pop((session.call_id, session.tag), None)

    def _refuse_malformed(self, fault: SipSyntaxError, source: Address) -> None:
        request = fault.partial
        if request is None or request.method == "ACK":
            return
        _stamp(request, source)
        self._answer_stateless(request, fault.response_code, (), source)

    def _answer_stateless(
        self, request: Request, status: int, headers: Iterable[tuple[str, str]], source: Address
    ) -> None:
        """Answer without remembering; a repetition gets the same tag (RFC 3261 8.2.7)."""
        tag = f"{zlib.crc32(request.lines('Via')[0].encode()):08x}"
        response = respond(request, status, to_tag=tag, headers=headers)
        self.core.post(response, reply_address(request, source), None)


def _stamp(request: Request, source: Address) -> None:
    """Note the source in the top Via; what is wrong with that Via is for `validate` to say."""
    with contextlib.suppress(SipSyntaxError):
        if request.get("Via"):
            request.stamp(source.host, source.port)
