"""Requests with one field that breaks its rule (errors.md 4)."""

from offhook.errors import Entry, fields
from offhook.recipes.place import Place
from offhook.recipes.recipe import Told, recipe

HIDDEN = "Restricted, Anonymous, Private, Unavailable"


def _call_with(entry: Entry, about: str, fault: dict[str, object], **values: object) -> None:
    """Make a recipe of a createCall body with one fault."""

    async def refused(place: Place) -> Told:
        return Told(await place.ask("POST", "/calls", place.request(**fault)), values)

    refused.__doc__ = f"Create a call {about}."
    recipe(entry)(refused)


_call_with(
    fields.REQUIRED, "without `to`", {"to": None}, fields="from, to, answerUrl, applicationId"
)
_call_with(fields.NOT_E164, "to `scooby-doo`", {"to": "scooby-doo"}, field="to")
_call_with(fields.NOT_SIP_URI, "to `sip:`, without a host", {"to": "sip:"}, field="to")
_call_with(
    fields.RANGE,
    "with a callTimeout of 301 seconds",
    {"callTimeout": 301},
    field="callTimeout",
    min=1,
    max=300,
    value=301,
)
_call_with(fields.NOT_INTEGER, "with a priority of 2.5", {"priority": 2.5}, field="priority")
_call_with(
    fields.TOO_LONG,
    "with a displayName of 257 characters",
    {"displayName": "x" * 257},
    field="displayName",
    max=256,
)
_call_with(
    fields.TAG_TOO_LONG,
    "with a tag of 4097 characters",
    {"tag": "x" * 4097},
    operation="create call",
    max=4096,
)
_call_with(
    fields.CONTROL_CHARACTERS,
    "with a line break in its displayName",
    {"displayName": "a\r\nb"},
    field="displayName",
)
_call_with(
    fields.COLON,
    "with a colon in the webhooks' username",
    {"username": "a:b", "password": "p"},
    field="username",
)
_call_with(
    fields.NOT_ONE_OF,
    "with a machineDetection.mode that there is not",
    {"machineDetection": {"mode": "later"}},
    field="machineDetection.mode",
    choices="sync, async",
)
_call_with(
    fields.PRIVATE_NAME,
    "with privacy and a name to show",
    {"privacy": True, "displayName": "Me"},
    field="displayName",
    choices=HIDDEN,
)
_call_with(
    fields.UUI_ENCODING,
    "with a uui that does not tell its encoding",
    {"uui": "x"},
    field="uui",
    choices="jwt, base64, hex",
)
_call_with(
    fields.URL_SCHEME,
    "with an ftp answerUrl",
    {"answerUrl": "ftp://app.test/"},
    field="answerUrl",
)
_call_with(
    fields.URL_SHAPE,
    "with an answerUrl without a host",
    {"answerUrl": "http:///path"},
    field="answerUrl",
)
_call_with(
    fields.HTTPS_NEEDED,
    "with credentials for an answerUrl in the clear",
    {"answerUrl": "http://app.example.test/", "username": "u", "password": "p"},
    field="answerUrl",
    username="username",
    password="password",  # noqa: S106  # its name
)
_call_with(fields.METHOD, "whose answerMethod is PUT", {"answerMethod": "PUT"}, field="answerUrl")
_call_with(
    fields.NO_APPLICATION,
    "of an application that there is not",
    {"applicationId": "none-such"},
    applicationId="none-such",
)


@recipe(fields.NOT_OWNED, account={"verify_from": True})
async def somebody_elses_number(place: Place) -> Told:
    """Call from a number that the account does not have, which `verify_from` forbids."""
    body = place.request(**{"from": "+12025550111"})
    return Told(await place.ask("POST", "/calls", body), {"field": "from"})


@recipe(fields.INVALID_BXML)
async def unfinished_document(place: Place) -> Told:
    """Send a call a document that is not well-formed."""
    kind = {"Content-Type": "application/xml"}
    document = b"<Response>\n  <Gather>\n</Response>"
    exchange = await place.ask("PUT", "/calls/c-1/bxml", document, kind)
    reason = str(exchange.answer.json()["description"]).partition(": ")[2]
    return Told(exchange, {"reason": reason})


@recipe(fields.PAGE_TOKEN)
async def made_up_page(place: Place) -> Told:
    """Ask for a page of calls with a token that was made up."""
    return Told(await place.ask("GET", "/calls?pageToken=made-up"))


@recipe(fields.NOT_A_TIME)
async def no_time(place: Place) -> Told:
    """List calls since `yesterday`."""
    exchange = await place.ask("GET", "/calls?minStartTime=yesterday")
    return Told(exchange, {"field": "minStartTime"})
