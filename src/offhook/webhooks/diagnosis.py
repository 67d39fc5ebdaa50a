"""Why a signature does not fit: likely alterations, tried until one makes it fit.

Between Offhook and an application's verifier stand proxies and frameworks that spell things anew:
bodies are parsed and written again, paths lose a prefix, queries their order of escapes. Each such
alteration is undone here, and the one that leads back to what was signed is named.
"""

import hmac
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from offhook.webhooks.signing import (
    EVENT_ID,
    SEQUENCE,
    SIGNATURE,
    TOLERANCE_S,
    SignatureError,
    Signed,
    mac,
    parse,
    target_of,
)

T = TypeVar("T")
UNCHANGED = ""
FORWARDED = ("x-forwarded-prefix", "x-forwarded-uri", "x-original-uri", "x-original-url")
METHODS = ("POST", "GET")


@dataclass(frozen=True, slots=True)
class Captured:
    """A request as the application, or somebody before it, has seen it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header, empty if there is none."""
        lowered = {key.lower(): value for key, value in self.headers.items()}
        return lowered.get(name.lower(), "").strip()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known of a request after all has been tried."""

    signed: Signed | None = None  # as captured; None when nothing can be said
    at: int = 0  # when it was signed
    given: Sequence[str] = ()  # the signatures in the header
    secret: str = field(default="", repr=False)  # that which fits
    fits: bool = False  # perhaps after alterations
    alterations: tuple[str, ...] = ()  # what happened on the way; none: it is as it was sent
    faults: tuple[str, ...] = ()  # of the headers and of the time


def diagnose(
    captured: Captured, secrets: Sequence[str], now: float, tolerance_s: float = TOLERANCE_S
) -> Diagnosis:
    """Find out what a request's signature belongs to."""
    missing = [name for name in (SIGNATURE, EVENT_ID, SEQUENCE) if not captured.header(name)]
    if missing:
        lost = "the request has no " + ", ".join(missing)
        return Diagnosis(faults=(f"{lost}: a proxy removed it, or its application has no secret",))
    try:
        at, given = parse(captured.header(SIGNATURE))
    except SignatureError as error:
        return Diagnosis(faults=(str(error),))
    signed = Signed(
        captured.header(EVENT_ID),
        captured.header(SEQUENCE),
        captured.method,
        target_of(captured.url),
        captured.body,
    )
    found = Diagnosis(signed, at, given, faults=tuple(_clock_faults(now - at, tolerance_s)))
    for alterations, candidate, secret in _candidates(captured, signed, secrets):
        mine = mac(secret, candidate.content(at))
        if any(hmac.compare_digest(mine, theirs) for theirs in given):
            return replace(found, fits=True, alterations=alterations, secret=secret)
    return found


def _clock_faults(age_s: float, tolerance_s: float) -> Iterator[str]:
    if age_s > tolerance_s:
        yield (
            f"it was signed {age_s:.0f} s before now, and {tolerance_s:.0f} s are tolerated: it is"
            " a replay, it waited in a queue, or a clock is wrong"
        )
    elif age_s < -tolerance_s:
        yield f"it was signed {-age_s:.0f} s after now: one of the two clocks is wrong"


def _candidates(
    captured: Captured, signed: Signed, secrets: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], Signed, str]]:
    """Yield requests that may have been sent, with what must have happened; likeliest first."""
    choices = itertools.product(
        list(_once(_secrets(secrets))),
        list(_once(_methods(signed.method))),
        list(_once(_targets(captured, signed.target))),
        list(_once(_bodies(signed.body))),
    )
    for choice in sorted(choices, key=lambda each: sum(bool(why) for why, _ in each)):
        (secret, method, target, body) = choice
        alterations = tuple(why for why, _ in choice if why)
        sent = replace(signed, method=method[1], target=target[1], body=body[1])
        yield alterations, sent, secret[1]


def _once(options: Iterator[tuple[str, T]]) -> Iterator[tuple[str, T]]:
    """Leave out what has been there under another name."""
    seen: set[T] = set()
    for why, value in options:
        if value not in seen:
            seen.add(value)
            yield why, value


def _secrets(secrets: Sequence[str]) -> Iterator[tuple[str, str]]:
    for secret in secrets:
        yield UNCHANGED, secret
    for secret in secrets:
        yield "the secret has spaces or a line end around it", secret.strip()
        yield "the secret was cut or written without its ohs_", f"ohs_{secret.strip()}"


