"""Why calls end, and the `errorMessage` of those that end badly (errors.md 8.2 to 8.4).

Each helper returns the CallError for one row; raise it, or keep its cause and message.
"""

import re
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from offhook.errors import http
from offhook.errors.entry import Entry, Who


class Cause(StrEnum):
    """Why a call ended (errors.md 8.2); a closed set."""

    HANGUP = "hangup"
    BUSY = "busy"
    TIMEOUT = "timeout"
    CANCEL = "cancel"
    REJECTED = "rejected"
    CALLBACK_ERROR = "callback-error"
    INVALID_BXML = "invalid-bxml"
    APPLICATION_ERROR = "application-error"
    ACCOUNT_LIMIT = "account-limit"
    NODE_CAPACITY_EXCEEDED = "node-capacity-exceeded"
    ERROR = "error"
    UNKNOWN = "unknown"


class CallError(Exception):
    """A failure that ends a call: nothing outside the catalogue can be told (errors.md 8.4).

    `entry` is of this module, so that it has a cause, and `values` fill its text. `why` says what
    the text does not; it is for the event log only.
    """

    def __init__(self, entry: Entry, /, why: str = "", **values: object) -> None:
        self.cause = Cause(entry.type)
        self.message = entry.text(**values)
        self.why = why
        super().__init__(self.message)


BUSY = Entry(
    "callee-busy",
    None,
    Cause.BUSY,
    "Callee is busy",
    Who.CALLER,
    "The called party answered the INVITE with 486 or 600.",
    "Call again later.",
)
NO_ANSWER = Entry(
    "no-answer",
    None,
    Cause.TIMEOUT,
    "Callee did not answer",
    Who.CALLER,
    "Nobody answered within callTimeout, or the far side said 408 or 480.",
    "Call again later, or raise callTimeout.",
)
NO_RINGING = Entry(
    "no-ringing",
    None,
    Cause.TIMEOUT,
    "Callee did not start ringing",
    Who.CARRIER,
    "The far side did not report ringing within 30 seconds.",
    "Look at the SIP messages of the call: the trunk took the call and went silent.",
)
REJECTED = Entry(
    "callee-rejected",
    None,
    Cause.REJECTED,
    "Callee rejected the call",
    Who.CARRIER,
    "The far side refused the call; sipResponseCode tells how.",
    "Check the number and what the trunk allows.",
)
CALLBACK = Entry(
    "callback-failed",
    None,
    Cause.CALLBACK_ERROR,
    "Could not deliver {eventType} webhook to {url}: {reason}",
    Who.APP,
    "The application did not answer the webhook, nor did its fallback.",
    "Make the URL reachable from here, and let it answer with a 2xx within callbackTimeout.",
)
INVALID_BXML = Entry(
    "invalid-bxml",
    None,
    Cause.INVALID_BXML,
    "Invalid BXML received from {url}: {reason}",
    Who.APP,
    "The reply to a webhook was not valid BXML.",
    "Correct the document at the place that the text names.",
)
VERB_FAILED = Entry(
    "verb-failed",
    None,
    Cause.APPLICATION_ERROR,
    "{verb} failed: {reason}",
    Who.APP,
    "The document was valid but asked for something that cannot be done.",
    "Check the media URL, voice or order of verbs that the text names.",
)
RATE_LIMIT = Entry(
    "call-rate-limit",
    None,
    Cause.ACCOUNT_LIMIT,
    http.RATE_LIMIT.description,
    Who.APP,
    "The account's calls per second were used up when the call was to be placed.",
    "Spread the calls, or raise the account's cps.",
)
SESSION_LIMIT = Entry(
    "call-session-limit",
    None,
    Cause.ACCOUNT_LIMIT,
    http.SESSION_LIMIT.description,
    Who.APP,
    "The account had as many active calls as it may have when the call was to be placed.",
    "Wait for calls to end, or raise the account's sessions.",
)
NODE_FULL = Entry(
    "call-node-full",
    None,
    Cause.NODE_CAPACITY_EXCEEDED,
    http.NODE_FULL.description,
    Who.OPERATOR,
    "The server carried as many calls as it may when the call was to be placed.",
    "Raise limits.calls or add a node.",
)
SIP_FAILED = Entry(
    "sip-failed",
    None,
    Cause.ERROR,
    "SIP request failed with status {code}",
    Who.CARRIER,
    "The far side reported a server error, or could not be reached at all (RFC 3261 8.1.3.1 calls "
    "that 408 or 503).",
    "Look at the SIP messages of the call, and check the trunk's host, port and credentials.",
)
MEDIA_FAILED = Entry(
    "media-failed",
    None,
    Cause.ERROR,
    "Media session failed",
    Who.OPERATOR,
    "No audio could be set up: no common codec, no free port, or the media worker died.",
    "Check the [media] settings and the log.",
)
REDIRECT_LOOP = Entry(
    "redirect-loop",
    None,
    Cause.ERROR,
    "Too many redirects",
    Who.APP,
    "The application's documents redirected to each other without doing anything.",
    "Put a verb that takes time, or an end, into the loop.",
)
UNKNOWN = Entry(
    "call-unknown-error",
    None,
    Cause.UNKNOWN,
    http.UNKNOWN_ERROR.description,
    Who.OFFHOOK,
    "Offhook failed unexpectedly, or crashed during the call.",
    "Look for the errorId in the log and report it.",
)

