"""Why calls end, in SIP and in the contract's words: tables of errors.md 8.2 to 8.4."""

from offhook.errors import CallError, Cause

CAUSE_OF_CODE = {
    486: Cause.BUSY,
    600: Cause.BUSY,
    408: Cause.TIMEOUT,
    480: Cause.TIMEOUT,
    401: Cause.ERROR,  # the authenticated retry failed as well
    407: Cause.ERROR,
    603: Cause.REJECTED,
    604: Cause.REJECTED,
    606: Cause.REJECTED,
}

MESSAGE_OF_CAUSE = {
    Cause.BUSY: "Callee is busy",
    Cause.TIMEOUT: "Callee did not answer",
    Cause.REJECTED: "Callee rejected the call",
}

# What an unanswered caller is told (errors.md 8.3): final response and whether to try again.
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


def refused(code: int) -> CallError:
    """Return what a final response of 300 to 699 to our INVITE means (errors.md 8.3)."""
    cause = CAUSE_OF_CODE.get(code)
    if cause is None:
        cause = Cause.REJECTED if 400 <= code < 500 else Cause.ERROR
    return CallError(cause, MESSAGE_OF_CAUSE.get(cause, f"SIP request failed with status {code}"))


def refusal(cause: Cause) -> int:
    """Return the final response an unanswered inbound caller gets."""
    return REFUSAL_OF_CAUSE.get(cause, DECLINE)


def no_ringing() -> CallError:
    """No 180 or 183 within the ringing limit."""
    return CallError(Cause.TIMEOUT, "Callee did not start ringing")


def no_answer() -> CallError:
    """Ringing for longer than the call timeout."""
    return CallError(Cause.TIMEOUT, MESSAGE_OF_CAUSE[Cause.TIMEOUT])


def media_failed() -> CallError:
    """No codec in common, no port, or the media worker died."""
    return CallError(Cause.ERROR, "Media session failed")


def unreachable(reason: str) -> CallError:
    """No final response: a timeout counts as 408, a transport failure as 503 (RFC 3261 8.1.3.1)."""
    code = 408 if "time" in reason else 503
    return CallError(Cause.ERROR, f"SIP request failed with status {code}")
