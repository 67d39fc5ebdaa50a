"""What all sessions share: time, transactions, what is to be sent and what is to be told.

The core makes transactions and knows them by the keys of RFC 3261 17.1.3 and 17.2.3. It collects
outgoing messages and facts; the stack gives them out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from offhook.facts import SipFact
from offhook.ids import Ids
from offhook.sip.calls import IncomingCall
from offhook.sip.headers import MAGIC_COOKIE
from offhook.sip.message import Request, Response, respond
from offhook.sip.timers import Timers
from offhook.sip.transactions import (
    INVITE_SERVER,
    NON_INVITE_SERVER,
    Failure,
    Tell,
    Transaction,
    open_client,
    response_input,
)
from offhook.sip.transport import Address, Outgoing
from offhook.sip.uri import host_port

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "UPDATE", "NOTIFY")
EXTENSIONS = ("timer",)  # RFC 4028
ALLOW = ("Allow", ", ".join(METHODS))
SUPPORTED = ("Supported", ", ".join(EXTENSIONS))
ACCEPT = ("Accept", "application/sdp")
EVENTS = ("refer",)  # packages whose NOTIFYs we take (RFC 3515)
SDP = ("Content-Type", "application/sdp")
PRODUCT = "Offhook"


@dataclass(frozen=True, slots=True)
class Told:
    """A fact of a session, or the call that begins it."""

    session: int
    fact: SipFact | IncomingCall | None  # None: nothing more will come


class Core:
    """The shared part of a stack; `local` tells which host and port to advertise."""

    def __init__(self, local: Callable[[str], tuple[str, int]], ids: Ids) -> None:
        self.ids = ids
        self.timers = Timers()
        self.transactions: dict[str, Transaction] = {}
        self.twins: dict[str, Transaction] = {}  # requests outside dialogs (RFC 3261 8.2.2.2)
        self.outgoing: list[Outgoing] = []
        self.told: list[Told] = []
        self._local = local

    @property
    def host(self) -> str:
        """The host that our URIs have."""
        return self._local("udp")[0]

    @property
    def port(self) -> int:
        """The port that they name."""
        return self._local("udp")[1]

    def contact(self, transport: str) -> tuple[str, str]:
        """Return our Contact header for dialogs over a transport."""
        where = host_port(*self._local(transport))
        suffix = "" if transport == "udp" else f";transport={transport}"
        return "Contact", f"<sip:{where}{suffix}>"

    def via(self, transport: str) -> str:
        """Return a Via value with a new branch; asks for the source port (RFC 3581 3)."""
        where = host_port(*self._local(transport))
        return self.via_of(transport, where, MAGIC_COOKIE + self.ids.token())

    @staticmethod
    def via_of(transport: str, where: str, branch: str) -> str:
        """Print a Via value."""
        return f"SIP/2.0/{transport.upper()} {where};rport;branch={branch}"

    def ask(self, request: Request, to: Address, tell: Tell, session: int | None) -> Transaction:
        """Send a request that has its Via; `tell` gets the responses, or the failure."""
        key = client_key(request.via[0].branch or "", request.method)
        tx = open_client(key, request, to, self, tell, session)
        self.transactions[key] = tx
        return tx

    def serve(self, request: Request, source: Address) -> Transaction:
        """Return a new server transaction for a request."""
        table = INVITE_SERVER if request.method == "INVITE" else NON_INVITE_SERVER
        key = server_key(request)
        tx = Transaction(table, key, request, reply_address(request, source), self, ignore)
        self.transactions[key] = tx
        if request.to.tag is None:
            tx.twin = twin_key(request)
            self.twins.setdefault(tx.twin, tx)
        return tx

    def answer(
        self,
        tx: Transaction,
        status: int,
        headers: Iterable[tuple[str, str]] = (),
        *,
        to_tag: str | None = None,
        body: bytes = b"",
    ) -> None:
        """Answer a request, unless it has its final response already."""
        if tx.over or tx.request is None:
            return
        tag = None if status == 100 else to_tag or self.ids.token(64)
        tx.feed(
            response_input(status),
            respond(tx.request, status, to_tag=tag, headers=headers, body=body),
        )

    def post(self, message: Request | Response, to: Address, session: int | None) -> Outgoing:
        """Send a message that belongs to no transaction: an ACK, a stateless refusal."""
        outgoing = Outgoing(bytes(message), to, "", session)
        self.outgoing.append(outgoing)
        return outgoing

    def report(self, session: int, fact: SipFact | IncomingCall) -> None:
        """Tell the application."""
        self.told.append(Told(session, fact))

    def transmit(self, transaction: Transaction, data: bytes) -> None:
        """Send a message of a transaction."""
        tx = transaction
        self.outgoing.append(Outgoing(data, tx.peer, tx.key, tx.session))

    def forget(self, transaction: Transaction) -> None:
        """Drop a transaction that has terminated."""
        self.transactions.pop(transaction.key, None)
        if self.twins.get(transaction.twin) is transaction:
            del self.twins[transaction.twin]


def ignore(outcome: Response | Request | Failure) -> None:
    """Be the user of a transaction in whose end nobody is interested."""


def client_key(branch: str, method: str) -> str:
    """Name a client transaction (RFC 3261 17.1.3)."""
    return f"> {branch} {method}"


def server_key(request: Request, method: str | None = None) -> str:
    """Name a server transaction (RFC 3261 17.2.3); an ACK has the name of its INVITE.

    Peers of RFC 2543 have no unique branch: there the fields that identify the request do, without
    the To tag, which an ACK has and its INVITE has not.
    """
    via = request.via[0]
    method = method or ("INVITE" if request.method == "ACK" else request.method)
    branch = via.branch or ""
    if branch.startswith(MAGIC_COOKIE):
        return f"< {branch} {via.host}:{via.port} {method}"
    where = f"{request.raw_uri} {via.host}:{via.port} {branch}"
    return f"< {where} {request.call_id} {request.from_.tag} {request.cseq.number} {method}"


def twin_key(request: Request) -> str:
    """Name a request outside a dialog, whichever way it came (RFC 3261 8.2.2.2)."""
    return f"{request.call_id} {request.from_.tag} {request.cseq}"


def reply_address(request: Request, source: Address) -> Address:
    """Return where responses go (RFC 3261 18.2.2, RFC 3581 4); the Via has been stamped."""
    via = request.via[0]
    if source.transport != "udp":
        # The connection first; should it break, a new one to the port of the Via.
        return Address(source.transport, source.host, via.port or 5060, source.connection)
    if via.rport is not None:
        return Address("udp", source.host, source.port)
    return Address("udp", via.params.get("maddr") or source.host, via.port or 5060)
