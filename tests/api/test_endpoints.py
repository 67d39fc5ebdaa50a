"""The operations of the Endpoints API (rest.md 11) and its envelope (errors.md 7.1)."""

import json
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.api.client import ACCOUNT, BASE, OTHER, SUSPENDED, Answer, Stage, basic

from offhook.hooks import Hook, Target
from offhook.records import Device, DeviceStatus, EndpointRecord

FAMILIES = ("/v2", "/api/v2")
PATH = f"/v2/accounts/{ACCOUNT}/endpoints"
BODY = {"type": "WEBRTC", "direction": "BIDIRECTIONAL"}
JSON, XML = {"Content-Type": "application/json"}, {"Content-Type": "application/xml"}
BXML = b"<Response><SpeakSentence>hi</SpeakSentence></Response>"
AUTHORIZATION = {"header": "Authorization"}
CLOSED = "The provided credentials are not authorized to access this resource."
MADE = "2026-02-02T02:40:00.000Z"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def ask(stage: Stage, method: str, target: str = PATH, body: object = None) -> Answer:
    if body is None:
        return stage.ask(method, target, None, basic())
    kind = XML if isinstance(body, bytes) else JSON
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return stage.ask(method, target, raw, {**basic(), **kind})


def create(stage: Stage, **changes: object) -> Any:
    return ask(stage, "POST", PATH, BODY | changes).json()["data"]


def refused(
    answer: Answer, status: int, kind: str, description: str, source: dict[str, str] | None = None
) -> None:
    """The whole wire form, byte for byte; the fault's id is the request's."""
    fault: dict[str, Any] = {
        "id": answer.header("x-request-id"),
        "type": kind,
        "description": description,
        "code": str(status),
        **({"source": source} if source else {}),
    }
    body = {"links": [], "data": None, "errors": [fault]}

    assert (answer.status, answer.body.decode()) == (
        status,
        json.dumps(body, separators=(",", ":")),
    )
    assert answer.header("content-type") == "application/json"
    assert str(uuid.UUID(fault["id"])) == fault["id"]


def invalid(answer: Answer, description: str, **source: str) -> None:
    refused(answer, 400, "invalid_parameter", description, source)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_endpoint_is_made_shown_and_removed(stage: Stage, family: str) -> None:
    path = f"{family}/accounts/{ACCOUNT}/endpoints"
    answer = ask(stage, "POST", path, BODY | {"tag": "front desk"})
    data = answer.json()["data"]
    shown = {
        "endpointId": data["endpointId"],
        "type": "WEBRTC",
        "status": "DISCONNECTED",
        "creationTimestamp": MADE,
        "expirationTimestamp": MADE.replace("-02T", "-03T"),
        "tag": "front desk",
        "devices": [],
    }
    own = f"{path}/{data['endpointId']}"
    link = {"href": BASE + own, "rel": "endpoint", "method": "GET"}

    assert answer.status == 201
    assert answer.json() == {"links": [link], "data": shown | {"token": "a.b.c"}, "errors": []}
    answer = ask(stage, "GET", own)
    assert answer.status == 200
    assert answer.json() == {"links": [link | {"rel": "self"}], "data": shown, "errors": []}
    assert (ask(stage, "DELETE", own).status, ask(stage, "DELETE", own).status) == (204, 404)
    assert ask(stage, "GET", path).json()["data"] == []


def test_what_is_sent_is_kept(stage: Stage) -> None:
    url, spare = "https://app.test/events", "http://spare.test/?x=1"
    tag = '{"json": "\N{SNOWMAN}"}'
    more = {"tag": tag, "connectionMetadata": {"a": [1]}}
    made = create(stage, eventCallbackUrl=url, eventFallbackUrl=spare, **more)
    record = stage.endpoints.records[made["endpointId"]]

    assert made["tag"] == tag
    assert record.events == Hook(Target(url), Target(spare))
    assert record.direction == "BIDIRECTIONAL"


def test_null_is_the_same_as_absent(stage: Stage) -> None:
    nothing = dict.fromkeys(("eventCallbackUrl", "eventFallbackUrl", "tag", "connectionMetadata"))

    assert "tag" not in create(stage, **nothing)


