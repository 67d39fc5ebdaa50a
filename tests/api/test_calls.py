"""The operations on calls: what they answer when all is well, byte for byte where it matters."""

import re

import pytest
from tests.api.client import ACCOUNT, APPLICATION, BASE, Answer, Stage, basic

from offhook.errors import Cause
from offhook.hooks import Credentials, Hook, Target
from offhook.records import CallState

CALL = {
    "from": "+12025550100",
    "to": "+12025550143",
    "applicationId": APPLICATION,
    "answerUrl": "https://app.example.test/answer",
}
URL = "https://app.example.test/on"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def live(stage: Stage) -> str:
    call_id: str = stage.calls("POST", "", CALL).json()["callId"]
    stage.service.advance(call_id, CallState.INITIATED)
    stage.service.advance(call_id, CallState.ANSWERED)
    return call_id


def put(stage: Stage, call_id: str, body: bytes, content_type: str = "application/xml") -> Answer:
    return stage.calls("PUT", f"/{call_id}/bxml", body, {"Content-Type": content_type})


def test_create_call_answers_byte_for_byte(stage: Stage) -> None:
    """Numbers keep their decimal point, absent values are null (rest.md 4.2)."""
    answer = stage.calls("POST", "", CALL)
    call_id = next(iter(stage.service.calls))
    url = f"{BASE}/api/v2/accounts/{ACCOUNT}/calls/{call_id}"

    assert answer.status == 201
    assert answer.header("location") == url
    assert answer.header("content-type") == "application/json;charset=UTF-8"
    assert answer.body.decode() == (
        f'{{"applicationId":"{APPLICATION}","accountId":"{ACCOUNT}","callId":"{call_id}",'
        '"to":"+12025550143","from":"+12025550100","enqueuedTime":"2026-02-02T02:40:00.000Z",'
        f'"callUrl":"{url}","callTimeout":30.0,"callbackTimeout":15.0,"tag":null,'
        '"answerMethod":"POST","answerUrl":"https://app.example.test/answer",'
        '"answerFallbackMethod":"POST","answerFallbackUrl":null,"disconnectMethod":"POST",'
        '"disconnectUrl":null,"username":null,"password":null,"fallbackUsername":null,'
        '"fallbackPassword":null,"priority":5}'
    )


def test_create_call_echoes_what_was_sent_and_masks_passwords(stage: Stage) -> None:
    sent = {
        "answerMethod": "GET",
        "answerFallbackUrl": "https://backup.example.test/",
        "answerFallbackMethod": "GET",
        "disconnectUrl": "https://app.example.test/bye",
        "disconnectMethod": "GET",
        "username": "us\u00e9r",
        "fallbackUsername": "fallback",
        "callTimeout": 12.5,
        "callbackTimeout": 7,
        "priority": 1,
        "tag": "t\u00e4g",
    }
    secrets = {"password": "hunter2", "fallbackPassword": "hunter3"}
    answer = stage.calls("POST", "", CALL | sent | secrets)

    assert answer.json().items() >= (sent | dict.fromkeys(secrets, "*****")).items()
    assert b"hunter" not in answer.body


def test_without_a_configured_address_urls_follow_the_host_header() -> None:
    stage = Stage(public_url=None)

    assert stage.calls("POST", "", CALL).json()["callUrl"].startswith("http://api.test/api/v2/")


def test_get_call_shows_every_key(stage: Stage) -> None:
    call_id = live(stage)
    stage.now += 1.5
    stage.service.advance(call_id, CallState.DISCONNECTED, Cause.BUSY)

    assert stage.calls("GET", f"/{call_id}").json() == {
        "callId": call_id,
        "parentCallId": None,
        "applicationId": APPLICATION,
        "accountId": ACCOUNT,
        "to": "+12025550143",
        "from": "+12025550100",
        "direction": "outbound",
        "state": "disconnected",
        "stirShaken": None,
        "identity": None,
        "enqueuedTime": "2026-02-02T02:40:00.000Z",
        "startTime": "2026-02-02T02:40:00.000Z",
        "answerTime": "2026-02-02T02:40:00.000Z",
        "endTime": "2026-02-02T02:40:01.500Z",
        "disconnectCause": "busy",
        "errorMessage": None,
        "errorId": None,
        "lastUpdate": "2026-02-02T02:40:01.500Z",
    }


