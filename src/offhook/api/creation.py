"""createCall's body and its checks, in the order of errors.md 4.2."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from offhook.api import validation as check
from offhook.api.validation import Credential, Method, Number, Tag, Url, told
from offhook.directory import Account, Application, Directory
from offhook.errors import ApiError, fields, http
from offhook.hooks import Credentials, Hook, Target
from offhook.nearest import nearest
from offhook.requests import OutboundRequest

REQUIRED = ("from", "to", "answerUrl", "applicationId")
HIDDEN = ("Restricted", "Anonymous", "Private", "Unavailable")  # callers without a number
CREDENTIALS = ("username", "password", "fallbackUsername", "fallbackPassword")
THRESHOLDS = {  # seconds (rest.md 4.3)
    "detectionTimeout": 15.0,
    "silenceTimeout": 10.0,
    "speechThreshold": 10.0,
    "speechEndThreshold": 5.0,
    "machineSpeechEndThreshold": None,  # that of speechEndThreshold
}
EXAMPLE = {
    "from": "+12025550100",
    "to": "+12025550143",
    "applicationId": "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
    "answerUrl": "https://app.example.com/voice/answer",
}
MODES = ("sync", "async")
THRESHOLD = (0.1, 300)
NAME_CHARACTERS = 256
UUI_CHARACTERS = 350
REFUSES = (
    http.BAD_REQUEST,
    http.REFUSED,
    fields.REQUIRED,
    fields.NOT_E164,
    fields.NOT_SIP_URI,
    fields.NOT_OWNED,
    fields.CONTROL_CHARACTERS,
    fields.PRIVATE_NAME,
    fields.UUI_ENCODING,
    *check.TARGETS,
    fields.HTTPS_NEEDED,
    fields.RANGE,
    fields.NOT_INTEGER,
    fields.NOT_ONE_OF,
    fields.TAG_TOO_LONG,
    fields.NO_APPLICATION,
)
Threshold = Annotated[Number | None, told(minimum=THRESHOLD[0], maximum=THRESHOLD[1])]
_UUI_ITEM = re.compile(r"[^,]*;encoding=(?:jwt|base64|hex)", re.DOTALL)


class MachineDetection(msgspec.Struct, rename="camel"):
    """The member `machineDetection` (rest.md 4.3)."""

    mode: Annotated[str | None, told(enum=[*MODES, None])] = None
    detection_timeout: Threshold = None
    silence_timeout: Threshold = None
    speech_threshold: Threshold = None
    speech_end_threshold: Threshold = None
    machine_speech_end_threshold: Threshold = None
    delay_result: bool | None = None
    callback_url: Url = None
    callback_method: Method = None
    fallback_url: Url = None
    fallback_method: Method = None
    username: Credential = None
    password: Credential = None
    fallback_username: Credential = None
    fallback_password: Credential = None


class CreateCall(msgspec.Struct, rename="camel"):
    """The body (rest.md 4.1)."""

    to: str | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    application_id: str | None = None
    answer_url: Url = None
    answer_method: Method = None
    username: Credential = None
    password: Credential = None
    answer_fallback_url: Url = None
    answer_fallback_method: Method = None
    fallback_username: Credential = None
    fallback_password: Credential = None
    disconnect_url: Url = None
    disconnect_method: Method = None
    call_timeout: Annotated[Number | None, told(minimum=1, maximum=300)] = None
    callback_timeout: Annotated[Number | None, told(minimum=1, maximum=25)] = None
    privacy: bool | None = None
    display_name: Annotated[str | None, told(maxLength=NAME_CHARACTERS)] = None
    uui: Annotated[str | None, told(maxLength=UUI_CHARACTERS)] = None
    machine_detection: MachineDetection | None = None
    priority: Annotated[Number | None, told(minimum=1, maximum=5, multipleOf=1)] = None
    tag: Tag = None


@dataclass(frozen=True, slots=True)
class Creation:
    """Turns bodies into requests for call control."""

    directory: Callable[[], Directory]
    https_with_credentials: bool = True

    def request(self, account: Account, body: CreateCall) -> OutboundRequest:
        """Return the request; raises the first failing check."""
        to, from_ = self._parties(account, body)
        _presentation(body)
        _uui(body)
        answer, disconnect = self._targets(body)
        check.credentials("", CREDENTIALS, _credentials(body))
        call_timeout = check.within("callTimeout", body.call_timeout, 1, 300, 30.0)
        callback_timeout = check.within("callbackTimeout", body.callback_timeout, 1, 25, 15.0)
        priority = check.whole("priority", body.priority, 1, 5, 5)
        detection = _detection(body.machine_detection) if body.machine_detection else None
        check.tag("create call", body.tag)
        return OutboundRequest(
            application_id=self._application(account, body.application_id or "").id,
            to=to,
            from_=from_,
            answer=answer,
            disconnect=disconnect,
            call_timeout_s=float(call_timeout),
            callback_timeout_s=float(callback_timeout),
            priority=priority,
            tag=body.tag or None,
            display_name=body.display_name or (from_ if from_ in HIDDEN else None),
            privacy=bool(body.privacy) or from_ in HIDDEN,
            uui=(body.uui or None) if not to.startswith("+") else None,  # for SIP URIs only
            machine_detection=detection,
        )

    def _parties(self, account: Account, body: CreateCall) -> tuple[str, str]:
        values = (body.from_, body.to, body.answer_url, body.application_id)
        check.required(REQUIRED, values)
        to, from_ = body.to or "", body.from_ or ""
        check.destination("to", to)
        if from_ not in HIDDEN:
            check.e164("from", from_)
            if account.verify_from and not self.directory().owns_number(account.id, from_):
                raise ApiError(fields.NOT_OWNED, field="from")
        return to, from_

    def _targets(self, body: CreateCall) -> tuple[Hook, Target | None]:
        pair = (body.username, body.password)
        fallback_pair = (body.fallback_username, body.fallback_password)
        check.url("answerUrl", body.answer_url)
        self._https("answerUrl", body.answer_url, CREDENTIALS[:2], pair)
        method = check.method("answerUrl", body.answer_method)
        answer = Target(body.answer_url or "", method, given(*pair))
        check.url("answerFallbackUrl", body.answer_fallback_url)
        self._https("answerFallbackUrl", body.answer_fallback_url, CREDENTIALS[2:], fallback_pair)
        method = check.method("answerFallbackUrl", body.answer_fallback_method)
        fallback = target(body.answer_fallback_url, method, given(*fallback_pair))
        check.url("disconnectUrl", body.disconnect_url)
        method = check.method("disconnectUrl", body.disconnect_method)
        return Hook(answer, fallback), target(body.disconnect_url, method, given(*pair))

    def _https(
        self,
        field: str,
        url: str | None,
        names: tuple[str, ...],
        pair: tuple[str | None, str | None],
    ) -> None:
        if self.https_with_credentials:
            check.https(field, url, (names[0], names[1]), pair)

    def _application(self, account: Account, application_id: str) -> Application:
        found = self.directory().application(account.id, application_id)
        if found is None:
            why = self._no_application(account, application_id)
            raise ApiError(fields.NO_APPLICATION, why=why, applicationId=application_id)
        return found

    def _no_application(self, account: Account, application_id: str) -> str:
        own = [a for a in self.directory().applications.values() if a.account_id == account.id]
        if not own:
            return "the account has no application at all"
        meant = nearest(application_id.lower(), [application.id for application in own])
        if meant is None:
            return f"the account's {len(own)} applications have other ids"
        return f"the nearest of the account's applications is {meant}"


def given(username: str | None, password: str | None) -> Credentials | None:
    """Return credentials when there is a user name; a password alone is none."""
    return Credentials(username, password or "") if username is not None else None


def target(url: str | None, method: str, credentials: Credentials | None) -> Target | None:
    """Return the target when there is a URL."""
    return Target(url, method, credentials) if url is not None else None


def _credentials(body: CreateCall | MachineDetection) -> tuple[str | None, ...]:
    return (body.username, body.password, body.fallback_username, body.fallback_password)


def _presentation(body: CreateCall) -> None:
    check.text("displayName", body.display_name, NAME_CHARACTERS)
    check.no_control_characters("displayName", body.display_name)
    if body.privacy and body.display_name and body.display_name not in HIDDEN:
        raise ApiError(fields.PRIVATE_NAME, field="displayName", choices=", ".join(HIDDEN))


def _uui(body: CreateCall) -> None:
    check.text("uui", body.uui, UUI_CHARACTERS)
    if body.uui and not all(_UUI_ITEM.fullmatch(item) for item in body.uui.split(",")):
        raise ApiError(fields.UUI_ENCODING, field="uui", choices="jwt, base64, hex")


def _detection(body: MachineDetection) -> dict[str, Any]:
    """Return the settings with their defaults filled in, under their names on the wire."""
    mode = body.mode or "async"
    check.one_of("machineDetection.mode", mode, MODES)
    if mode == "async":
        check.required(["machineDetection.callbackUrl"], [body.callback_url])
    check.url("machineDetection.callbackUrl", body.callback_url)
    check.url("machineDetection.fallbackUrl", body.fallback_url)
    callback_method = check.method("machineDetection.callbackUrl", body.callback_method)
    fallback_method = check.method("machineDetection.fallbackUrl", body.fallback_method)
    members = msgspec.to_builtins(body)
    settings: dict[str, Any] = {"mode": mode}
    for name, default in THRESHOLDS.items():
        fallback = settings["speechEndThreshold"] if default is None else default
        value = check.within(f"machineDetection.{name}", members[name], *THRESHOLD, fallback)
        settings[name] = float(value)
    check.credentials("machineDetection.", CREDENTIALS, _credentials(body))
    return settings | {
        "delayResult": bool(body.delay_result),
        "callbackUrl": body.callback_url,
        "callbackMethod": callback_method,
        "fallbackUrl": body.fallback_url,
        "fallbackMethod": fallback_method,
        **dict(zip(CREDENTIALS, _credentials(body), strict=True)),
    }
