"""What can be said of a BXML body before anyone knows whether there is a call for it."""

from offhook import safexml
from offhook.errors import ApiError, fields, http
from offhook.verbs.document import InvalidBxml, parse
from offhook.verbs.encoding import decode

EXAMPLE = "<Response><Pause/></Response>"
PLAYED = "<Response><SpeakSentence>Welcome</SpeakSentence></Response>"
REFUSES = (http.BAD_REQUEST, fields.INVALID_BXML)


def too_big() -> ApiError:
    """Return the refusal of a body beyond the limit."""
    return ApiError(fields.INVALID_BXML, reason="must not exceed 64 KB")


def check_readable(body: bytes, charset: str | None) -> None:
    """Raise 400 unless the body is well-formed XML; what it says is looked at later (step 14)."""
    if not body:
        raise ApiError(http.BAD_REQUEST, why="the body is empty")
    try:
        safexml.read(decode(body, charset))
    except ValueError:
        _refuse(body, charset)


def _refuse(body: bytes, charset: str | None) -> None:
    """Raise what the reader of documents says about an unreadable one: it says it best."""
    try:
        parse(body, charset=charset)
    except InvalidBxml as fault:
        raise ApiError(fields.INVALID_BXML, reason=fault) from fault