def _methods(method: str) -> Iterator[tuple[str, str]]:
    yield UNCHANGED, method
    yield "the method was written in small letters", method.upper()
    for other in METHODS:
        yield f"the request was sent as {other} and arrived as {method}", other


def _targets(captured: Captured, target: str) -> Iterator[tuple[str, str]]:
    yield UNCHANGED, target
    path, question, query = target.partition("?")
    rest = question + query
    if path.endswith("/"):
        yield "a slash was added to the path", path.rstrip("/") + rest
    yield "the slash at the end of the path was removed", f"{path}/{rest}"
    if query:
        yield "a query was added", path
    yield "the path or query was decoded", quote(path, safe="/%:@!$&'()*+,;=~") + _quoted(rest)
    yield "spaces of the query became +", path + rest.replace("+", "%20")
    yield "%2B of the query became +", path + rest.replace("+", "%2B")
    yield "the path or query was encoded again", unquote(path) + unquote(rest)
    yield "colons of the query were encoded", path + rest.replace("%3A", ":").replace("%3a", ":")
    for name in FORWARDED:
        if value := captured.header(name):
            whole = target_of(value)
            yield f"a proxy changed the path; {name} tells the one that was asked", whole
            joined = urlsplit(value).path.rstrip("/") + target
            yield f"a proxy removed the prefix that {name} tells", joined
    parts = path.split("/")
    for number in range(1, len(parts) - 1):
        prefix = "/".join(parts[: number + 1])
        yield f"a proxy put {prefix} before the path", f"/{'/'.join(parts[number + 1 :])}{rest}"


def _quoted(rest: str) -> str:
    return quote(rest, safe="?&=%:@!$'()*+,;/~")


def _bodies(body: bytes) -> Iterator[tuple[str, bytes]]:
    yield UNCHANGED, body
    yield "a line end was added to the body", body.rstrip(b"\r\n")
    yield "spaces or line ends were added around the body", body.strip()
    yield "a byte order mark was put before the body", body.removeprefix(b"\xef\xbb\xbf")
    yield "a body was added to a request that had none", b""
    yield from _spelled(body)
    try:
        yield "the body was read as Latin-1 and written as UTF-8", body.decode().encode("latin-1")
    except UnicodeError:
        return


def _spelled(body: bytes) -> Iterator[tuple[str, bytes]]:
    """JSON as Offhook writes it: no spaces, and every character as itself."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    said = "the body was parsed and written again as JSON"
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    yield said, compact.encode(errors="replace")
    if isinstance(value, str):  # JSON in JSON
        yield "the body was written as a JSON text in JSON", value.encode(errors="replace")
    if isinstance(value, dict):
        ordered = json.dumps(_in_order(value), ensure_ascii=False, separators=(",", ":"))
        yield f"{said}, its members in another order", ordered.encode(errors="replace")


ORDER = (  # of the members that Offhook writes first (webhooks.md 6)
    "eventType",
    "eventTime",
    "accountId",
    "applicationId",
    "from",
    "to",
    "direction",
    "callId",
    "callUrl",
    "parentCallId",
    "enqueuedTime",
    "startTime",
    "answerTime",
    "transferCallerId",
    "transferTo",
    "tag",
    "sipCallId",
    "endTime",
    "cause",
    "errorMessage",
    "errorId",
    "sipResponseCode",
)


def _in_order(value: Mapping[str, object]) -> dict[str, object]:
    """Return the members in the order of call events; those it does not know stay at the end."""
    known = [name for name in ORDER if name in value]
    return {name: value[name] for name in [*known, *(n for n in value if n not in ORDER)]}


def sentences(found: Diagnosis) -> Iterator[str]:
    """Say what was found, for people."""
    yield from found.faults
    if found.signed is None:
        return
    if found.fits and not found.alterations:
        yield "the signature fits: this is what Offhook sent"
        return
    if found.fits:
        yield "the signature fits if this is undone:"
        yield from (f"  {each}" for each in found.alterations)
        return
    yield "the signature fits nothing that was tried"
    yield "  the secret is another one, or more was changed than the usual:"
    yield "  compare the bytes below with what `offhook webhooks show` says was sent"
    if not found.signed.body and found.signed.method != "GET":
        yield "  the body is empty: something has read it before it was captured"


def shown(found: Diagnosis) -> Iterator[str]:
    """Show the bytes that are signed, line by line as Python would write them."""
    if found.signed is None:
        return
    lines = found.signed.content(found.at).split(b"\n", 6)
    names = ("version", "time", "event id", "sequence", "method", "target", "body")
    for name, line in zip(names, lines, strict=True):
        yield f"{name:<9} {repr(line)[1:]}"
