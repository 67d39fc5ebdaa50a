"""The order of checks, and the acceptance checklist of errors.md 11 row by row."""

import asyncio
import base64
import uuid
from typing import Any

import pytest
from tests.api.client import ACCOUNT, APPLICATION, OTHER, SUSPENDED, Answer, Stage, basic

from offhook.errors import http
from offhook.records import CallState
from offhook.store import StoreError
from offhook.testing.loop import virtual

CALLS = f"/api/v2/accounts/{ACCOUNT}/calls"
UNKNOWN = f"{CALLS}/c-nobody"
JSON = {"Content-Type": "application/json"}
CALL = {
    "from": "+12025550100",
    "to": "+12025550143",
    "applicationId": APPLICATION,
    "answerUrl": "https://app.example.test/answer",
}
URL = {"redirectUrl": "https://app.example.test/on"}


@pytest.fixture
def stage() -> Stage:
    return Stage()


def check(answer: Answer, status: int, kind: str, description: str, wire_id: str = "null") -> None:
    """The whole wire form of an error: bytes, content type, request id."""
    expected = f'{{"type":"{kind}","description":"{description}","id":{wire_id}}}'
    request_id = answer.header("x-request-id")

    assert (answer.status, answer.body.decode()) == (status, expected)
    assert answer.header("content-type") == "application/json;charset=UTF-8"
    assert request_id == str(uuid.UUID(request_id))


def check_bad(answer: Answer, description: str) -> None:
    check(answer, 400, "validation", description)


def refused(answer: Answer, description: str) -> None:
    check(answer, 401, "authentication-error", description)

    assert [value for name, value in answer.headers if name == "www-authenticate"] == [
        'Basic realm="offhook", charset="UTF-8"',
        'Bearer realm="offhook"',
    ]


@pytest.mark.parametrize(
    ("credentials", "description"),
    [
        (None, "Unauthorized"),
        ("Digest abc", "Unauthorized"),
        ("Basic", "Unauthorized"),
        ("bearer ", "Unauthorized"),
        ("Basic !!!", "Failed to decode basic authentication token"),
        ("Basic /w==", "Failed to decode basic authentication token"),
        ("Basic YTpi\xe9", "Failed to decode basic authentication token"),
        ("Basic bm9jb2xvbg==", "Invalid basic authentication token"),
        ("basic " + base64.b64encode(b"alice:wrong").decode(), http.INVALID_CREDENTIALS),
        ("Basic " + base64.b64encode(b"nobody:secret").decode(), http.INVALID_CREDENTIALS),
        ("Basic " + base64.b64encode(b":").decode(), http.INVALID_CREDENTIALS),
        ("Basic " + base64.b64encode(b"gone:secret").decode(), http.INVALID_CREDENTIALS),
    ],
)
@pytest.mark.parametrize("path", [CALLS, UNKNOWN, "/api/v2/accounts/nonsense/invalid-path"])
def test_without_good_credentials_every_path_below_an_account_is_401(
    stage: Stage, credentials: str | None, description: Any, path: str
) -> None:
    headers = {"Authorization": credentials} if credentials else {}
    text = description if isinstance(description, str) else description.description

    refused(stage.ask("GET", path, headers=headers), text)


def test_a_refused_bearer_token_is_called_invalid_in_the_challenge(stage: Stage) -> None:
    answer = stage.ask("GET", CALLS, headers={"Authorization": "Bearer nonsense"})

    check(answer, 401, "authentication-error", "The credentials provided were invalid")
    assert ("www-authenticate", 'Bearer realm="offhook", error="invalid_token"') in answer.headers


def test_a_user_of_another_account_is_unauthorized(stage: Stage) -> None:
    refused(stage.ask("GET", f"/api/v2/accounts/{OTHER}/calls", headers=basic()), "Unauthorized")


@pytest.mark.parametrize("account", ["not%20an%20account%20id", "1", "", "%F0%9F%93%9E"])
def test_an_unknown_account_is_denied(stage: Stage, account: str) -> None:
    answer = stage.ask("GET", f"/api/v2/accounts/{account}/calls", headers=basic())

    check(answer, 403, "authorization-error", "Access is denied")


@pytest.mark.parametrize("path", [CALLS, UNKNOWN, CALLS + "/a/b/c"])
def test_a_user_without_the_voice_role_is_denied_before_anything_is_looked_up(
    stage: Stage, path: str
) -> None:
    answer = stage.ask("GET", path, headers=basic("clerk"))

    check(answer, 403, "authorization-error", "Access is denied")


