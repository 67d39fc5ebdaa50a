"""What the Endpoints (WebRTC) API answers (errors.md 7.1): an envelope and texts of its own.

Whatever the layers under it refuse in the words of the Voice API is said in these words instead.
"""

from functools import partial

from offhook.errors import http
from offhook.errors.entry import ApiError, Entry, Envelope, Who

_entry = partial(Entry, envelope=Envelope.ENDPOINTS)

INVALID_PARAMETER = _entry(
    "endpoint-invalid-parameter",
    400,
    "invalid_parameter",
    "{fault}.",
    Who.APP,
    "A query parameter or a member of the body is missing, unknown or out of its bounds, the body "
    "cannot be read, or the document is no BXML.",
    "Correct what `source` names.",
)
UNAUTHORIZED = _entry(
    "endpoint-unauthorized",
    401,
    "unauthorized",
    "The provided credentials are not authorized to access this resource.",
    Who.APP,
    "No credentials came, they are wrong, or the user is no member of the account in the path.",
    "Send an Authorization header, and use an account id the user belongs to.",
)
FORBIDDEN = _entry(
    "endpoint-forbidden",
    403,
    "forbidden",
    "The provided credentials are not authorized to access this resource.",
    Who.OPERATOR,
    "The account does not exist, is suspended or closed to this address, or the user lacks the "
    "voice role on it.",
    "Check the account id in the path; give the user the voice role on the account.",
)
NOT_FOUND = _entry(
    "endpoint-not-found",
    404,
    "resource_not_found",
    "The requested resource was not found.",
    Who.APP,
    "The account has no such endpoint, or no longer: they vanish 24 hours after they were created. "
    "Or no operation has this path, or an account id has something else than digits in it.",
    "Check the id and the path; create a new endpoint.",
)
METHOD_NOT_ALLOWED = _entry(
    "endpoint-method-not-allowed",
    405,
    "method_not_allowed",
    "The requested method is not allowed on this resource.",
    Who.APP,
    "The path exists, but not with this method.",
    "Use one of the methods in the Allow header.",
)
UNSUPPORTED_MEDIA = _entry(
    "endpoint-unsupported-media-type",
    415,
    "unsupported_media_type",
    "The provided media type is not supported.",
    Who.APP,
    "The operation does not take this kind of body, or the body has no Content-Type.",
    "Send one of the types in the Accept header of the answer.",
)
TOO_MANY = _entry(
    "endpoint-too-many",
    429,
    "too_many_endpoints",
    "Too many endpoints. Please delete an existing endpoint or wait 24 hours for an endpoint to be "
    "removed.",
    Who.APP,
    "The account has as many endpoints as it may have.",
    "Delete endpoints that are not needed any more; raise limits.endpoints.",
)
UNAVAILABLE = _entry(
    "endpoint-unavailable",
    500,
    "service_unavailable",
    "The service is currently unavailable.",
    Who.OPERATOR,
    "The server has too many requests in flight, is starting or shutting down, its store fails, or "
    "the operation failed unexpectedly.",
    "Try again; look for the X-Request-Id in the log.",
)

ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, Entry))

OF_STATUS = {entry.status: entry for entry in ENTRIES} | {503: UNAVAILABLE}
CULPRITS = {  # what is at fault where the status alone tells it
    401: ("header", "Authorization"),
    403: ("header", "Authorization"),
    415: ("header", "Content-Type"),
}


def twin(entry: Entry) -> Entry:
    """Return the entry that says in this API what `entry` says in the Voice API."""
    return entry if entry.envelope is Envelope.ENDPOINTS else OF_STATUS[entry.status]


def translated(error: ApiError, account_id: str) -> ApiError:
    """Return a refusal in the words of this API; `account_id` is the path's.

    One with another character than a digit is not found, rather than closed (errors.md 7.1).
    """
    if error.entry.envelope is Envelope.ENDPOINTS:
        return error
    status = error.entry.status
    if status == FORBIDDEN.status and not (account_id.isascii() and account_id.isdigit()):
        return ApiError(NOT_FOUND, why=error.why, source=("reference", account_id))
    entry = twin(error.entry)
    fault = error.why if error.entry is http.BAD_REQUEST and error.why else error.description
    values = {"fault": fault.rstrip(".")} if entry is INVALID_PARAMETER else {}
    headers = () if entry is UNAVAILABLE else error.headers
    source = error.source or CULPRITS.get(status or 0)
    return ApiError(entry, headers=headers, why=error.why, source=source, **values)