LONG_URL = "https://app.test/" + "x" * 2048
NO_URL = "must be an absolute http or https URL."
DIRECTIONS = "direction must be one of INBOUND, OUTBOUND, BIDIRECTIONAL."


@pytest.mark.parametrize(
    ("changes", "field", "description"),
    [
        ({"type": "SIP"}, "type", "type must be WEBRTC."),
        ({"type": None}, "type", "type must be WEBRTC."),
        ({"type": "webrtc"}, "type", "type must be WEBRTC."),
        ({"direction": None}, "direction", DIRECTIONS),
        ({"direction": "inbound"}, "direction", DIRECTIONS),
        ({"eventCallbackUrl": "/relative"}, "eventCallbackUrl", f"eventCallbackUrl {NO_URL}"),
        ({"eventCallbackUrl": "ftp://a.test/"}, "eventCallbackUrl", f"eventCallbackUrl {NO_URL}"),
        ({"eventFallbackUrl": "http://"}, "eventFallbackUrl", f"eventFallbackUrl {NO_URL}"),
        (
            {"eventFallbackUrl": LONG_URL},
            "eventFallbackUrl",
            "eventFallbackUrl must contain at most 2048 characters.",
        ),
        ({"tag": "x" * 1025}, "tag", "tag must contain at most 1024 characters."),
    ],
)
def test_a_bad_member_is_named(
    stage: Stage, changes: dict[str, object], field: str, description: str
) -> None:
    invalid(ask(stage, "POST", PATH, BODY | changes), description, field=field)


@pytest.mark.parametrize(
    ("body", "description"),
    [
        (b"{", "the body is not JSON: line 1, column 2: "),
        (b"[]", "the body is not as documented: Expected `object`, got `array`."),
        (
            b'{"tag": 5}',
            "the body is not as documented: Expected `str | null`, got `int` - at `$.tag`.",
        ),
    ],
)
def test_an_unreadable_body_is_told(stage: Stage, body: bytes, description: str) -> None:
    answer = stage.ask("POST", PATH, body, basic() | JSON)
    (fault,) = answer.json()["errors"]

    assert (answer.status, fault["type"], "source" in fault) == (400, "invalid_parameter", False)
    assert fault["description"].startswith(description)


def test_one_too_many_is_told_when_to_come_back(stage: Stage) -> None:
    stage.endpoints.most = 1
    create(stage)
    answer = ask(stage, "POST", PATH, BODY)
    fault = (
        '{"type":"too_many_endpoints","description":"Too many endpoints. Please delete an existing '
        'endpoint or wait 24 hours for an endpoint to be removed."}'
    )

    assert answer.status == 429
    assert answer.body.decode() == f'{{"links":[],"data":null,"errors":[{fault}]}}'
    assert answer.header("retry-after") == "900"


# lists


def record(number: int, **changes: Any) -> EndpointRecord:
    at = 1_770_000_000.0 - 10 + number
    name = f"e-{number}"
    return EndpointRecord(name, ACCOUNT, "INBOUND", at, at + 86_400, "", **changes)


def test_pages_lead_from_one_to_the_next(stage: Stage) -> None:
    for number in range(5):
        stage.endpoints.records[f"e-{number}"] = record(number)
    seen: list[list[str]] = []
    pages: list[dict[str, int]] = []
    target: str | None = f"{PATH}?type=WEBRTC&limit=2"
    while target is not None:
        body = ask(stage, "GET", target).json()
        links = {each["rel"]: each["href"] for each in body["links"]}
        assert links["self"] == BASE + target
        seen.append([each["endpointId"] for each in body["data"]])
        pages.append(body["page"])
        further = urlsplit(links["next"]) if "next" in links else None
        target = f"{further.path}?{further.query}" if further else None

    size = {"pageSize": 2, "totalElements": 5, "totalPages": 3}
    assert seen == [["e-0", "e-1"], ["e-2", "e-3"], ["e-4"]]
    assert pages == [size | {"pageNumber": number} for number in range(3)]


