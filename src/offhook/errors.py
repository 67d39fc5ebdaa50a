"""Errors are data: the catalogue of every failure a client can see (errors.md)."""

from enum import StrEnum


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
    """A failure that ends a call, with its cause and the `errorMessage` of errors.md 8.4."""

    def __init__(self, cause: Cause, message: str) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message
