"""How calls end in SIP's words, and what SIP's endings mean (errors.md 8.3)."""

from offhook.calls.journal import Journal
from offhook.errors import CallError, Cause, calls
from offhook.facts import (
    Abandoned,
    Completed,
    FarEndHungUp,
    MediaLost,
    PeerLeft,
    Refused,
    Unreachable,
)
from offhook.records import CallRecord, Direction
from offhook.verbs import End

# What an unanswered inbound caller is told: all else is 603 Decline.
REFUSAL_OF_CAUSE = {
    Cause.INVALID_BXML: 500,
    Cause.APPLICATION_ERROR: 500,
    Cause.UNKNOWN: 500,
    Cause.ERROR: 500,
    Cause.CALLBACK_ERROR: 503,
    Cause.ACCOUNT_LIMIT: 503,
    Cause.NODE_CAPACITY_EXCEEDED: 503,
    Cause.BUSY: 486,  # of whom the call was forwarded to
    Cause.TIMEOUT: 480,
}
DECLINE = 603
PARTS = ("leg", "ties", "recordings", "streams", "transcriptions", "script", "_line")


def part(call: object) -> None:
    """Let a call that has ended go of its parts, which hold on to it.

    So all go together at once. Cycles would stay until Python looks among everything that lives,
    seldom on a busy server, and stop everything meanwhile: a second for those of 12,000 calls.
    """
    vars(call)["recordings"].close()
    for each in PARTS:
        delattr(call, each)


def refusal(cause: Cause) -> int:
    """Return the final response an unanswered inbound caller gets."""
    return REFUSAL_OF_CAUSE.get(cause, DECLINE)


def unreachable(reason: str) -> CallError:
    """No final response: a timeout counts as 408, a transport failure as 503 (RFC 3261 8.1.3.1)."""
    return calls.sip_failed(408 if "time" in reason else 503, reason)


def of(fact: object, record: CallRecord, *, announcing: bool) -> End | None:
    """Return how a fact ends a call, whatever the call is doing; None if it does not.

    `announcing`: the call is a leg, and the one that has placed it may still give it up.
    """
    answered = record.answer_time is not None
    ours = record.direction is Direction.OUTBOUND
    match fact:
        case FarEndHungUp():
            return End(Cause.HANGUP)
        case Abandoned():
            return End(Cause.CANCEL)
        case Completed():
            return End(Cause.CANCEL if ours and not answered else Cause.HANGUP)
        case PeerLeft(cause=cause) if announcing:
            lost = cause is Cause.CANCEL or not answered
            return End(Cause.CANCEL if lost else Cause.HANGUP)
    return _failure(fact)


def _failure(fact: object) -> End | None:
    match fact:
        case Refused(code=code):
            return failed(calls.refused(code))
        case Unreachable(reason=reason):
            return failed(unreachable(reason))
        case MediaLost(reason=reason):
            return failed(calls.media_failed(reason))
    return None


def failed(error: CallError) -> End:
    """Return a failure as the end of a call."""
    return End(error.cause, error.message, error.why)


def log(journal: Journal, record: CallRecord, why: str) -> None:
    """Log how a call has ended; its errorId, if it has one, opens that event."""
    told = {
        "cause": str(record.disconnect_cause),
        "message": record.error_message,
        "why": why or None,
    }
    if record.error_id is None:
        journal.log("call.ended", **told)
    else:
        journal.tell(record.account_id, record.error_id, "call.ended", **told)