def test_a_list_is_filtered_by_status(stage: Stage) -> None:
    device = Device("d-1", 1_770_000_000.0, "Chrome")
    stage.endpoints.records["e-1"] = record(1, devices=(device,))
    stage.endpoints.records["e-2"] = record(2)

    (found,) = ask(stage, "GET", f"{PATH}?status=CONNECTED").json()["data"]
    assert (found["endpointId"], found["status"], "devices" in found) == ("e-1", "CONNECTED", False)
    assert stage.endpoints.wanted[-1].status is DeviceStatus.CONNECTED
    shown = ask(stage, "GET", f"{PATH}/e-1").json()["data"]["devices"]
    assert shown == [
        {
            "deviceId": "d-1",
            "status": "CONNECTED",
            "creationTimestamp": MADE,
            "deviceName": "Chrome",
        }
    ]


def test_an_empty_list_has_its_envelope(stage: Stage) -> None:
    page = {"pageSize": 100, "totalElements": 0, "totalPages": 0, "pageNumber": 0}
    body = ask(stage, "GET").json()

    assert body == {
        "links": [{"href": BASE + PATH, "rel": "self", "method": "GET"}],
        "page": page,
        "data": [],
        "errors": [],
    }


@pytest.mark.parametrize(
    ("query", "parameter", "description"),
    [
        ("limit=0", "limit", "limit must be between 1 and 1000."),
        ("limit=1001", "limit", "limit must be between 1 and 1000."),
        ("limit=%2B5", "limit", "limit must be between 1 and 1000."),
        ("limit=", "limit", "limit must be between 1 and 1000."),
        (f"limit={'9' * 5000}", "limit", "limit must be between 1 and 1000."),
        ("type=SIP", "type", "type must be WEBRTC."),
        ("status=connected", "status", "status must be one of CONNECTED, DISCONNECTED."),
        ("afterCursor=!!", "afterCursor", "afterCursor must be that of a `next` link."),
        ("afterCursor=WzEsMl0", "afterCursor", "afterCursor must be that of a `next` link."),
    ],
)
def test_a_bad_parameter_is_named(
    stage: Stage, query: str, parameter: str, description: str
) -> None:
    invalid(ask(stage, "GET", f"{PATH}?{query}"), description, parameter=parameter)


# documents


def test_a_document_is_handed_on(stage: Stage) -> None:
    made = create(stage)
    answer = ask(stage, "PUT", f"{PATH}/{made['endpointId']}/bxml", BXML)

    assert (answer.status, answer.body) == (204, b"")
    assert stage.endpoints.played == [(made["endpointId"], BXML, None)]


@pytest.mark.parametrize(
    ("body", "description"),
    [
        (b"", "the body is empty."),
        (b"<Response>", "Invalid BXML: "),
        (b"<Response><Refer/></Response>", "Invalid BXML: "),
        (b"x" * 65_537, "Invalid BXML: must not exceed 64 KB."),
    ],
)
def test_a_bad_document_is_refused_in_the_envelope(
    stage: Stage, body: bytes, description: str
) -> None:
    made = create(stage)
    answer = stage.ask("PUT", f"{PATH}/{made['endpointId']}/bxml", body, basic() | XML)
    (fault,) = answer.json()["errors"]

    assert (answer.status, fault["type"]) == (400, "invalid_parameter")
    assert fault["description"].startswith(description)
    assert fault["description"].endswith(".")


# the order of checks, in this envelope


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("method", "below"),
    [("GET", ""), ("POST", ""), ("GET", "/e-1"), ("DELETE", "/e-1"), ("PUT", "/e-1/bxml")],
)
def test_wrong_credentials_win_over_everything(
    stage: Stage, family: str, method: str, below: str
) -> None:
    target = f"{family}/accounts/x/endpoints{below}"
    answer = stage.ask(method, target, None, basic(password="wrong"))

    refused(answer, 401, "unauthorized", CLOSED, AUTHORIZATION)
    assert [value for name, value in answer.headers if name == "www-authenticate"] == [
        'Basic realm="offhook", charset="UTF-8"',
        'Bearer realm="offhook"',
    ]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("account", "status", "kind", "source"),
    [
        ("12345", 403, "forbidden", AUTHORIZATION),
        (SUSPENDED, 403, "forbidden", AUTHORIZATION),
        (OTHER, 401, "unauthorized", AUTHORIZATION),
        ("not-digits", 404, "resource_not_found", {"reference": "not-digits"}),
        ("not%20digits", 404, "resource_not_found", {"reference": "not digits"}),
    ],
)
def test_the_account_is_looked_at_next(
    stage: Stage, family: str, account: str, status: int, kind: str, source: dict[str, str]
) -> None:
    text = "The requested resource was not found." if status == 404 else CLOSED
    answer = ask(stage, "GET", f"{family}/accounts/{account}/endpoints/e-1")

    refused(answer, status, kind, text, source)


