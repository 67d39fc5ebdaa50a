"""updateCall's body and its checks (rest.md 4.5, errors.md 4.3)."""

from dataclasses import dataclass

import msgspec

from offhook.api import validation as check
from offhook.api.creation import CREDENTIALS, given, target
from offhook.hooks import Hook

STATES = ("active", "completed")


class UpdateCall(msgspec.Struct, rename="camel"):
    """The body. An explicit null `state` is not the same as none."""

    state: str | msgspec.UnsetType | None = msgspec.UNSET
    redirect_url: str | None = None
    redirect_method: str | None = None
    redirect_fallback_url: str | None = None
    redirect_fallback_method: str | None = None
    username: str | None = None
    password: str | None = None
    fallback_username: str | None = None
    fallback_password: str | None = None
    tag: str | None = None


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
    check.required(["redirectUrl"], [body.redirect_url])
    check.url("redirectUrl", body.redirect_url)
    method = check.method("redirectUrl", body.redirect_method)
    check.url("redirectFallbackUrl", body.redirect_fallback_url)
    fallback_method = check.method("redirectFallbackUrl", body.redirect_fallback_method)
    pairs = (body.username, body.password, body.fallback_username, body.fallback_password)
    check.credentials("", CREDENTIALS, pairs)
    check.tag("update call", body.tag)
    primary = target(body.redirect_url, method, given(*pairs[:2]))
    assert primary is not None, "redirectUrl is required"
    fallback = target(body.redirect_fallback_url, fallback_method, given(*pairs[2:]))
    return Redirect(Hook(primary, fallback), body.tag)
