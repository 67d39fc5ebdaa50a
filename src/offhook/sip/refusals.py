"""What is refused whoever sends it (RFC 3261 8.2): one row a rule, the first that holds counts."""

from collections.abc import Callable
from dataclasses import dataclass

from offhook.sip.core import ACCEPT, ALLOW, EVENTS, EXTENSIONS, METHODS, SUPPORTED
from offhook.sip.message import Request
from offhook.sip.referral import package
from offhook.sip.refresh import MIN_SE_S, session_expires

BUSY = ("Retry-After", "5")
OPTIONS_HEADERS = (ALLOW, ACCEPT, SUPPORTED)
_SDP_FORMATS = {"application/sdp", "application/*", "*/*"}
KNOWN_METHODS = {"REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE", "INFO", "PRACK", "REFER"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A final response that needs no thought."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()


def refusal(request: Request) -> Refusal | None:
    """Return how a request is refused at once, if it is."""
    for rule in _RULES:
        if refused := rule(request):
            return refused
    return None


def _method(request: Request) -> Refusal | None:
    if request.method in METHODS:
        return None
    return Refusal(405 if request.method in KNOWN_METHODS else 501, (ALLOW,))  # 8.2.1


def _hops(request: Request) -> Refusal | None:
    """We pass calls on as a back-to-back agent does, so a call must not circle (RFC 7332 3.2)."""
    return Refusal(483) if request.method == "INVITE" and request.max_forwards == 0 else None


def _event(request: Request) -> Refusal | None:
    """What is told without being asked for is of no use (RFC 6665 4.1.3)."""
    if request.method != "NOTIFY" or package(request) in EVENTS:
        return None
    return Refusal(489, (("Allow-Events", ", ".join(EVENTS)),))


def unsupported(request: Request) -> Refusal | None:
    """Refuse what requires an extension that we do not have."""
    unknown = [each for each in request.all("Require") if each.lower() not in EXTENSIONS]
    return Refusal(420, (("Unsupported", ", ".join(unknown)),)) if unknown else None  # 8.2.2.3


def _body(request: Request) -> Refusal | None:
    if request.method not in ("INVITE", "UPDATE") or not request.body:
        return None
    encoding = request.get("Content-Encoding")
    if encoding and encoding.lower() != "identity":
        return Refusal(415, (ACCEPT, ("Accept-Encoding", "identity")))  # 8.2.3
    known = request.content_type in (None, "application/sdp")
    return None if known else Refusal(415, (ACCEPT,))  # 8.2.3


def _answer_format(request: Request) -> Refusal | None:
    """An answer is SDP; a caller who says that it takes none gets none (RFC 4475 3.3.15)."""
    if request.method != "INVITE" or request.get("Accept") is None:
        return None
    formats = {each.partition(";")[0].strip().lower() for each in request.all("Accept")}
    return None if formats & _SDP_FORMATS else Refusal(406, (ACCEPT,))  # 20.1


def _interval(request: Request) -> Refusal | None:
    seconds, _ = session_expires(request)
    short = request.method in ("INVITE", "UPDATE") and 0 < seconds < MIN_SE_S
    return Refusal(422, (("Min-SE", str(MIN_SE_S)),)) if short else None  # RFC 4028 9


_RULES: tuple[Callable[[Request], Refusal | None], ...] = (
    _method,
    _event,
    _hops,
    unsupported,
    _body,
    _answer_format,
    _interval,
)