@pytest.mark.parametrize("below", ["", "/bxml"])
@pytest.mark.parametrize("family", FAMILIES)
def test_an_unknown_endpoint_is_named(stage: Stage, family: str, below: str) -> None:
    method, body = ("PUT", BXML) if below else ("GET", None)
    answer = ask(stage, method, f"{family}/accounts/{ACCOUNT}/endpoints/e-9{below}", body)

    text = "The requested resource was not found."
    refused(answer, 404, "resource_not_found", text, {"reference": "e-9"})


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("", "GET, HEAD, POST"),
        ("/e-1", "GET, HEAD, DELETE"),
        ("/e-1/bxml", "PUT"),
    ],
)
def test_a_method_that_is_not_there_is_told_the_others(
    stage: Stage, target: str, allowed: str
) -> None:
    answer = ask(stage, "PATCH", PATH + target)

    text = "The requested method is not allowed on this resource."
    refused(answer, 405, "method_not_allowed", text)
    assert answer.header("allow") == allowed


@pytest.mark.parametrize(
    ("method", "below", "kind", "takes"),
    [
        ("POST", "", {"Content-Type": "text/plain"}, "application/json"),
        ("POST", "", {}, "application/json"),
        ("PUT", "/e-9/bxml", JSON, "application/xml, text/xml"),
    ],
)
def test_the_type_of_a_body_comes_before_what_is_asked_about(
    stage: Stage, method: str, below: str, kind: dict[str, str], takes: str
) -> None:
    answer = stage.ask(method, PATH + below, b"{}", basic() | kind)

    text = "The provided media type is not supported."
    refused(answer, 415, "unsupported_media_type", text, {"header": "Content-Type"})
    assert answer.header("accept") == takes


@pytest.mark.parametrize(
    "target",
    [
        f"/v2/accounts/{ACCOUNT}/calls",
        f"/v2/accounts/{ACCOUNT}",
        f"{PATH}/e-1/more",
        f"/api{PATH}/e-1/bxml/more",
    ],
)
def test_any_other_path_of_the_family_has_the_envelope_too(stage: Stage, target: str) -> None:
    refused(
        ask(stage, "GET", target),
        404,
        "resource_not_found",
        "The requested resource was not found.",
    )


@pytest.mark.parametrize("target", ["/v2", "/v2/accounts", "/v3/accounts/1", f"/api{PATH}s"])
def test_what_is_no_path_of_the_family_is_said_in_the_words_of_voice(
    stage: Stage, target: str
) -> None:
    answer = ask(stage, "GET", target)

    assert answer.json() == {"type": "validation", "description": "Not Found", "id": None}


def test_a_malformed_path_of_the_family_is_in_the_envelope(stage: Stage) -> None:
    text = "path or query have a malformed percent-encoding or a control character."
    refused(ask(stage, "GET", f"{PATH}/%zz"), 400, "invalid_parameter", text)


def test_overload_is_a_500_here() -> None:
    answer = Stage(in_flight=0).ask("GET", PATH, None, basic())

    refused(answer, 500, "service_unavailable", "The service is currently unavailable.")
    assert answer.header("retry-after") is None


def test_head_is_get_without_a_body(stage: Stage) -> None:
    answer = ask(stage, "HEAD", f"{PATH}/e-9")

    assert (answer.status, answer.body) == (404, b"")


def test_a_refusal_is_kept_under_its_own_words(stage: Stage) -> None:
    answer = ask(stage, "GET", f"{PATH}/e-9")
    (incident,) = stage.refused

    assert incident.id == answer.json()["errors"][0]["id"]
    assert incident.data["entry"] == "endpoint-not-found"