def test_a_suspended_account_is_forbidden(stage: Stage) -> None:
    answer = stage.ask("GET", f"/api/v2/accounts/{SUSPENDED}/calls", headers=basic())

    check(answer, 403, "authorization-error", "Forbidden")


@pytest.mark.parametrize(
    ("body", "description"),
    [
        (b"{", "Bad Request"),
        (
            {},
            "Missing at least one required field. "
            "Required fields are [from, to, answerUrl, applicationId]",
        ),
        (CALL | {"to": "scooby-doo"}, "Invalid to: must be an E164 telephone number"),
        (
            CALL | {"callTimeout": 301},
            "callTimeout must be within the range [1, 300], but was 301",
        ),
        (
            CALL | {"applicationId": "unknown-1"},
            "Could not create call: Application id unknown-1 not found",
        ),
    ],
)
def test_a_bad_create_call_is_400(stage: Stage, body: object, description: str) -> None:
    check_bad(stage.calls("POST", "", body), description)


@pytest.mark.parametrize("below", ["/c-nobody", "/c-nobody/", "/%C3%A9%20x", "/" + "x" * 3000])
def test_an_unknown_call_is_not_found(stage: Stage, below: str) -> None:
    check(stage.calls("GET", below), 404, "validation", "not found")


@pytest.mark.parametrize(
    "path",
    [
        f"/api/v2/accounts/{ACCOUNT}/invalid-path",
        f"/api/v2/accounts/{ACCOUNT}",
        f"/api/v2/accounts/{ACCOUNT}/",
        f"{CALLS}//",
        f"{CALLS}/c-1/bxml/more",
        f"{CALLS}/c-1/transcription",
    ],
)
def test_a_path_without_a_route_is_not_found_in_capitals(stage: Stage, path: str) -> None:
    check(stage.ask("GET", path, headers=basic()), 404, "validation", "Not Found")


@pytest.mark.parametrize("path", ["/", "/api/v2/accounts", "/api/v2/accounts/", "/favicon.ico"])
def test_a_path_outside_the_accounts_is_not_found_without_credentials(
    stage: Stage, path: str
) -> None:
    check(stage.ask("GET", path), 404, "validation", "Not Found")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    ("below", "allow"),
    [("", "GET, HEAD, POST"), ("/", "GET, HEAD, POST"), ("/c-1", "GET, HEAD, POST")],
)
def test_a_method_the_path_does_not_take_is_405(
    stage: Stage, method: str, below: str, allow: str
) -> None:
    answer = stage.calls(method, below)

    check(answer, 405, "validation", "Method Not Allowed")
    assert answer.header("allow") == allow


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS"])
def test_bxml_is_put_only(stage: Stage, method: str) -> None:
    answer = stage.calls(method, "/c-1/bxml")

    assert (answer.status, answer.header("allow")) == (405, "PUT")


def call_in(stage: Stage, state: CallState) -> str:
    """Make a call and bring it to the state."""
    call_id: str = stage.calls("POST", "", CALL).json()["callId"]
    for passed in list(CallState)[1 : list(CallState).index(state) + 1]:
        stage.service.advance(call_id, passed)
    return call_id


def conflict(answer: Answer, call_id: str) -> None:
    text = f"Call [{call_id}] cannot be modified in its current state"

    check(answer, 409, "validation", text, wire_id='""')


def test_redirecting_a_call_that_ended_5_s_ago_conflicts(stage: Stage) -> None:
    call_id = call_in(stage, CallState.DISCONNECTED)
    stage.now += 5

    conflict(stage.calls("POST", f"/{call_id}", {"state": "active"} | URL), call_id)


def test_completing_twice_is_200_then_409(stage: Stage) -> None:
    call_id = call_in(stage, CallState.ANSWERED)
    first = stage.calls("POST", f"/{call_id}", {"state": "completed"})

    assert (first.status, first.body, first.header("content-type")) == (200, b"", None)
    conflict(stage.calls("POST", f"/{call_id}", {"state": "completed"}), call_id)


def test_completing_3_s_after_the_document_ran_out_is_200(stage: Stage) -> None:
    call_id = call_in(stage, CallState.DISCONNECTED)
    stage.service.ran_out.add(call_id)
    stage.now += 3

    assert stage.calls("POST", f"/{call_id}", {"state": "completed"}).status == 200


def test_completing_with_a_redirect_url_and_a_tag_is_200(stage: Stage) -> None:
    call_id = call_in(stage, CallState.ANSWERED)
    body = {"state": "completed", "redirectUrl": "ftp://odd", "tag": "x" * 5000}

    assert stage.calls("POST", f"/{call_id}", body).status == 200


