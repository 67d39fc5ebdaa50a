"""Refusals of the token endpoint (errors.md 7.2)."""

from urllib.parse import urlencode

from offhook.errors import tokens
from offhook.recipes.place import Place
from offhook.recipes.recipe import Exchange, Told, recipe

GRANT = ("grant_type", "client_credentials")


async def _token(place: Place, *form: tuple[str, str]) -> Exchange:
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": ""}
    return await place.ask("POST", "/api/v1/oauth2/token", urlencode(form).encode(), kind)


def _client(place: Place, secret: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("client_id", place.kitchen.user), ("client_secret", secret)


@recipe(tokens.INVALID_REQUEST)
async def no_grant(place: Place) -> Told:
    """Ask for a token without grant_type."""
    return Told(await _token(place, ("client_id", place.kitchen.user)))


@recipe(tokens.UNSUPPORTED_GRANT)
async def other_grant(place: Place) -> Told:
    """Ask for a token by password."""
    return Told(await _token(place, ("grant_type", "password")))


@recipe(tokens.INVALID_SCOPE)
async def bad_scope(place: Place) -> Told:
    """Ask for a token with a quotation mark in its scope."""
    client = _client(place, place.kitchen.door.password)
    return Told(await _token(place, GRANT, *client, ("scope", 'a"b')))


@recipe(tokens.INVALID_CLIENT)
async def wrong_secret(place: Place) -> Told:
    """Ask for a token with a wrong secret."""
    return Told(await _token(place, GRANT, *_client(place, "wrong")))
