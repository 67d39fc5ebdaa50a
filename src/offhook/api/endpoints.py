"""The Endpoints (WebRTC) API: its operations and their envelope (rest.md 11)."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, TypedDict
from urllib.parse import urlencode

import msgspec

from offhook.api import bodies, bxml, mediatypes
from offhook.api.described import TEXT, Described, Moment, Parameter, Success, Uri
from offhook.api.replies import PLAIN_JSON, Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.api.service import EndpointService
from offhook.api.validation import URL_CHARACTERS, Url, told, url
from offhook.clock import timestamp
from offhook.errors import ApiError, endpoints, fields
from offhook.hooks import Hook, Target
from offhook.records import Device, DeviceStatus, EndpointRecord
from offhook.requests import EndpointFilter, EndpointPage, EndpointRequest

KIND = "WEBRTC"
DIRECTIONS = ("INBOUND", "OUTBOUND", "BIDIRECTIONAL")
TAG_CHARACTERS = 1024
PAGE_ITEMS, PAGE_MAX = 100, 1000
FILTERS = ("type", "status", "limit")

Kind = Annotated[str, told(enum=[KIND])]
Direction = Annotated[str | None, told(enum=DIRECTIONS)]


class CreateEndpoint(msgspec.Struct, rename="camel"):
    """The body."""

    type: Annotated[str | None, told(enum=[KIND])] = None
    direction: Direction = None
    event_callback_url: Url = None
    event_fallback_url: Url = None
    tag: Annotated[str | None, told(maxLength=TAG_CHARACTERS)] = None
    connection_metadata: dict[str, Any] | None = None


class LinkView(TypedDict):
    """Where something is."""

    href: Uri
    rel: str
    method: str


class PageView(TypedDict):
    """Which part of a list this is."""

    pageSize: int
    totalElements: int
    totalPages: int
    pageNumber: int


class DeviceView(TypedDict):
    """A browser or app that speaks for the endpoint, or has."""

    deviceId: str
    deviceName: NotRequired[str]
    status: DeviceStatus
    creationTimestamp: Moment


class EndpointView(TypedDict):
    """An endpoint in a list."""

    endpointId: str
    type: Kind
    status: DeviceStatus
    creationTimestamp: Moment
    expirationTimestamp: Moment
    tag: NotRequired[str]


class WholeEndpointView(EndpointView):
    """An endpoint with its devices."""

    devices: list[DeviceView]


class CreatedEndpointView(WholeEndpointView):
    """A new endpoint, and the token that devices connect with."""

    token: str


class EndpointsAnswer(TypedDict):
    """The envelope of a list."""

    links: list[LinkView]
    page: PageView
    data: list[EndpointView]
    errors: list[str]


class EndpointAnswer(TypedDict):
    """The envelope of one endpoint."""

    links: list[LinkView]
    data: WholeEndpointView
    errors: list[str]


class CreatedEndpointAnswer(TypedDict):
    """The envelope of a new endpoint."""

    links: list[LinkView]
    data: CreatedEndpointView
    errors: list[str]


INVALID = (endpoints.INVALID_PARAMETER,)
UNKNOWN = (endpoints.NOT_FOUND,)
PARAMETERS = (
    Parameter("type", "of this kind", TEXT | {"enum": [KIND]}),
    Parameter("status", "with a device, or without", TEXT | {"enum": [*DeviceStatus]}),
    Parameter("afterCursor", "as the `next` link has it"),
    Parameter(
        "limit",
        "the most items of a page",
        {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_ITEMS},
    ),
)
LIST = Described((Success(200, EndpointsAnswer),), parameters=PARAMETERS, refuses=INVALID)
CREATE = Described(
    (Success(201, CreatedEndpointAnswer),),
    CreateEndpoint,
    ("type", "direction"),
    refuses=(*INVALID, endpoints.TOO_MANY),
    example={"type": KIND, "direction": "BIDIRECTIONAL", "tag": "reception"},
)
GET = Described((Success(200, EndpointAnswer),), refuses=UNKNOWN)
DELETE = Described((Success(204),), refuses=UNKNOWN)
PLAY = Described((Success(204),), refuses=(*INVALID, *UNKNOWN), example=bxml.PLAYED)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """List, create, get, delete; a document for one."""

    service: EndpointService

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of the Endpoints API."""
        one = "endpoints/{endpointId}"
        create = Operation(self.create, CREATE, mediatypes.JSON)
        delete = Operation(self.delete, DELETE)
        play = Operation(self.play, PLAY, mediatypes.BXML, bxml.too_big)
        return (
            Route("endpoints", {"GET": Operation(self.list, LIST), "POST": create}),
            Route(one, {"GET": Operation(self.get, GET), "DELETE": delete}),
            Route(f"{one}/bxml", {"PUT": play}),
        )

    async def list(self, asked: Asked) -> Reply:
        """listEndpoints: those of the account, oldest first."""
        wanted = _wanted(asked.query)
        page = await self.service.list(asked.account.id, wanted)
        own = f"{asked.account_url}/endpoints"
        kept = {name: asked.query[name] for name in FILTERS if name in asked.query}
        if "afterCursor" in asked.query:
            here = kept | {"afterCursor": asked.query["afterCursor"]}
        else:
            here = kept
        links = [_link(f"{own}?{urlencode(here)}" if here else own, "self")]
        if page.before + len(page.records) < page.total:
            further = kept | {"afterCursor": _cursor(page.records[-1])}
            links.append(_link(f"{own}?{urlencode(further)}", "next"))
        body: EndpointsAnswer = {
            "links": links,
            "page": _page(page, wanted.limit),
            "data": [_view(record) for record in page.records],
            "errors": [],
        }
        return Reply(200, body, content_type=PLAIN_JSON)

    async def create(self, asked: Asked) -> Reply:
        """createEndpoint: one that vanishes after a day; its token lets devices connect."""
        body = bodies.decode(asked.body, CreateEndpoint)
        record, token = await self.service.create(asked.account, _request(body))
        answer: CreatedEndpointAnswer = {
            "links": [_link(f"{asked.account_url}/endpoints/{record.endpoint_id}", "endpoint")],
            "data": {**_whole(record), "token": token},
            "errors": [],
        }
        return Reply(201, answer, content_type=PLAIN_JSON)

    async def get(self, asked: Asked) -> Reply:
        """getEndpoint: one of them, with its devices."""
        record = await self._record(asked)
        answer: EndpointAnswer = {
            "links": [_link(f"{asked.account_url}/endpoints/{record.endpoint_id}", "self")],
            "data": _whole(record),
            "errors": [],
        }
        return Reply(200, answer, content_type=PLAIN_JSON)

    async def delete(self, asked: Asked) -> Reply:
        """deleteEndpoint: it vanishes at once, and its devices are disconnected."""
        await self.service.delete(await self._record(asked))
        return Reply(204)

    async def play(self, asked: Asked) -> Reply:
        """updateEndpointBxml: run this document for its device."""
        bxml.check_readable(asked.body, asked.charset)
        record = await self._record(asked)
        await self.service.rescript(record, asked.body, asked.charset)
        return Reply(204)

    async def _record(self, asked: Asked) -> EndpointRecord:
        (endpoint_id,) = asked.names
        record = await self.service.get(asked.account.id, endpoint_id)
        if record is None:
            why = "the account has no such endpoint, or no longer"
            raise ApiError(endpoints.NOT_FOUND, why=why, source=("reference", endpoint_id))
        return record


