"""The registrar (RFC 3261 10.3): phones say where they are, and are found there.

It is told of REGISTERs that the gate has authenticated, keeps bindings, and answers who is where.
Bindings are in memory: after a restart phones come back by themselves when they refresh.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from offhook.directory import Phone
from offhook.nearest import nearest
from offhook.sip.bindings import Binding, Bindings, Order, OutOfOrderError, Wish
from offhook.sip.core import Core
from offhook.sip.grammar import number
from offhook.sip.headers import NameAddr
from offhook.sip.message import Request
from offhook.sip.nonces import Nonces
from offhook.sip.refusals import Refusal
from offhook.sip.timers import Timer
from offhook.sip.transport import Address
from offhook.sip.uri import Uri
from offhook.sip.verifier import Fault, Verdict, Verifier

MIN_EXPIRES_S = 60  # RFC 3261 10.3 step 7
MAX_EXPIRES_S = 7200
USUAL_EXPIRES_S = 3600


@dataclass(frozen=True, slots=True)
class Login:
    """How phones prove who they are."""

    realm: str = "offhook"
    algorithms: tuple[str, ...] = ("MD5",)  # the best first


Phones = Mapping[str, Phone]


@dataclass(frozen=True, slots=True)
class Report:
    """What the operator is told of a phone."""

    what: str  # registered, unregistered, expired or refused
    phone: str
    source: str = ""
    why: str = ""
    fault: str = ""  # of its credentials
    code: int = 200
    call_id: str = ""  # SIP's
    method: str = "REGISTER"


class Registrar:
    """All phones of a node; `phones` are those in force now."""

    def __init__(
        self,
        core: Core,
        phones: Callable[[], Phones],
        login: Login,
        tell: Callable[[Report], None],
    ) -> None:
        self.phones = phones
        self.tell = tell
        self.homes = frozenset({login.realm.lower(), core.host})  # hosts that are ours in URIs
        self.verifier = Verifier(Nonces(core.ids), phones, login.realm, login.algorithms)
        self._core = core
        self._bindings = Bindings()
        self._left: dict[str, tuple[float, str]] = {}  # when a phone has gone, and how
        self._refused: dict[str, tuple[float, str]] = {}  # its last refusal since
        self._timer: Timer | None = None
        self._armed = 0.0

    # registering

    def register(self, request: Request, phone: Phone, source: Address) -> Refusal:
        """Take an authenticated REGISTER; returns the answer."""
        now = self._core.timers.now
        if request.to.uri.user not in (phone.name, phone.number):
            return self.disown(request, source, phone, f"registered {request.to.uri.user}")
        known = bool(self._bindings.of(phone.name, now))
        order = Order(request.call_id, request.cseq.number)
        try:
            if refused := self._update(request, phone, order, source):
                return refused
        except OutOfOrderError:
            return Refusal(500)  # RFC 3261 10.3 step 7
        self._note(phone, source, known=known)
        self._arm()
        return Refusal(200, tuple(self._contacts(phone, now)))

    def _update(
        self, request: Request, phone: Phone, order: Order, source: Address
    ) -> Refusal | None:
        """Change the bindings; returns why not."""
        now = self._core.timers.now
        if "*" in (lines := request.all("Contact")):
            if lines != ["*"] or request.expires != 0:
                return Refusal(400)  # RFC 3261 10.3 step 6
            self._bindings.clear(phone.name, order, now)
            return None
        wishes = [_wish(each, request.expires) for each in request.contact]
        if any(wish.contact.scheme != "sip" for wish in wishes):
            return Refusal(400)
        if any(0 < wish.expires_s < MIN_EXPIRES_S for wish in wishes):
            return Refusal(423, (("Min-Expires", str(MIN_EXPIRES_S)),))
        self._bindings.take(phone.name, wishes, order, source, now)
        return None

    def _contacts(self, phone: Phone, now: float) -> list[tuple[str, str]]:
        """Return all bindings, as the answer tells them (RFC 3261 10.3 step 8)."""
        return [
            ("Contact", f"<{each.contact}>;expires={round(each.expires - now)};q={each.q:g}")
            for each in self._bindings.of(phone.name, now)
        ]

    def distrust(self, request: Request, source: Address, verdict: Verdict) -> Refusal:
        """Refuse a request whose credentials are no good."""
        fault, name = verdict.fault, verdict.name
        assert fault is not None
        why = fault.value
        if fault is Fault.UNKNOWN and (meant := nearest(name, self.phones())):
            why += f"; the nearest name is {meant}"
        report = Report("refused", name, source.host, why, fault.name.lower(), FAULTS[fault])
        return self._refuse(request, report)

    def disown(self, request: Request, source: Address, phone: Phone, why: str) -> Refusal:
        """Refuse a request of a phone that is not the one it speaks for."""
        return self._refuse(request, Report("refused", phone.name, source.host, why, code=403))

    def _refuse(self, request: Request, report: Report) -> Refusal:
        """Refuse a request, and tell who runs the server why."""
        if report.phone in self.phones():
            self._refused[report.phone] = self._core.timers.now, f"{report.source} {report.why}"
        self.tell(replace(report, call_id=request.call_id, method=request.method))
        return Refusal(report.code, (("Retry-After", "60"),) if report.code == 503 else ())

    def check(self, request: Request, header: str, source: Address) -> Verdict:
        """Find out which phone sends a request."""
        return self.verifier.check(request, header, source, self._core.timers.now)

    def challenge(self, code: int, *, stale: bool = False) -> Refusal:
        """Ask for credentials with 401 or 407."""
        header = "WWW-Authenticate" if code == 401 else "Proxy-Authenticate"
        asked = self.verifier.challenges(self._core.timers.now, stale=stale)
        return Refusal(code, tuple((header, each) for each in asked))

    # finding

    def find(self, phone: Phone, now: float) -> Binding | None:
        """Return where a phone is called: its best contact."""
        found = self._bindings.of(phone.name, now)
        return found[0] if found else None

    def is_at(self, name: str, source: Address) -> bool:
        """Whether a phone has registered from an address."""
        return any(e.flow == source for e in self._bindings.of(name, self._core.timers.now))

    def is_home(self, uri: Uri) -> bool:
        """Whether a URI is ours; another port of our host is somebody else (RFC 3263 4.2)."""
        host, own = uri.host.lower(), self._core.port
        return host in self.homes and (host != self._core.host or uri.port in (None, own))

    def state(self, phone: Phone, now: float) -> str:
        """Say where a phone is, or why it is not."""
        found = self.find(phone, now)
        if found is None:
            return self.absence(phone, now)
        return f"registered from {found.flow.host}:{found.flow.port} by {found.flow.transport}"

    def absence(self, phone: Phone, now: float) -> str:
        """Say why a phone is not registered, as far as is known."""
        left_at, how = self._left.get(phone.name, (0.0, ""))
        said = f"{how} {now - left_at:.0f} s ago" if how else "it has not registered so far"
        refused_at, why = self._refused.get(phone.name, (-1.0, ""))
        if refused_at >= left_at and why:
            said += f"; {now - refused_at:.0f} s ago a phone at {why} for it"
        return f"phone {phone.name} is not registered: {said}"

    # inside

    def _note(self, phone: Phone, source: Address, *, known: bool) -> None:
        """Tell who comes and goes; a refresh is no news."""
        here = self.find(phone, self._core.timers.now) is not None
        if here == known:
            return
        if here:
            self._left.pop(phone.name, None)
            self._refused.pop(phone.name, None)
            self.tell(Report("registered", phone.name, source.host))
        else:
            self._left[phone.name] = self._core.timers.now, "it un-registered"
            self.tell(Report("unregistered", phone.name, source.host))

    def _arm(self) -> None:
        """Wake up when something expires; too early does no harm."""
        due = self._bindings.next_expiry
        if due is None or (self._timer and self._timer.fire and self._armed <= due):
            return
        if self._timer:
            self._timer.stop()
        self._armed = due
        self._timer = self._core.timers.start(due - self._core.timers.now, self._expire)

    def _expire(self) -> None:
        now = self._core.timers.now
        for name in self._bindings.expire(now):
            self._left[name] = now, "its registration ran out"
            self.tell(Report("expired", name))
        self._arm()


def _wish(contact: NameAddr, header: int | None) -> Wish:
    """Read what is wished for a contact (RFC 3261 10.2.1.1, 20.10)."""
    expires = number(contact.params.get("expires") or "")
    if expires is None:
        expires = USUAL_EXPIRES_S if header is None else header
    try:
        q = float(contact.params.get("q") or 1.0)
    except ValueError:
        q = 1.0
    return Wish(contact.uri, min(expires, MAX_EXPIRES_S), q if 0 <= q <= 1 else 1.0)


FAULTS = {  # of credentials, and how they are answered; those left out are asked for again
    Fault.UNREADABLE: 400,
    Fault.UNKNOWN: 403,
    Fault.WRONG: 403,
    Fault.GUESSING: 503,
}
