"""Requests that are refused before anybody looks at their fields (errors.md 3)."""

from offhook.directory import Account
from offhook.errors import additions, http
from offhook.recipes.place import Place
from offhook.recipes.recipe import TIGHT, Exchange, Told, recipe
from offhook.testing.phone import only_rings
from offhook.testing.rest import Rest, authorization


@recipe(http.BAD_REQUEST)
async def unreadable_body(place: Place) -> Told:
    """Post a body that is no JSON."""
    return Told(await place.ask("POST", "/calls", b"{"))


@recipe(http.REFUSED)
async def uri_with_headers(place: Place) -> Told:
    """Call a SIP URI with headers in it, which no request can be sent to (RFC 3261 19.1.1)."""
    body = place.request(to="sip:alice@127.0.0.1?Subject=hello")
    return Told(await place.ask("POST", "/calls", body))


@recipe(additions.KEY_FORM)
async def key_with_a_space(place: Place) -> Told:
    """Name an idempotency key with a space in it."""
    key = {"Idempotency-Key": "order 1"}
    return Told(await place.ask("POST", "/calls", place.request(), key))


@recipe(additions.KEY_REUSED)
async def key_of_another_call(place: Place) -> Told:
    """Place a call with a key, and another call with the same key."""
    key = {"Idempotency-Key": "order-1"}
    await place.ask("POST", "/calls", place.request(), key)
    other = place.request(to=place.number(1))
    return Told(await place.ask("POST", "/calls", other, key), {"key": "order-1"})


# 401 and 403


async def _with(place: Place, credentials: str) -> Exchange:
    return await place.ask("GET", "/calls", headers={"Authorization": credentials})


@recipe(http.UNAUTHORIZED)
async def no_credentials(place: Place) -> Told:
    """List calls without an Authorization header."""
    return Told(await _with(place, ""))


@recipe(http.INVALID_CREDENTIALS)
async def wrong_password(place: Place) -> Told:
    """List calls with a wrong password."""
    wrong = authorization(place.kitchen.user, "wrong")["Authorization"]
    return Told(await _with(place, wrong))


@recipe(http.UNAUTHORIZED, way="stranger")
async def account_of_others(place: Place) -> Told:
    """List the calls of an account that the user does not belong to."""
    other = Account(f"{place.tenant.account}7", "of others")
    await place.kitchen.put(other)
    rest = Rest(place.kitchen.door, other.id)
    await place.kitchen.known(rest, 401)  # an unknown account is 403
    return Told(await place.ask("GET", "/calls", rest=rest))


@recipe(http.INVALID_CREDENTIALS, way="bearer")
async def made_up_token(place: Place) -> Told:
    """List calls with a bearer token that was made up."""
    return Told(await _with(place, "Bearer made-up"))


@recipe(http.INVALID_BASIC)
async def no_colon(place: Place) -> Told:
    """Send Basic credentials that decode to `nocolon`."""
    return Told(await _with(place, "Basic bm9jb2xvbg=="))


@recipe(http.UNDECODABLE_BASIC)
async def no_base64(place: Place) -> Told:
    """Send Basic credentials that are no base64."""
    return Told(await _with(place, "Basic !!!"))


@recipe(http.FORBIDDEN, account={"suspended": True})
async def suspended_account(place: Place) -> Told:
    """List the calls of an account that is suspended."""
    return Told(await place.ask("GET", "/calls"))


@recipe(http.ACCESS_DENIED)
async def user_without_voice(place: Place) -> Told:
    """List calls as a user who belongs to the account and lacks the voice role."""
    return Told(await place.ask("GET", "/calls", rest=place.kitchen.clerk(place)))


@recipe(http.FORBIDDEN, way="voice-off", account={"voice_enabled": False})
async def account_without_voice(place: Place) -> Told:
    """List the calls of an account that has no Voice."""
    return Told(await place.ask("GET", "/calls"))


@recipe(http.ACCESS_DENIED, way="no-account")
async def account_that_is_none(place: Place) -> Told:
    """List the calls of an account that there is not."""
    return Told(await place.ask("GET", "/api/v2/accounts/not%20an%20account%20id/calls"))


# 404, 405, 409, 415


@recipe(http.NOT_FOUND)
async def unknown_call(place: Place) -> Told:
    """Read a call that never was."""
    return Told(await place.ask("GET", "/calls/c-unknown"))


@recipe(http.NO_ROUTE)
async def unknown_path(place: Place) -> Told:
    """Ask for a path that no operation has."""
    return Told(await place.ask("GET", "/call"))


@recipe(http.CALL_NOT_FOUND, TIGHT)
async def unknown_call_in_detail(place: Place) -> Told:
    """Read a call that never was, with `errors.not_found_wording = "detailed"`."""
    return Told(await place.ask("GET", "/calls/c-unknown"), {"callId": "c-unknown"})


@recipe(http.CONFERENCE_NOT_FOUND, TIGHT)
async def unknown_conference_in_detail(place: Place) -> Told:
    """Read a conference that never was, with `errors.not_found_wording = "detailed"`."""
    exchange = await place.ask("GET", "/conferences/conf-unknown")
    return Told(exchange, {"conferenceId": "conf-unknown"})


@recipe(http.RECORDING_NOT_FOUND, TIGHT)
async def unknown_recording_in_detail(place: Place) -> Told:
    """Download a recording that never was, with `errors.not_found_wording = "detailed"`."""
    exchange = await place.ask("GET", "/calls/c-unknown/recordings/r-unknown/media")
    return Told(exchange, {"recordingId": "r-unknown"})


@recipe(http.METHOD_NOT_ALLOWED)
async def wrong_method(place: Place) -> Told:
    """Delete the list of calls."""
    return Told(await place.ask("DELETE", "/calls"))


@recipe(http.CALL_STATE)
async def ringing_call_redirected(place: Place) -> Told:
    """Redirect a call that still rings."""
    phone = place.phone(only_rings)
    call_id = await place.call()
    await place.soon(phone.wait_call(), "the telephone to ring")
    body = {"redirectUrl": place.url("elsewhere")}
    return Told(await place.ask("POST", f"/calls/{call_id}", body), {"callId": call_id})


@recipe(http.UNSUPPORTED_MEDIA)
async def body_without_type(place: Place) -> Told:
    """Post a body without Content-Type."""
    return Told(await place.ask("POST", "/calls", b"{}", {"Content-Type": ""}))


@recipe(http.CONTENT_TYPE)
async def body_of_another_type(place: Place) -> Told:
    """Post a body as plain text."""
    kind = {"Content-Type": "text/plain; charset=utf-8"}
    exchange = await place.ask("POST", "/calls", b"{}", kind)
    return Told(exchange, {"contentType": "text/plain;charset=UTF-8"})