def test_a_null_state_is_400_even_with_a_redirect_url(stage: Stage) -> None:
    call_id = call_in(stage, CallState.ANSWERED)
    answer = stage.calls("POST", f"/{call_id}", {"state": None} | URL)

    check_bad(answer, "Invalid state: must be one of [active, completed]")


def test_a_call_that_ended_two_minutes_ago_can_be_read_but_not_changed(stage: Stage) -> None:
    call_id = call_in(stage, CallState.DISCONNECTED)
    stage.now += 120

    check(stage.calls("POST", f"/{call_id}", URL), 404, "validation", "not found")
    assert stage.calls("GET", f"/{call_id}").status == 200


@pytest.mark.parametrize("state", [CallState.QUEUED, CallState.INITIATED])
def test_redirecting_a_queued_or_ringing_call_conflicts(stage: Stage, state: CallState) -> None:
    call_id = call_in(stage, state)

    conflict(stage.calls("POST", f"/{call_id}", {"state": "active"} | URL), call_id)


def test_a_create_style_body_for_an_unknown_call_is_404(stage: Stage) -> None:
    check(stage.calls("POST", "/c-nobody", CALL), 404, "validation", "not found")


def test_a_body_without_content_type_is_415(stage: Stage) -> None:
    answer = stage.ask("POST", CALLS, b"{}", basic())

    check(answer, 415, "validation", "Unsupported Media Type")
    assert answer.header("accept") == "application/json"


def test_a_text_body_is_415_with_its_type(stage: Stage) -> None:
    headers = basic() | {"Content-Type": "Text/Plain; charset=utf-8"}
    answer = stage.ask("POST", CALLS, b"{}", headers)

    check(answer, 415, "validation", "Content type 'text/plain;charset=UTF-8' not supported")


def test_a_full_queue_is_429_with_an_empty_id(stage: Stage) -> None:
    stage.service.refusal = http.RATE_LIMIT
    answer = stage.calls("POST", "", CALL)

    check(answer, 429, "error", "Account call creation rate limit exceeded", wire_id='""')
    assert answer.header("retry-after") == "1"


def test_a_handler_that_fails_is_500_without_a_word_about_why(stage: Stage) -> None:
    stage.service.bug = KeyError("secret table name")
    answer = stage.calls("GET", "/c-1")

    check(answer, 500, "internal-error", "An unknown internal error occurred")


def test_a_store_that_is_gone_is_503(stage: Stage) -> None:
    stage.service.bug = StoreError("disk full")
    answer = stage.calls("GET", "/c-1")

    check(answer, 503, "system-overloaded", "Handling too many requests")


@virtual
async def test_a_store_that_keeps_an_operation_waiting_is_503() -> None:
    stage = Stage()
    stage.service.waits_s = 60.0
    answer = await stage.send("GET", f"/api/v2/accounts/{ACCOUNT}/calls/c-1", headers=basic())

    check(answer, 503, "system-overloaded", "Handling too many requests")


def test_a_failure_outside_operations_is_500_in_other_words(stage: Stage) -> None:
    stage.directory = None  # type: ignore[assignment]

    check(stage.calls("GET"), 500, "internal-error", "Internal Server Error")


def test_a_full_node_is_503(stage: Stage) -> None:
    stage.service.refusal = http.NODE_FULL
    answer = stage.calls("POST", "", CALL)

    check(answer, 503, "system-overloaded", "Managing too many concurrent calls")
    assert answer.header("retry-after") == "1"


def test_the_cap_on_requests_in_flight_comes_before_everything(stage: Stage) -> None:
    answer = Stage(in_flight=0).ask("GET", "/nowhere")

    check(answer, 503, "system-overloaded", "Handling too many requests")
    assert answer.header("retry-after") == "1"


def test_a_draining_node_refuses_and_says_for_how_long(stage: Stage) -> None:
    stage.server.admission.close(30)

    answer = stage.calls("GET")

    check(answer, 503, "system-overloaded", "Handling too many requests")
    assert answer.header("retry-after") == "30"


# The consequences that errors.md 6 says are worth testing.


def test_bad_credentials_win_over_an_unknown_call(stage: Stage) -> None:
    answer = stage.ask("GET", UNKNOWN, headers=basic(password="wrong"))

    refused(answer, "The credentials provided were invalid")


