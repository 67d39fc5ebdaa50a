"""Who may begin something here: trunks by their address, phones by their password.

What it turns away is answered without memory (RFC 3261 8.2.7), challenges included.
"""

from collections.abc import Callable

from offhook.directory import Phone
from offhook.sip.message import Request
from offhook.sip.refusals import OPTIONS_HEADERS, Refusal, refusal
from offhook.sip.registrar import FAULTS, Registrar
from offhook.sip.transport import Address
from offhook.sip.verifier import Fault

OnStranger = Callable[[Request, Address, int], None]  # the INVITE, where from, the answer


class Gate:
    """Looks at requests outside dialogs; without a registrar there are no phones."""

    def __init__(
        self, accepts: Callable[[Address], bool], on_stranger: OnStranger | None = None
    ) -> None:
        self.registrar: Registrar | None = None
        self._accepts = accepts
        self._on_stranger = on_stranger

    def admit(self, request: Request, source: Address) -> Refusal | Phone | None:
        """Return how a request is turned away, or the phone that sent it; None for a trunk's."""
        registrar = self.registrar
        trusted = self._accepts(source)
        if registrar is not None and registrar.phones():
            if request.method == "REGISTER":
                return self._known(request, source, registrar)
            if begins(request) and (not trusted or _is_phones(request, source, registrar)):
                return refusal(request) or self._known(request, source, registrar)
        return None if trusted else self._stranger(request, source)

    def _known(self, request: Request, source: Address, registrar: Registrar) -> Refusal | Phone:
        """Find out which phone sends a REGISTER or INVITE."""
        registers = request.method == "REGISTER"
        header = "Authorization" if registers else "Proxy-Authorization"
        verdict = registrar.check(request, header, source)
        if verdict.fault in FAULTS:
            return registrar.distrust(request, source, verdict)
        if verdict.phone is None:
            if not registers and not _claimed(request, registrar) and self._on_stranger:
                self._on_stranger(request, source, 407)
            stale = verdict.fault is Fault.STALE
            return registrar.challenge(401 if registers else 407, stale=stale)
        if not registers and request.from_.uri.user not in (
            verdict.phone.name,
            verdict.phone.number,
        ):
            why = f"called as {request.from_.uri.user}"
            return registrar.disown(request, source, verdict.phone, why)
        return verdict.phone

    def _stranger(self, request: Request, source: Address) -> Refusal:
        if request.method == "OPTIONS":
            return refusal(request) or Refusal(200, OPTIONS_HEADERS)
        if not begins(request):
            return refusal(request) or Refusal(481)
        if self._on_stranger:
            self._on_stranger(request, source, 403)
        return refusal(request) or Refusal(403)


def _claimed(request: Request, registrar: Registrar) -> Phone | None:
    """Return the phone that a caller says it is."""
    return registrar.phones().get(request.from_.uri.user or "")


def _is_phones(request: Request, source: Address, registrar: Registrar) -> bool:
    """Whether a caller from where a trunk is claims to be a phone of ours."""
    phone = _claimed(request, registrar)
    if phone is None:
        return False
    return request.from_.uri.host.lower() in registrar.homes or registrar.is_at(phone.name, source)


def begins(request: Request) -> bool:
    """Whether a request begins a call."""
    return request.method == "INVITE" and request.to.tag is None
