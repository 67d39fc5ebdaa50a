"""Phones with passwords for tests, and a peer that registers as one of them by hand."""

from collections.abc import Iterable

from tests.sip.peer import PEER, Header, Peer
from tests.sip.wired import A, make_stack

from offhook.directory import Phone
from offhook.hooks import Credentials
from offhook.phones import PhoneSettings
from offhook.sip.digest import Digest
from offhook.sip.message import Request, Response
from offhook.sip.registrar import Login, Registrar, Report
from offhook.sip.stack import Stack
from offhook.sip.transport import Address

REALM = "offhook"
DESK = PhoneSettings(name="desk", password="open", number="+12025550190").value(REALM)
HALL = PhoneSettings(name="hall", password="sesame").value(REALM)
PHONES = {"desk": DESK, "hall": HALL}


def make_registrar(
    stack: Stack | None = None,
    phones: dict[str, Phone] | None = None,
    reports: list[Report] | None = None,
    algorithms: tuple[str, ...] = ("MD5",),
) -> Registrar:
    """Return a registrar, of a stack of its own if none is given."""
    core = (stack or make_stack(A)).core
    known = PHONES if phones is None else phones
    told = [] if reports is None else reports
    return Registrar(core, lambda: known, Login(REALM, algorithms), told.append)


class DeskPeer(Peer):
    """A peer at a stack with phones; nobody else is trusted."""

    def __init__(
        self,
        source: Address = PEER,
        algorithms: tuple[str, ...] = ("MD5",),
        *,
        trusted: bool = False,
    ) -> None:
        super().__init__(source, lambda _: trusted)
        self.reports: list[Report] = []
        self.registrar = make_registrar(self.stack, None, self.reports, algorithms)
        self.stack.gate.registrar = self.registrar
        self.number = 0

    def registers(
        self,
        contact: str = "<sip:desk@192.0.2.9>",
        *,
        name: str = "desk",
        headers: Iterable[Header] = (),
        call_id: str = "reg@192.0.2.9",
    ) -> Request:
        """Write a REGISTER without credentials."""
        self.number += 1
        fixed = [
            ("From", f"<sip:{name}@192.0.2.1>;tag=peer"),
            ("To", f"<sip:{name}@192.0.2.1>"),
            ("Call-ID", call_id),
            *((("Contact", contact),) if contact else ()),
        ]
        return self.request(
            "REGISTER",
            number=self.number,
            headers=[*fixed, *headers],
            uri="sip:192.0.2.1",
        )

    def ask(self, request: Request, source: Address | None = None) -> Response:
        """Send a request and return its answer."""
        self.give(request, source)
        answer = self.take()
        assert isinstance(answer, Response)
        return answer

    def digest(self, challenge: Response, name: str = "desk", password: str = "open") -> Digest:
        """Return who answers challenges, this one learnt."""
        digest = Digest(Credentials(name, password))
        assert digest.learn(challenge)
        return digest

    def signed(self, request: Request, digest: Digest) -> Request:
        """Add credentials to a request that has none, which makes it another one."""
        self.branches += 1
        via = f"SIP/2.0/UDP 192.0.2.9;rport;branch=z9hG4bKs{self.branches}"
        request.set("Via", via)
        for header in digest.authorize(request.method, request.raw_uri, "cnonce"):
            request.set(*header)
        return request

    def register(
        self,
        contact: str = "<sip:desk@192.0.2.9>",
        *,
        name: str = "desk",
        password: str = "open",
        headers: Iterable[Header] = (),
        call_id: str = "reg@192.0.2.9",
        source: Address | None = None,
    ) -> Response:
        """Register as a phone does: challenged, and again; returns the second answer."""
        request = self.registers(contact, name=name, headers=headers, call_id=call_id)
        challenge = self.ask(request, source)
        assert challenge.status == 401
        digest = self.digest(challenge, name, password)
        return self.ask(self.signed(request, digest), source)
