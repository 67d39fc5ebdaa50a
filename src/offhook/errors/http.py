"""The master catalogue of the Voice API (errors.md 2), without the field texts (`fields`).

Where a status has a generic and a specific text, the generic one belongs to the HTTP layer
(errors.md 2, rule G).
"""

from offhook.errors.entry import Entry, Who

BAD_REQUEST = Entry(
    "bad-request",
    400,
    "validation",
    "Bad Request",
    Who.APP,
    "The request could not be read: no body, malformed JSON, a value of the wrong JSON type, a "
    "body that is too big, or a malformed path, query or header.",
    "Send one JSON object in UTF-8 with values of the documented types, without duplicate keys.",
)
REFUSED = Entry(
    "refused",
    400,
    "validation",
    "There is something wrong with the request",
    Who.APP,
    "The request was readable and broke a rule that has no text of its own.",
    "Compare the request with the operation's reference.",
)
UNAUTHORIZED = Entry(
    "unauthorized",
    401,
    "authentication-error",
    "Unauthorized",
    Who.APP,
    "No credentials came, the scheme is neither Basic nor Bearer, or the user is no member of the "
    "account in the path.",
    "Send an Authorization header, and use an account id the user belongs to.",
)
INVALID_CREDENTIALS = Entry(
    "invalid-credentials",
    401,
    "authentication-error",
    "The credentials provided were invalid",
    Who.APP,
    "The user is unknown or disabled, the password is wrong, or the token is unknown or expired.",
    "Check user name and password, or ask for a new token.",
)
INVALID_BASIC = Entry(
    "invalid-basic-token",
    401,
    "authentication-error",
    "Invalid basic authentication token",
    Who.APP,
    "The Basic credentials decode to a text without a colon.",
    "Encode `user:password` with base64.",
)
UNDECODABLE_BASIC = Entry(
    "undecodable-basic-token",
    401,
    "authentication-error",
    "Failed to decode basic authentication token",
    Who.APP,
    "The Basic credentials are not base64, or not UTF-8 once decoded.",
    "Encode `user:password` with base64, padding included.",
)
FORBIDDEN = Entry(
    "forbidden",
    403,
    "authorization-error",
    "Forbidden",
    Who.OPERATOR,
    "The account is suspended, Voice is off for it, or the request came from an address that the "
    "account does not allow.",
    "Look at the account's suspended, voice_enabled and allowed_networks settings.",
)
ACCESS_DENIED = Entry(
    "access-denied",
    403,
    "authorization-error",
    "Access is denied",
    Who.OPERATOR,
    "The account does not exist, or the user lacks the voice role on it.",
    "Check the account id in the path; give the user the voice role on the account.",
)
NOT_FOUND = Entry(
    "not-found",
    404,
    "validation",
    "not found",
    Who.APP,
    "The path is right; the call, conference, member or recording that it names does not exist on "
    "this account or is no longer active.",
    "Check the id; a call that has ended can only be read, for seven days.",
)
NO_ROUTE = Entry(
    "no-route",
    404,
    "validation",
    "Not Found",
    Who.APP,
    "No operation has this path.",
    "Check the base URL and the path: /api/v2/accounts/{accountId}/calls and below.",
)
CALL_NOT_FOUND = Entry(
    "call-not-found",
    404,
    "validation",
    "Call [{callId}] not found",
    Who.APP,
    "As not-found, in the detailed wording (errors.not_found_wording).",
    "Check the id; a call that has ended can only be read, for seven days.",
)
CONFERENCE_NOT_FOUND = Entry(
    "conference-not-found",
    404,
    "validation",
    "Conference [{conferenceId}] not found",
    Who.APP,
    "As not-found, in the detailed wording: the account has no such conference, or it has ended "
    "and can only be read.",
    "Check the id; a name that is used again makes a new one.",
)
RECORDING_NOT_FOUND = Entry(
    "recording-not-found",
    404,
    "validation",
    "Recording [{recordingId}] not found",
    Who.APP,
    "As not-found, in the detailed wording: the call has no such recording, or its media is gone, "
    "not ready yet or damaged.",
    "Check the id and the recording's status; recordings are kept for 30 days.",
)
TRANSCRIPTION_NOT_FOUND = Entry(
    "transcription-not-found",
    404,
    "validation",
    "Transcription [{transcriptionId}] not found",
    Who.APP,
    "As not-found, in the detailed wording: nobody has asked for this text, it was deleted, it is "
    "not ready yet, or it could not be made.",
    "Wait for transcriptionAvailable or realTimeTranscriptionAvailable, and look at its status.",
)
METHOD_NOT_ALLOWED = Entry(
    "method-not-allowed",
    405,
    "validation",
    "Method Not Allowed",
    Who.APP,
    "The path exists, but not with this method.",
    "Use one of the methods in the Allow header.",
)
CALL_STATE = Entry(
    "call-state",
    409,
    "validation",
    "Call [{callId}] cannot be modified in its current state",
    Who.APP,
    "The call is queued, not answered yet, or has just ended.",
    "Change the call after its answer and before its end.",
    wire_id="",
)
UNSUPPORTED_MEDIA = Entry(
    "unsupported-media-type",
    415,
    "validation",
    "Unsupported Media Type",
    Who.APP,
    "The request has a body, but no readable Content-Type.",
    "Send Content-Type: application/json, or application/xml for BXML.",
)
CONTENT_TYPE = Entry(
    "content-type-not-supported",
    415,
    "validation",
    "Content type '{contentType}' not supported",
    Who.APP,
    "The operation does not take this kind of body.",
    "Send one of the types in the Accept header of the answer.",
)
RATE_LIMIT = Entry(
    "account-rate-limit",
    429,
    "error",
    "Account call creation rate limit exceeded",
    Who.APP,
    "The account's queue of outbound calls is full, or without a queue its calls per second are "
    "used up.",
    "Try again after Retry-After; raise the account's cps or spread the calls.",
    wire_id="",
)
SESSION_LIMIT = Entry(
    "account-session-limit",
    429,
    "error",
    "Account concurrent call limit exceeded",
    Who.APP,
    "The account has as many active calls as it may have.",
    "Wait for calls to end; raise the account's sessions.",
    wire_id="",
)
SERVER_ERROR = Entry(
    "server-error",
    500,
    "internal-error",
    "Internal Server Error",
    Who.OFFHOOK,
    "Offhook failed outside an operation.",
    "Look for the X-Request-Id in the log and report it.",
)
UNKNOWN_ERROR = Entry(
    "unknown-error",
    500,
    "internal-error",
    "An unknown internal error occurred",
    Who.OFFHOOK,
    "An operation failed unexpectedly.",
    "Look for the X-Request-Id in the log and report it.",
)
OVERLOADED = Entry(
    "overloaded",
    503,
    "system-overloaded",
    "Handling too many requests",
    Who.OPERATOR,
    "The server has too many requests in flight, is starting, or is shutting down.",
    "Try again after Retry-After; raise limits.in_flight or add a node.",
)
NODE_FULL = Entry(
    "node-full",
    503,
    "system-overloaded",
    "Managing too many concurrent calls",
    Who.OPERATOR,
    "The server carries as many calls as it may.",
    "Try again after Retry-After; raise limits.calls or add a node.",
)

ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, Entry))
