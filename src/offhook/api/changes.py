"""The bodies that change a call or conference, and their checks (rest.md 4.5, 5, errors.md 4.3)."""

from dataclasses import dataclass
from typing import Annotated

import msgspec

from offhook.api import validation as check
from offhook.api.creation import CREDENTIALS, given, target
from offhook.api.validation import Credential, Method, Tag, Url, told
from offhook.errors import ApiError, fields, http
from offhook.hooks import Hook
from offhook.requests import MemberChange

STATES = ("active", "completed")
REDIRECT = (http.BAD_REQUEST, fields.NOT_ONE_OF, fields.REQUIRED, *check.TARGETS)
CALL = (*REDIRECT, fields.TAG_TOO_LONG)
CONFERENCE = (*REDIRECT, fields.NOT_WHEN_COMPLETED)
MEMBER = (http.BAD_REQUEST, fields.COACHED)


class UpdateCall(msgspec.Struct, rename="camel"):
    """The body. An explicit null `state` is not the same as none."""

    state: Annotated[str | msgspec.UnsetType | None, told(enum=STATES)] = msgspec.UNSET
    redirect_url: Url = None
    redirect_method: Method = None
    redirect_fallback_url: Url = None
    redirect_fallback_method: Method = None
    username: Credential = None
    password: Credential = None
    fallback_username: Credential = None
    fallback_password: Credential = None
    tag: Tag = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where the call is to go."""

    hook: Hook
    tag: str | None  # None leaves the tag, "" clears it


def redirect(body: UpdateCall) -> Redirect | None:
    """Return where to redirect the call, None to end it; raises the first failing check.

    With `completed` all else is accepted and ignored: most client libraries send the methods.
    """
    state = "active" if body.state is msgspec.UNSET else body.state
    check.one_of("state", state, STATES)
    if state == "completed":
        return None
    hook = _hook(body)
    check.tag("update call", body.tag)
    return Redirect(hook, body.tag)


class UpdateConference(msgspec.Struct, rename="camel"):
    """The body."""

    status: Annotated[str | None, told(enum=[*STATES, None])] = None
    redirect_url: Url = None
    redirect_method: Method = None
    redirect_fallback_url: Url = None
    redirect_fallback_method: Method = None
    username: Credential = None
    password: Credential = None
    fallback_username: Credential = None
    fallback_password: Credential = None


def conference_redirect(body: UpdateConference) -> Hook | None:
    """Return where to redirect the conference, None to end it; raises the first failing check.

    With `completed` URLs are refused; methods and credentials are accepted and ignored.
    """
    status = "active" if body.status is None else body.status
    check.one_of("status", status, STATES)
    if status == "active":
        return _hook(body)
    urls = (("redirectUrl", body.redirect_url), ("redirectFallbackUrl", body.redirect_fallback_url))
    for name, url in urls:
        if url is not None:
            raise ApiError(fields.NOT_WHEN_COMPLETED, field=name)
    return None


class UpdateMember(msgspec.Struct, rename="camel"):
    """The body of updateConferenceMember; what is absent or null stays as it is."""

    mute: bool | None = None
    hold: bool | None = None
    call_ids_to_coach: list[str] | None = None

    def change(self) -> MemberChange:
        """Return what it asks for."""
        coached = self.call_ids_to_coach
        return MemberChange(self.mute, self.hold, None if coached is None else tuple(coached))


def _hook(body: UpdateCall | UpdateConference) -> Hook:
    """Return where a redirect goes."""
    check.required(["redirectUrl"], [body.redirect_url])
    check.url("redirectUrl", body.redirect_url)
    method = check.method("redirectUrl", body.redirect_method)
    check.url("redirectFallbackUrl", body.redirect_fallback_url)
    fallback_method = check.method("redirectFallbackUrl", body.redirect_fallback_method)
    pairs = (body.username, body.password, body.fallback_username, body.fallback_password)
    check.credentials("", CREDENTIALS, pairs)
    primary = target(body.redirect_url, method, given(*pairs[:2]))
    assert primary is not None, "redirectUrl is required"
    fallback = target(body.redirect_fallback_url, fallback_method, given(*pairs[2:]))
    return Hook(primary, fallback)
