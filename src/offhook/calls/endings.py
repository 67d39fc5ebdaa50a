"""How calls end in SIP's words, and what SIP's endings mean (errors.md 8.3)."""

from offhook.errors import CallError, Cause, calls

# What an unanswered inbound caller is told: all else is 603 Decline.
REFUSAL_OF_CAUSE = {
    Cause.INVALID_BXML: 500,
    Cause.APPLICATION_ERROR: 500,
    Cause.UNKNOWN: 500,
    Cause.ERROR: 500,
    Cause.CALLBACK_ERROR: 503,
    Cause.ACCOUNT_LIMIT: 503,
    Cause.NODE_CAPACITY_EXCEEDED: 503,
}
DECLINE = 603


def refusal(cause: Cause) -> int:
    """Return the final response an unanswered inbound caller gets."""
    return REFUSAL_OF_CAUSE.get(cause, DECLINE)


def unreachable(reason: str) -> CallError:
    """No final response: a timeout counts as 408, a transport failure as 503 (RFC 3261 8.1.3.1)."""
    return calls.sip_failed(408 if "time" in reason else 503)