def _request(body: CreateEndpoint) -> EndpointRequest:
    if body.type != KIND:
        raise _invalid("field", "type", f"must be {KIND}")
    if body.direction not in DIRECTIONS:
        raise _invalid("field", "direction", f"must be one of {', '.join(DIRECTIONS)}")
    _check_url("eventCallbackUrl", body.event_callback_url)
    _check_url("eventFallbackUrl", body.event_fallback_url)
    if len(body.tag or "") > TAG_CHARACTERS:
        raise _invalid("field", "tag", f"must contain at most {TAG_CHARACTERS} characters")
    events = None
    if body.event_callback_url is not None:
        spare = body.event_fallback_url
        events = Hook(Target(body.event_callback_url), Target(spare) if spare else None)
    return EndpointRequest(body.direction, events, body.tag)


def _check_url(field: str, value: str | None) -> None:
    try:
        url(field, value)
    except ApiError as error:
        if error.entry is fields.TOO_LONG:
            rule = f"must contain at most {URL_CHARACTERS} characters"
        else:
            rule = "must be an absolute http or https URL"
        raise _invalid("field", field, rule) from error


def _wanted(query: Mapping[str, str]) -> EndpointFilter:
    _one_of("type", query, [KIND])
    _one_of("status", query, [*DeviceStatus])
    limit, after = query.get("limit"), query.get("afterCursor")
    status = query.get("status")
    return EndpointFilter(
        DeviceStatus(status) if status is not None else None,
        PAGE_ITEMS if limit is None else _limit(limit),
        None if after is None else _position(after),
    )


def _one_of(name: str, query: Mapping[str, str], choices: Sequence[str]) -> None:
    if name in query and query[name] not in choices:
        rule = "must be " + ("one of " if len(choices) > 1 else "") + ", ".join(choices)
        raise _invalid("parameter", name, rule)


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PAGE_MAX:
        return int(text)
    raise _invalid("parameter", "limit", f"must be between 1 and {PAGE_MAX}")


def _cursor(last: EndpointRecord) -> str:
    position = msgspec.json.encode((last.created, last.endpoint_id))
    return base64.urlsafe_b64encode(position).decode().rstrip("=")


def _position(cursor: str) -> tuple[float, str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        data = base64.b64decode(padded, altchars=b"-_", validate=True)
        return msgspec.json.decode(data, type=tuple[float, str])
    except ValueError as error:  # also what base64 and msgspec raise
        rule = "must be that of a `next` link"
        raise _invalid("parameter", "afterCursor", rule) from error


def _invalid(place: str, name: str, rule: str) -> ApiError:
    return ApiError(endpoints.INVALID_PARAMETER, source=(place, name), fault=f"{name} {rule}")


def _link(href: str, rel: str) -> LinkView:
    return {"href": href, "rel": rel, "method": "GET"}


def _page(page: EndpointPage, size: int) -> PageView:
    return {
        "pageSize": size,
        "totalElements": page.total,
        "totalPages": -(-page.total // size),
        "pageNumber": page.before // size,
    }


def _view(record: EndpointRecord) -> EndpointView:
    view: EndpointView = {
        "endpointId": record.endpoint_id,
        "type": KIND,
        "status": record.status,
        "creationTimestamp": timestamp(record.created),
        "expirationTimestamp": timestamp(record.expires),
    }
    if record.tag is not None:
        view["tag"] = record.tag
    return view


def _whole(record: EndpointRecord) -> WholeEndpointView:
    return {**_view(record), "devices": [_device(each) for each in record.devices]}


def _device(device: Device) -> DeviceView:
    view: DeviceView = {
        "deviceId": device.device_id,
        "status": device.status,
        "creationTimestamp": timestamp(device.created),
    }
    if device.name is not None:
        view["deviceName"] = device.name
    return view