CONFERENCE_FULL = Entry(
    "conference-full",
    None,
    Cause.APPLICATION_ERROR,
    "Conference failed: conference is full",
    Who.APP,
    "The conference had as many members as it may have (20).",
    "Wait for a member to leave, or use another conference.",
)
CONFERENCE_COACH = Entry(
    "conference-second-coach",
    None,
    Cause.APPLICATION_ERROR,
    "Conference failed: conference already has a coach",
    Who.APP,
    "A <Conference> named whom to coach, and another member coaches already.",
    "Let the other member coach no more, or leave callIdsToCoach out.",
)

ALREADY_BRIDGED = Entry(
    "bridge-target-busy",
    None,
    Cause.BUSY,
    "Call {callId} is already bridged with another call",
    Who.APP,
    "A <Bridge> named a call that talks to another call, or is about to.",
    "Bridge to a call that is free, or wait until the other has left.",
)
BRIDGE_NOT_ANSWERED = Entry(
    "bridge-target-not-answered",
    None,
    Cause.REJECTED,
    "Call {callId} is not answered",
    Who.APP,
    "A <Bridge> named an outbound call that still rings.",
    "Bridge to it from the reply to its answer webhook.",
)
BRIDGE_FORWARDED = Entry(
    "bridge-target-forwarded",
    None,
    Cause.REJECTED,
    "Call {callId} is being forwarded",
    Who.APP,
    "A <Bridge> named a call that was given away with <Forward>.",
    "Use <Transfer> where the call is still needed.",
)
BRIDGE_ENDED = Entry(
    "bridge-target-ended",
    None,
    Cause.REJECTED,
    "Call {callId} has ended",
    Who.APP,
    "A <Bridge> named a call that is over.",
    "Watch the disconnect webhook of the other call.",
)
BRIDGE_NOT_FOUND = Entry(
    "bridge-target-unknown",
    None,
    Cause.UNKNOWN,
    "Call {callId} not found",
    Who.APP,
    "A <Bridge> named no call of this account, or the call itself.",
    "Check the call id.",
)

ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, Entry))


def callee_busy() -> CallError:
    """486 or 600."""
    return CallError(BUSY)


def no_answer() -> CallError:
    """The answer timer, 408 or 480."""
    return CallError(NO_ANSWER)


def no_ringing() -> CallError:
    """30 seconds without a sign of ringing."""
    return CallError(NO_RINGING)


def callee_rejected() -> CallError:
    """Another 4xx, or 603, 604, 606."""
    return CallError(REJECTED)


def sip_failed(code: int, why: str = "") -> CallError:
    """A server failure; for a transaction that timed out 408, for a transport failure 503."""
    return CallError(SIP_FAILED, why, code=code)


def refused(code: int) -> CallError:
    """Return the failure for a final SIP response of 3xx to 6xx (errors.md 8.3)."""
    if code in (486, 600):
        return callee_busy()
    if code in (408, 480):
        return no_answer()
    if code in (603, 604, 606) or (400 <= code < 500 and code not in (401, 407)):
        return callee_rejected()
    return sip_failed(code)


def callback_failed(event_type: str, url: str, reason: str) -> CallError:
    """Neither the webhook nor its fallback was answered; `url` is the last one tried."""
    return CallError(CALLBACK, eventType=event_type, url=bare_url(url), reason=reason)


def invalid_bxml(url: str, reason: str) -> CallError:
    """The reply that came from `url` is no valid document."""
    return CallError(INVALID_BXML, url=bare_url(url), reason=reason)


def verb_failed(verb: str, reason: str) -> CallError:
    """A valid verb asked for something impossible."""
    return CallError(VERB_FAILED, verb=verb, reason=reason)


def conference_full() -> CallError:
    """One member too many (errors.md 8.7)."""
    return CallError(CONFERENCE_FULL)


def conference_coached() -> CallError:
    """A second coach (errors.md 8.7)."""
    return CallError(CONFERENCE_COACH)


def rate_exceeded(why: str = "") -> CallError:
    """The account's calls per second are used up."""
    return CallError(RATE_LIMIT, why)


def sessions_exceeded(why: str = "") -> CallError:
    """The account's concurrent calls are used up."""
    return CallError(SESSION_LIMIT, why)


def node_full(why: str = "") -> CallError:
    """The node carries all the calls it may."""
    return CallError(NODE_FULL, why)


def media_failed(why: str = "") -> CallError:
    """No audio path, or it broke."""
    return CallError(MEDIA_FAILED, why)


def too_many_redirects() -> CallError:
    """The redirect-loop guard (bxml.md 4.11)."""
    return CallError(REDIRECT_LOOP)


def already_bridged(call_id: str) -> CallError:
    """The target of a Bridge talks to somebody."""
    return CallError(ALREADY_BRIDGED, callId=call_id)


def bridge_not_answered(call_id: str) -> CallError:
    """The target of a Bridge is outbound and rings."""
    return CallError(BRIDGE_NOT_ANSWERED, callId=call_id)


def bridge_forwarded(call_id: str) -> CallError:
    """The target of a Bridge runs Forward."""
    return CallError(BRIDGE_FORWARDED, callId=call_id)


def bridge_ended(call_id: str) -> CallError:
    """The target of a Bridge has hung up."""
    return CallError(BRIDGE_ENDED, callId=call_id)


def bridge_not_found(call_id: str) -> CallError:
    """The target of a Bridge is none."""
    return CallError(BRIDGE_NOT_FOUND, callId=call_id)


def unknown_failure(why: str = "") -> CallError:
    """An unexpected exception, or a call found dead at restart."""
    return CallError(UNKNOWN, why)


def bare_url(url: str) -> str:
    """Return the URL without user info, query and fragment: what may be shown (errors.md 8.4)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return re.sub(r"//[^/]*@", "//", url.partition("?")[0])
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
