"""transcribeCallRecording's body and its checks (rest.md 6, errors.md 4.3)."""

from collections.abc import Callable
from typing import Annotated, Final

import msgspec

from offhook.api import validation as check
from offhook.api.creation import given, target
from offhook.api.validation import Credential, Method, Number, Tag, Url, told
from offhook.errors import ApiError, fields, http
from offhook.records import Recording, Transcription

CREDENTIALS: Final = ("username", "password")
REFUSES: Final = (
    http.BAD_REQUEST,
    *check.TARGETS,
    fields.RANGE,
    fields.TAG_TOO_LONG,
    fields.NOT_TRANSCRIBABLE,
    fields.TRANSCRIBING,
    http.NOT_FOUND,
    http.RECORDING_NOT_FOUND,
)


class Transcribe(msgspec.Struct, rename="camel"):
    """The body."""

    callback_url: Url = None
    callback_method: Method = None
    username: Credential = None
    password: Credential = None
    tag: Tag = None
    callback_timeout: Annotated[Number | None, told(minimum=1, maximum=25)] = None
    detect_language: bool | None = None


def wish(body: Transcribe, recording: Recording, new_id: Callable[[], str]) -> Transcription:
    """Return what is asked for; raises the first failing check."""
    check.url("callbackUrl", body.callback_url)
    method = check.method("callbackUrl", body.callback_method)
    pair = (body.username, body.password)
    check.credentials("", CREDENTIALS, pair)
    timeout_s = check.within("callbackTimeout", body.callback_timeout, 1, 25, 15.0)
    check.tag("create transcription", body.tag)
    if not recording.downloadable:
        raise ApiError(fields.NOT_TRANSCRIBABLE, why=f"the recording is {recording.status.shown}")
    if recording.transcription is not None and recording.transcription.completed is None:
        raise ApiError(fields.TRANSCRIBING)
    return Transcription(
        new_id(),
        available=target(body.callback_url, method, given(*pair)),
        tag=body.tag,
        timeout_s=float(timeout_s),
    )
