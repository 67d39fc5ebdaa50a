"""Signatures of webhooks: how they are made, and how an application checks them.

What is signed is these lines, each of the first six ended by a line feed (docs/signatures.md):

    v1
    1772600772                            seconds since the epoch: t of the header
    5c1f3f0e-2a51-4c59-9b6f-6f0a61f8d1aa  Offhook-Event-Id
    3                                     Offhook-Sequence
    POST
    /voice/answer?menu=1                  path and query, as they were sent
    {"eventType":"answer",…               the body, byte for byte; nothing for GET

No line can hold a line feed, so no two requests are written alike; the version comes first, so
what is signed for one can never be taken for another. The host is left out: proxies change it.
The header is `t=…,v1=…`, with one `v1` for each secret while they are rotated; each is the
HMAC-SHA256 under the secret's UTF-8 bytes, in hex. Only the standard library is imported here.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from offhook.clock import Clock

SIGNATURE = "Offhook-Signature"
EVENT_ID = "Offhook-Event-Id"
SEQUENCE = "Offhook-Sequence"
REDELIVERY = "Offhook-Redelivery"  # 1 for the first time that somebody had it sent again
VERSION = "v1"
TOLERANCE_S = 300.0  # between the moment of signing and that of checking, in both directions
_HEADER = re.compile(r"t=([0-9]{1,15})((?:,[a-z0-9]+=[0-9A-Za-z+/=_-]+)+)")


class Reason(StrEnum):
    """Why a webhook is not taken for Offhook's."""

    MISSING = "missing"  # one of the three headers is not there
    MALFORMED = "malformed"  # a header has another form than that of this page
    UNKNOWN_VERSION = "unknown-version"  # there is a signature, but none that is v1
    MISMATCH = "mismatch"  # another secret, or something was changed on the way
    TOO_OLD = "too-old"  # rightly signed, too long ago: perhaps a replay
    TOO_NEW = "too-new"  # rightly signed, in the future: one of the clocks is wrong


class SignatureError(Exception):
    """A webhook that must not be believed; `reason` says why."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Verified:
    """What is certain of a webhook that was verified."""

    event_id: str  # the same for every attempt: who has seen it may leave it
    sequence: int  # of the call's webhooks, from 1
    signed_at: float  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it is signed."""

    event_id: str
    sequence: str
    method: str
    target: str  # path and query
    body: bytes

    def content(self, at: int) -> bytes:
        """Return the bytes that are signed."""
        lines = (VERSION, str(at), self.event_id, self.sequence, self.method, self.target)
        return "".join(f"{line}\n" for line in lines).encode() + self.body


def mac(secret: str, content: bytes) -> str:
    """Return the signature under a secret, in hex."""
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def header(signed: Signed, secrets: Iterable[str], at: float) -> str:
    """Return the value of Offhook-Signature."""
    moment = int(at)
    content = signed.content(moment)
    return ",".join([f"t={moment}", *(f"{VERSION}={mac(secret, content)}" for secret in secrets)])


def parse(value: str) -> tuple[int, list[str]]:
    """Return the moment and the v1 signatures of a header; raises SignatureError."""
    found = _HEADER.fullmatch(value.strip())
    if found is None:
        raise SignatureError(Reason.MALFORMED, f"{SIGNATURE} is not of the form t=…,v1=…")
    pairs = [part.partition("=") for part in found[2].lstrip(",").split(",")]
    macs = [mac.lower() for version, _, mac in pairs if version == VERSION]
    if not macs:
        raise SignatureError(Reason.UNKNOWN_VERSION, f"{SIGNATURE} has no {VERSION} signature")
    return int(found[1]), macs


def target_of(url: str) -> str:
    """Return path and query of a URL, or of what a web framework calls one."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def verify(
    headers: Mapping[str, str],
    body: bytes,
    secrets: str | Sequence[str],
    *,
    url: str,
    method: str = "POST",
    tolerance_s: float = TOLERANCE_S,
) -> Verified:
    """Return what is certain of a webhook; raises SignatureError if it is not Offhook's.

    `headers` are those of the request, in any case; `body` its bytes as they came, before any
    parsing; `url` its path and query (a whole URL will do); `secrets` those of the application.
    """
    return Verifier(secrets, tolerance_s).verify(headers, body, url=url, method=method)


class Verifier:
    """Checks the webhooks of one application."""

    def __init__(
        self,
        secrets: str | Sequence[str],
        tolerance_s: float = TOLERANCE_S,
        clock: Clock | None = None,
    ) -> None:
        self._secrets = (secrets,) if isinstance(secrets, str) else tuple(secrets)
        if not all(self._secrets) or not self._secrets:
            raise ValueError("a verifier needs at least one secret, and none may be empty")
        self._tolerance_s = tolerance_s
        self._clock = clock or Clock()

    def __repr__(self) -> str:
        return f"<Verifier with {len(self._secrets)} secrets>"

    def verify(
        self, headers: Mapping[str, str], body: bytes, *, url: str, method: str = "POST"
    ) -> Verified:
        """Return what is certain of a webhook; raises SignatureError."""
        given = {name.lower(): value for name, value in headers.items()}
        at, macs = parse(_one(given, SIGNATURE))
        signed = Signed(
            _one(given, EVENT_ID), _one(given, SEQUENCE), method, target_of(url), bytes(body)
        )
        if not re.fullmatch(r"[0-9]{1,18}", signed.sequence) or "\n" in signed.event_id + method:
            raise SignatureError(Reason.MALFORMED, "a header has a form that Offhook never sends")
        content = signed.content(at)
        ours = [mac(secret, content) for secret in self._secrets]
        # Every pair is compared, each in constant time: nothing is told by how long it takes.
        if not sum(hmac.compare_digest(mine, theirs) for mine in ours for theirs in macs):
            raise SignatureError(Reason.MISMATCH, "no signature is that of this request")
        self._check_age(at)
        return Verified(signed.event_id, int(signed.sequence), at)

    def _check_age(self, at: int) -> None:
        age_s = self._clock.wall() - at
        if age_s > self._tolerance_s:
            raise SignatureError(Reason.TOO_OLD, f"it was signed {age_s:.0f} seconds ago")
        if age_s < -self._tolerance_s:
            raise SignatureError(Reason.TOO_NEW, f"it was signed {-age_s:.0f} seconds from now")


def _one(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name.lower())
    if not value:
        raise SignatureError(Reason.MISSING, f"the request has no {name}")
    return value