def test_the_content_type_wins_over_an_unknown_call(stage: Stage) -> None:
    headers = basic() | {"Content-Type": "text/plain"}

    assert stage.ask("POST", UNKNOWN, b"{}", headers).status == 415


def test_malformed_json_wins_over_an_unknown_call(stage: Stage) -> None:
    check_bad(stage.calls("POST", "/c-nobody", b"{"), "Bad Request")


def test_an_unknown_call_wins_over_a_missing_field(stage: Stage) -> None:
    check(stage.calls("POST", "/c-nobody", {}), 404, "validation", "not found")


def test_a_missing_field_wins_over_the_state_of_the_call(stage: Stage) -> None:
    call_id = call_in(stage, CallState.DISCONNECTED)
    text = "Missing at least one required field. Required fields are [redirectUrl]"

    check_bad(stage.calls("POST", f"/{call_id}", {"state": "active"}), text)
    conflict(stage.calls("POST", f"/{call_id}", URL), call_id)


def test_an_invalid_field_wins_over_a_full_queue(stage: Stage) -> None:
    stage.service.refusal = http.RATE_LIMIT

    assert stage.calls("POST", "", CALL | {"to": "x"}).status == 400


def test_the_method_is_decided_before_the_body_is_read(stage: Stage) -> None:
    assert stage.calls("DELETE", "", b"{").status == 405


# Step 2: messages that cannot be read.


@pytest.mark.parametrize(
    "target",
    [f"{CALLS}/%zz", f"{CALLS}/%", f"{CALLS}/%ff", f"{CALLS}?to=%2", f"{CALLS}?a=%00", "/%0a"],
)
def test_a_malformed_target_is_unreadable_even_without_credentials(
    stage: Stage, target: str
) -> None:
    check_bad(stage.ask("GET", target), "Bad Request")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"to":1}',
        b'{"privacy":"yes"}',
        b'{"priority":"high"}',
        b'{"callTimeout":"30"}',
        b'{"callTimeout":true}',
        b'{"to":"a","to":"b"}',
        b'{"a":{"b":1,"b":2}}',
        b'{"to":"\xff"}',
        b'{"to":"\\ud800"}',
        b'\xef\xbb\xbf{"to":"a"}',
        b'{"callTimeout":NaN}',
        b'{"machineDetection":"sync"}',
        b'{"machineDetection":{"delayResult":1}}',
        b"[" * 100_000,
        b'{"a":"' + b"x" * 2**20 + b'"}',
    ],
    ids=lambda body: repr(body[:24]),
)
def test_an_unreadable_body_is_a_bad_request(stage: Stage, body: bytes) -> None:
    check_bad(stage.calls("POST", "", body), "Bad Request")


def test_an_empty_body_without_content_type_is_a_bad_request_not_415(stage: Stage) -> None:
    check_bad(stage.ask("POST", CALLS, None, basic()), "Bad Request")


def test_a_big_body_of_a_wrong_type_is_415_first(stage: Stage) -> None:
    headers = basic() | {"Content-Type": "text/plain"}

    assert stage.ask("POST", CALLS, b"x" * (2**20 + 1), headers).status == 415


def test_head_is_get_without_a_body(stage: Stage) -> None:
    get, head = stage.calls("GET"), stage.calls("HEAD")

    assert (head.status, head.body) == (200, b"")
    assert head.header("content-length") == str(len(get.body))
    assert stage.calls("HEAD", "/c-nobody").status == 404


def test_the_content_type_of_a_get_is_never_looked_at(stage: Stage) -> None:
    assert stage.calls("GET", headers={"Content-Type": "nonsense"}).status == 200


def test_each_answer_has_its_own_request_id(stage: Stage) -> None:
    ids = {stage.calls("GET").header("x-request-id") for _ in range(3)}

    assert len(ids) == 3


def test_a_client_that_goes_away_gets_nothing(stage: Stage) -> None:
    sent: list[object] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": CALLS,
        "raw_path": CALLS.encode(),
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode()) for k, v in (basic() | JSON).items()],
        "client": None,
    }
    asyncio.run(stage.server(scope, receive, send))

    assert sent == []
    assert stage.server.admission.in_flight == 0


def test_the_detailed_wording_names_the_call_as_it_was_sent() -> None:
    stage = Stage(detailed_not_found=True)

    check(stage.calls("GET", "/c%201%C2%85"), 404, "validation", "Call [c 1] not found")
    text = f"Call [{'y' * 128}] not found"
    check(stage.calls("POST", "/" + "y" * 200, {}), 404, "validation", text)
    check(stage.ask("GET", "/nowhere"), 404, "validation", "Not Found")
