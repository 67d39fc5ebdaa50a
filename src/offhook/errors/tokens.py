"""Errors of the token endpoint (errors.md 7.2, RFC 6749 5.2): `type` is the body's `error`."""

from functools import partial

from offhook.errors.entry import Entry, Envelope, Who

_entry = partial(Entry, envelope=Envelope.OAUTH)

INVALID_REQUEST = _entry(
    "token-invalid-request",
    400,
    "invalid_request",
    "The request must be form-encoded and carry grant_type exactly once",
    Who.APP,
    "The body is not application/x-www-form-urlencoded, or grant_type is missing or repeated.",
    "Post grant_type=client_credentials as a form.",
)
UNSUPPORTED_GRANT = _entry(
    "token-unsupported-grant-type",
    400,
    "unsupported_grant_type",
    "Only client_credentials is supported",
    Who.APP,
    "The grant type is another one.",
    "Post grant_type=client_credentials.",
)
INVALID_SCOPE = _entry(
    "token-invalid-scope",
    400,
    "invalid_scope",
    "The scope is malformed",
    Who.APP,
    "The scope has characters that RFC 6749 3.3 forbids.",
    "Leave scope out: the token carries all roles of the client.",
)
INVALID_CLIENT = _entry(
    "token-invalid-client",
    401,
    "invalid_client",
    "The client id or secret is wrong or missing",
    Who.APP,
    "The client could not be authenticated.",
    "Send client id and secret with Basic authentication.",
)

ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, Entry))
