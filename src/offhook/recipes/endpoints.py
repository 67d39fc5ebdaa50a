"""What the Endpoints API refuses, in an envelope of its own (errors.md 7.1)."""

from collections.abc import Mapping

from offhook.errors import endpoints
from offhook.recipes.damage import execute
from offhook.recipes.place import Place
from offhook.recipes.recipe import TIGHT, Exchange, Told, recipe
from offhook.testing.rest import Rest, authorization

BODY = {"type": "WEBRTC", "direction": "BIDIRECTIONAL"}
AUTHORIZATION = ("header", "Authorization")


async def _ask(
    place: Place,
    method: str,
    below: str = "",
    body: object = None,
    headers: Mapping[str, str] | None = None,
    rest: Rest | None = None,
) -> Exchange:
    path = f"/v2/accounts/{place.tenant.account}/endpoints{below}"
    return await place.ask(method, path, body, headers, rest)


@recipe(endpoints.INVALID_PARAMETER)
async def endpoint_of_another_type(place: Place) -> Told:
    """Create an endpoint of type SIP."""
    exchange = await _ask(place, "POST", "", BODY | {"type": "SIP"})
    return Told(exchange, {"fault": "type must be WEBRTC"}, source=("field", "type"))


@recipe(endpoints.INVALID_PARAMETER, way="limit")
async def endpoints_without_limit(place: Place) -> Told:
    """List endpoints, with a page of none."""
    exchange = await _ask(place, "GET", "?limit=0")
    fault = "limit must be between 1 and 1000"
    return Told(exchange, {"fault": fault}, source=("parameter", "limit"))


@recipe(endpoints.INVALID_PARAMETER, way="no-device")
async def document_for_nobody(place: Place) -> Told:
    """Send a document to an endpoint that no device speaks for."""
    made = (await _ask(place, "POST", "", BODY)).answer.json()["data"]["endpointId"]
    kind = {"Content-Type": "application/xml"}
    exchange = await _ask(place, "PUT", f"/{made}/bxml", b"<Response><Pause/></Response>", kind)
    fault = "the endpoint must have a connected device that publishes media"
    return Told(exchange, {"fault": fault}, source=("reference", made))


@recipe(endpoints.UNAUTHORIZED)
async def endpoints_with_a_wrong_password(place: Place) -> Told:
    """List endpoints with a wrong password."""
    wrong = authorization(place.kitchen.user, "wrong")
    return Told(await _ask(place, "GET", headers=wrong), source=AUTHORIZATION)


@recipe(endpoints.FORBIDDEN)
async def endpoints_without_voice(place: Place) -> Told:
    """List endpoints as a user who belongs to the account and lacks the voice role."""
    exchange = await _ask(place, "GET", rest=place.kitchen.clerk(place))
    return Told(exchange, source=AUTHORIZATION)


@recipe(endpoints.NOT_FOUND)
async def unknown_endpoint(place: Place) -> Told:
    """Read an endpoint that never was."""
    return Told(await _ask(place, "GET", "/e-unknown"), source=("reference", "e-unknown"))


@recipe(endpoints.NOT_FOUND, way="account")
async def endpoints_of_letters(place: Place) -> Told:
    """List the endpoints of an account whose id is no number."""
    exchange = await place.ask("GET", "/v2/accounts/letters/endpoints")
    return Told(exchange, source=("reference", "letters"))


@recipe(endpoints.METHOD_NOT_ALLOWED)
async def endpoints_deleted_at_once(place: Place) -> Told:
    """Delete the list of endpoints."""
    return Told(await _ask(place, "DELETE"))


@recipe(endpoints.UNSUPPORTED_MEDIA)
async def endpoint_as_text(place: Place) -> Told:
    """Post an endpoint as plain text."""
    exchange = await _ask(place, "POST", "", b"{}", {"Content-Type": "text/plain"})
    return Told(exchange, source=("header", "Content-Type"))


@recipe(endpoints.TOO_MANY, TIGHT)
async def one_endpoint_too_many(place: Place) -> Told:
    """Create two endpoints where an account may have one (limits.endpoints)."""
    await _ask(place, "POST", "", BODY)
    return Told(await _ask(place, "POST", "", BODY))


@recipe(endpoints.UNAVAILABLE, TIGHT)
async def endpoints_that_are_away(place: Place) -> Told:
    """Take the table of endpoints out of the database, and list endpoints."""
    await execute(place, "ALTER TABLE endpoints RENAME TO elsewhere")
    try:
        return Told(await _ask(place, "GET"))
    finally:
        await execute(place, "ALTER TABLE elsewhere RENAME TO endpoints")
