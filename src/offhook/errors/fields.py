"""Texts of field and query validation (errors.md 4.1 to 4.3): all 400, all `validation`."""

from offhook.errors.entry import Entry, Who


def _rule(slug: str, description: str, meaning: str, fix: str) -> Entry:
    return Entry(slug, 400, "validation", description, Who.APP, meaning, fix)


REQUIRED = _rule(
    "required",
    "Missing at least one required field. Required fields are [{fields}]",
    "A required member is absent, null or blank.",
    "Send all the members that the text names.",
)
NOT_E164 = _rule(
    "not-e164",
    "Invalid {field}: must be an E164 telephone number",
    "The value is no telephone number with + and country code.",
    "Write +, country code and number without separators, such as +12025550143.",
)
NOT_SIP_URI = _rule(
    "not-a-sip-uri",
    "Invalid {field}: must be a valid SIP URI",
    "The value starts with sip: or sips: but is not a SIP URI with a host.",
    "Write it like sip:alice@example.com.",
)
NOT_OWNED = _rule(
    "number-not-owned",
    "Invalid {field}: must be a telephone number on the account",
    "The account may only call from its own numbers.",
    "Use a number of the account, or turn its verify_from off.",
)
RANGE = _rule(
    "out-of-range",
    "{field} must be within the range [{min}, {max}], but was {value}",
    "A number is too small or too big.",
    "Choose a value within the range.",
)
NOT_INTEGER = _rule(
    "not-an-integer",
    "Invalid {field}: must be an integer",
    "A whole number is needed.",
    "Send a number without a fraction.",
)
TOO_LONG = _rule(
    "too-long",
    "Invalid {field}: must contain at most {max} characters",
    "A text is too long.",
    "Shorten it.",
)
TAG_TOO_LONG = _rule(
    "tag-too-long",
    "Could not {operation}: sendCallback tag must contain at most {max} characters",
    "The tag is too long.",
    "Shorten it; keep larger data in your application under a key.",
)
CONTROL_CHARACTERS = _rule(
    "control-characters",
    "Invalid {field}: must not contain control characters",
    "The value cannot be put into a SIP header.",
    "Remove line breaks and other control characters.",
)
COLON = _rule(
    "colon-in-username",
    "Invalid {field}: must not contain a colon",
    "Basic authentication separates user name and password at the first colon (RFC 7617 2).",
    "Choose a user name without a colon.",
)
NOT_ONE_OF = _rule(
    "not-one-of",
    "Invalid {field}: must be one of [{choices}]",
    "The value is not in the closed set.",
    "Use one of the values in brackets, in the same case.",
)
PRIVATE_NAME = _rule(
    "private-display-name",
    "Invalid {field}: must be one of [{choices}] when privacy is true",
    "A hidden caller can only be shown with one of the fixed names.",
    "Use one of the names in brackets, or leave the member out.",
)
UUI_ENCODING = _rule(
    "uui-encoding",
    "Invalid {field}: encoding must be one of [{choices}]",
    "Each comma-separated item needs its own ;encoding= parameter.",
    "End each item with ;encoding=jwt, ;encoding=base64 or ;encoding=hex.",
)
URL_SCHEME = _rule(
    "url-scheme",
    "Invalid {field}: only http and https are allowed",
    "The URL is not absolute, or has another scheme.",
    "Send an absolute http or https URL.",
)
URL_SHAPE = _rule(
    "url-shape",
    "Invalid {field}: must be a valid URL",
    "The URL has no host, a bad port, or spaces or control characters in it.",
    "Percent-encode special characters and check the host.",
)
HTTPS_NEEDED = _rule(
    "https-needed",
    "Invalid {field}: https is required when {username} and {password} are provided",
    "Credentials must not travel in the clear.",
    "Use an https URL; loopback addresses may stay http.",
)
METHOD = _rule(
    "webhook-method",
    "Invalid {field} method. Supported methods: [POST, GET]",
    "Webhooks are sent with POST or GET, in upper case.",
    "Use POST or GET.",
)
NO_APPLICATION = _rule(
    "no-application",
    "Could not create call: Application id {applicationId} not found",
    "The account has no voice application with this id.",
    "Use the id of one of the account's applications: `offhook applications list`.",
)
INVALID_BXML = _rule(
    "invalid-bxml-body",
    "Invalid BXML: {reason}",
    "The document is not BXML; what the call was doing goes on.",
    "Correct the document at the place that the text names.",
)
NOT_WHEN_COMPLETED = _rule(
    "not-when-completed",
    "Invalid {field}: not allowed when status is completed",
    "A conference is either redirected or ended.",
    "Leave the URL out, or send status active.",
)
COACHED = _rule(
    "conference-coached",
    "Could not update conference member: conference already has a coach",
    "Another member coaches, and a conference has one coach at a time.",
    "Let the other member coach no more: send it an empty callIdsToCoach.",
)
NOT_TRANSCRIBABLE = _rule(
    "not-transcribable",
    "Could not create transcription: recording is not complete",
    "The recording runs still, its media was deleted, or nothing is left of it.",
    "Wait for recordingAvailable, and look at the recording's status.",
)
TRANSCRIBING = _rule(
    "transcribing",
    "Could not create transcription: transcription is already in progress",
    "The text of the recording is being made.",
    "Wait for transcriptionAvailable, or until the recording's transcription.status is no longer "
    "processing.",
)
PAGE_TOKEN = _rule(
    "page-token",
    "Invalid pageToken",
    "The token was cut, made up, or made for another list or filter.",
    "Follow the URL of the Link header as it is.",
)
NOT_A_TIME = _rule(
    "not-a-time",
    "Invalid {field}: must be an ISO8601 date and time",
    "The value is no ISO 8601 date and time.",
    "Write it like 2026-03-04T05:06:07.089Z.",
)

ENTRIES = tuple(value for value in list(globals().values()) if isinstance(value, Entry))
