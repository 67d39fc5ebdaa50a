"""Digest authentication, client side (RFC 7616, RFC 8760, RFC 3261 22); the server's: `verifier`.

One `Digest` belongs to one call: it learns the challenges of 401 and 407 responses and authorizes
the requests that follow, each with a higher nonce count. Randomness comes in as the cnonce. How
often one request is tried again is for the caller to limit.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from offhook.hooks import Credentials
from offhook.sip.fields import Message
from offhook.sip.grammar import SipSyntaxError
from offhook.sip.headers import Authorization, Challenge

MAX_REALMS = 8  # proxies on the way, each with its own challenge (RFC 3261 22.3)

_ANSWERS = {"WWW-Authenticate": "Authorization", "Proxy-Authenticate": "Proxy-Authorization"}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _sha512_256(text: str) -> str:
    return hashlib.new("sha512_256", text.encode()).hexdigest()


# Strongest first. RFC 8760 2.4 takes the topmost that we know; who rewrites the order of challenges
# on the way would choose for us, so strength decides.
HASHES: dict[str, Callable[[str], str]] = {"SHA-256": _sha256, "MD5": _md5}
if "sha512_256" in hashlib.algorithms_available:  # some builds of OpenSSL leave it out
    HASHES = {"SHA-512-256": _sha512_256, **HASHES}
_STRENGTH = {name: rank for rank, name in enumerate(reversed(HASHES), 1)}


@dataclass(frozen=True, slots=True)
class _Space:
    """A challenge that we can answer, and how often its nonce was used."""

    realm: str
    nonce: str
    algorithm: str | None  # as the server wrote it; None means MD5
    opaque: str | None
    qop: bool  # "auth", else the form of RFC 2069
    stale: bool
    uses: int = 0

    @property
    def hash_name(self) -> str:
        return (self.algorithm or "MD5").upper().removesuffix("-SESS")

    @property
    def is_session(self) -> bool:
        return (self.algorithm or "").upper().endswith("-SESS")


class Digest:
    """The credentials of one call and the protection spaces that it has met."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._spaces: dict[tuple[str, str], _Space] = {}  # by answering header and realm

    def learn(self, response: Message) -> bool:
        """Take the challenges of a 401 or 407; whether trying again makes sense.

        It does not when we know none of the algorithms, or when credentials made for a fresh nonce
        were refused, unless the server calls the nonce stale (RFC 3261 22.1, RFC 7616 3.3).
        """
        found = _best_challenges(response)
        for key, space in found.items():
            known = self._spaces.get(key)
            if known and known.uses == 1 and not space.stale:
                return False
        self._spaces |= found
        return bool(found) and len(self._spaces) <= MAX_REALMS

    def authorize(self, method: str, uri: str, cnonce: str) -> list[tuple[str, str]]:
        """Return the header lines for the next request; `uri` is the Request-URI as sent."""
        lines = []
        for (header, realm), met in self._spaces.items():
            space = replace(met, uses=met.uses + 1)
            self._spaces[header, realm] = space
            lines.append((header, str(_answer(self._credentials, space, method, uri, cnonce))))
        return lines


def secret_of(algorithm: str, username: str, realm: str, password: str) -> str:
    """Return what stands for a password (A1 of RFC 7616 3.4.2, hashed)."""
    return HASHES[algorithm](f"{username}:{realm}:{password}")


def response_of(algorithm: str, secret: str, middle: str, method: str, uri: str) -> str:
    """Return the response; `middle` is nonce, count, cnonce and qop, or the nonce alone."""
    digest = HASHES[algorithm]
    return digest(f"{secret}:{middle}:{digest(f'{method}:{uri}')}")


def _best_challenges(response: Message) -> dict[tuple[str, str], _Space]:
    """The strongest challenge we can answer, for each realm and kind."""
    best: dict[tuple[str, str], _Space] = {}
    for asking, answering in _ANSWERS.items():
        for line in response.all(asking):
            space = _read(line)
            if space is None:
                continue
            key = (answering, space.realm)
            if key not in best or _STRENGTH[space.hash_name] > _STRENGTH[best[key].hash_name]:
                best[key] = space
    return best


def _read(line: str) -> _Space | None:
    """Read a challenge; None when it is not one that we can answer."""
    challenge = None
    with contextlib.suppress(SipSyntaxError):
        challenge = Challenge.parse(line)
    if challenge is None or challenge.scheme.lower() != "digest":
        return None
    params = challenge.params
    qops = [each.strip().lower() for each in params.get("qop", "").split(",") if each.strip()]
    if "realm" not in params or "nonce" not in params or (qops and "auth" not in qops):
        return None
    space = _Space(
        realm=params["realm"],
        nonce=params["nonce"],
        algorithm=params.get("algorithm"),
        opaque=params.get("opaque"),
        qop=bool(qops),
        stale=params.get("stale", "").lower() == "true",
    )
    return space if space.hash_name in HASHES else None


def _answer(
    credentials: Credentials, space: _Space, method: str, uri: str, cnonce: str
) -> Authorization:
    """Compute the response (RFC 7616 3.4.1)."""
    secret = secret_of(space.hash_name, credentials.username, space.realm, credentials.password)
    if space.is_session:
        secret = HASHES[space.hash_name](f"{secret}:{space.nonce}:{cnonce}")
    count = f"{space.uses:08x}"
    middle = f"{space.nonce}:{count}:{cnonce}:auth" if space.qop else space.nonce
    params = {
        "username": credentials.username,
        "realm": space.realm,
        "nonce": space.nonce,
        "uri": uri,
        "response": response_of(space.hash_name, secret, middle, method, uri),
    }
    if space.algorithm is not None:
        params["algorithm"] = space.algorithm
    if space.opaque is not None:
        params["opaque"] = space.opaque
    if space.qop or space.is_session:
        params["cnonce"] = cnonce
    if space.qop:
        params |= {"qop": "auth", "nc": count}
    return Authorization("Digest", params)
