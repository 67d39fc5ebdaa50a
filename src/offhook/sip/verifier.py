"""Digest authentication, server side (RFC 7616, RFC 8760, RFC 3261 22): is it really that phone?

A request without credentials is challenged, and costs no memory. Guessing is slowed down by source
and by source and user; how wrong a guess was is for the log only.
"""

import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from offhook.directory import Phone
from offhook.sip.digest import response_of
from offhook.sip.grammar import SipSyntaxError, number
from offhook.sip.headers import Authorization, Challenge
from offhook.sip.message import Request
from offhook.sip.nonces import Freshness, Nonces
from offhook.sip.strikes import Strikes
from offhook.sip.transport import Address
from offhook.sip.uri import Uri

NOBODY = "0" * 64  # the secret of users who do not exist: the answer takes as long


class Fault(Enum):
    """Why a request is not its phone's; the value completes `phone NAME …` for the operator."""

    ABSENT = "gave no credentials"
    STALE = "used a nonce that is too old or used up"
    UNREADABLE = "gave credentials that cannot be read"
    UNKNOWN = "does not exist"
    WRONG = "gave a wrong password"
    GUESSING = "has guessed too often and must wait"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who somebody is, or what is wrong."""

    phone: Phone | None
    fault: Fault | None = None
    name: str = ""  # as it was given


class Verifier:
    """Challenges, and checks what comes back; `phones` is asked anew for each request."""

    def __init__(
        self,
        nonces: Nonces,
        phones: Callable[[], Mapping[str, Phone]],
        realm: str,
        algorithms: Sequence[str],
    ) -> None:
        self.realm = realm
        self._nonces = nonces
        self._phones = phones
        self._algorithms = algorithms
        self._strikes = Strikes()

    def challenges(self, now: float, *, stale: bool) -> Iterator[str]:
        """Yield a challenge for each algorithm, the best one first (RFC 8760 2.3)."""
        for algorithm in self._algorithms:
            params = {"realm": self.realm, "nonce": self._nonces.make(now), "qop": "auth"}
            params |= {"algorithm": algorithm} | ({"stale": "true"} if stale else {})
            yield str(Challenge("Digest", params))

    def check(self, request: Request, header: str, source: Address, now: float) -> Verdict:
        """Look at the credentials of a request; counts of nonces are used up by this."""
        params = self._given(request, header)
        if not isinstance(params, dict):
            return Verdict(None, params)
        name = params["username"]
        strikers = (source.host, f"{source.host} {name}")
        if self._strikes.is_out(strikers, now):
            return Verdict(None, Fault.GUESSING, name)
        phone = self._phones().get(name)
        if not _is_right(request, params, phone):
            self._strikes.count(strikers, now)
            return Verdict(None, Fault.WRONG if phone else Fault.UNKNOWN, name)
        assert phone is not None
        count = number(params["nc"]) if "qop" in params else 1  # RFC 2069: each nonce once
        freshness = self._nonces.take(params["nonce"], count or 0, now)
        if freshness is not Freshness.FRESH:
            return Verdict(None, Fault.STALE, name)
        return Verdict(phone, None, name)

    def _given(self, request: Request, header: str) -> dict[str, str] | Fault:
        """Return the credentials for our realm, complete, or what is wrong with them."""
        lines = request.lines(header)
        try:
            found = [Authorization.parse(line) for line in lines]
        except SipSyntaxError:
            return Fault.UNREADABLE
        ours = [each.params for each in found if each.params.get("realm") == self.realm]
        if not ours:
            return Fault.ABSENT
        params = ours[0]
        params["algorithm"] = params.get("algorithm", "MD5").upper()
        needed = {"username", "nonce", "uri", "response"}
        needed |= {"nc", "cnonce"} if "qop" in params else set()
        whole = needed <= params.keys() and params.get("qop", "auth").lower() == "auth"
        return params if whole and params["algorithm"] in self._algorithms else Fault.UNREADABLE


def _is_right(request: Request, params: dict[str, str], phone: Phone | None) -> bool:
    """Whether the response is the one that the password makes; for nobody it never is."""
    algorithm = params["algorithm"]
    secret = phone.secrets.get(algorithm, NOBODY) if phone else NOBODY
    middle = params["nonce"]
    if "qop" in params:
        middle = f"{middle}:{params['nc']}:{params['cnonce']}:{params['qop']}"
    expected = response_of(algorithm, secret, middle, request.method, params["uri"])
    same = hmac.compare_digest(expected.encode(), params["response"].lower().encode())
    return same and phone is not None and _is_about(request, params["uri"])


def _is_about(request: Request, uri: str) -> bool:
    """Whether credentials are for this Request-URI (RFC 7616 3.4.6)."""
    if uri == request.raw_uri:
        return True
    try:
        return Uri.parse(uri).is_equivalent(request.uri)
    except SipSyntaxError:
        return False