def test_a_call_of_another_account_is_not_found(stage: Stage) -> None:
    call_id = live(stage)
    path = f"/api/v2/accounts/9900005/calls/{call_id}"

    assert stage.ask("GET", path, headers=basic()).status == 404


def test_a_list_is_a_bare_array_oldest_first(stage: Stage) -> None:
    assert stage.calls("GET").body == b"[]"

    ids = []
    for _ in range(3):
        ids.append(live(stage))
        stage.now += 1
    answer = stage.calls("GET")

    assert [call["callId"] for call in answer.json()] == ids
    assert answer.header("link") is None


def test_pages_follow_each_other_through_the_link_header(stage: Stage) -> None:
    ids = []
    for _ in range(5):
        ids.append(live(stage))
        stage.now += 1
    seen, target = [], "/?pageSize=2&from=%2B12025550100"
    for _ in range(3):
        answer = stage.calls("GET", target)
        seen += [call["callId"] for call in answer.json()]
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.header("link") or "")
        if link is None:
            break
        prefix = f"{BASE}/api/v2/accounts/{ACCOUNT}/calls"
        assert link[1].startswith(prefix + "?from=%2B12025550100&pageSize=2&pageToken=")
        target = link[1].removeprefix(prefix)

    assert seen == ids
    assert answer.header("link") is None


def test_update_call_redirects_with_hook_and_tag(stage: Stage) -> None:
    call_id = live(stage)
    body = {
        "redirectUrl": URL,
        "redirectMethod": "GET",
        "redirectFallbackUrl": "https://backup.example.test/",
        "username": "u",
        "password": "p",
        "tag": "",
    }
    answer = stage.calls("POST", f"/{call_id}", body)

    assert (answer.status, answer.body) == (200, b"")
    assert stage.service.redirected == [
        (
            call_id,
            Hook(
                Target(URL, "GET", Credentials("u", "p")),
                Target("https://backup.example.test/"),
            ),
            "",
        )
    ]


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml; charset=utf-8"])
def test_update_call_bxml_hands_over_the_document(stage: Stage, content_type: str) -> None:
    call_id = live(stage)
    answer = put(stage, call_id, b"<Bxml><Hangup/></Bxml>", content_type)

    assert (answer.status, answer.body, answer.header("content-type")) == (204, b"", None)
    assert [(i, b) for i, b, _ in stage.service.rescripted] == [
        (call_id, b"<Bxml><Hangup/></Bxml>")
    ]


@pytest.mark.parametrize(
    ("body", "description"),
    [
        (b"", "Bad Request"),
        (b"invalidBXML", "Invalid BXML: not well-formed: "),
        (b"<Response>", "Invalid BXML: not well-formed: "),
        (b"<Response>\xff</Response>", "Invalid BXML: document is not valid utf-8"),
        (b"<Response>" + b" " * 65_536, "Invalid BXML: must not exceed 64 KB"),
    ],
    ids=["empty", "text", "cut", "bytes", "big"],
)
@pytest.mark.parametrize("known", [True, False])
def test_bxml_that_cannot_be_read_is_400_whether_or_not_there_is_a_call(
    stage: Stage, body: bytes, description: str, known: bool
) -> None:
    answer = put(stage, live(stage) if known else "c-nobody", body)

    assert answer.status == 400
    assert answer.json()["description"].startswith(description)


@pytest.mark.parametrize("body", [b"<Nonsense/>", b"<Response><Dance/></Response>"])
def test_bxml_that_breaks_a_rule_is_400_only_when_there_is_a_call(
    stage: Stage, body: bytes
) -> None:
    assert put(stage, live(stage), body).json()["description"].startswith("Invalid BXML: ")
    assert put(stage, "c-nobody", body).status == 404


def test_bxml_of_a_wrong_type_says_which_types_are_right(stage: Stage) -> None:
    answer = put(stage, live(stage), b"{}", "application/json")

    assert answer.json()["description"] == "Content type 'application/json' not supported"
    assert answer.header("accept") == "application/xml, text/xml"


def test_a_call_forgotten_between_look_up_and_change_is_worded_as_configured() -> None:
    """Call control knows only the classic text; the API says it in the chosen wording."""
    stage = Stage(detailed_not_found=True)
    call_id = live(stage)
    stage.service.vanishing.add(call_id)
    answer = stage.calls("POST", f"/{call_id}", {"state": "completed"})

    assert answer.json()["description"] == f"Call [{call_id}] not found"
