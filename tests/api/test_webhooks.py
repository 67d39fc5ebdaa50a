"""Our own operations on webhooks."""

import pytest
from tests.api.client import ACCOUNT, BASE, Answer, Stage, basic
from tests.store.samples import delivery

from offhook.hooks import Credentials, Target
from offhook.records import Event

PREFIX = f"/offhook/v1/accounts/{ACCOUNT}/webhooks"


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.mail.deliveries = [
        delivery("c-1", number, id=f"e-{number}", created=1000.0 + number) for number in range(1, 6)
    ]
    made.mail.deliveries[1:3] = [
        delivery("c-1", 2, id="e-2", created=1002.0, delivered=1002.5, redeliveries=1),
        delivery("c-2", 3, id="e-3", created=1003.0, failed="HTTP 500", sync=True),
    ]
    return made


def ask(stage: Stage, path: str = "", method: str = "GET") -> Answer:
    return stage.ask(method, PREFIX + path, headers=basic())


def ids(answer: Answer) -> list[str]:
    return [each["eventId"] for each in answer.json()]


def test_a_list_says_of_each_what_became_of_it(stage: Stage) -> None:
    answer = ask(stage, "?callId=c-2")

    assert answer.status == 200
    assert answer.json() == [
        {
            "eventId": "e-3",
            "callId": "c-2",
            "sequence": 3,
            "eventType": "disconnect",
            "synchronous": True,
            "method": "POST",
            "url": "https://app.test/bye",
            "state": "failed",
            "createdTime": "1970-01-01T00:16:43.000Z",
            "deliveredTime": None,
            "failure": "HTTP 500",
            "redeliveries": 0,
        }
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["e-1", "e-2", "e-3", "e-4", "e-5"]),
        ("?state=failed", ["e-3"]),
        ("?state=delivered", ["e-2"]),
        ("?eventType=dtmf", []),
        ("?since=1970-01-01T00:16:44Z", ["e-4", "e-5"]),
    ],
)
def test_filters(stage: Stage, query: str, found: list[str]) -> None:
    assert ids(ask(stage, query)) == found


def test_pages_follow_each_other(stage: Stage) -> None:
    seen: list[str] = []
    path = "?pageSize=2&callId=c-1"
    for _ in range(4):
        answer = ask(stage, path)
        seen += ids(answer)
        link = answer.header("link")
        if link is None:
            break
        assert link.startswith(f"<{BASE}{PREFIX}?callId=c-1&pageSize=2&after=")
        assert link.endswith('>; rel="next"')
        path = "?" + link.partition("?")[2].partition(">")[0]

    assert seen == ["e-1", "e-2", "e-4", "e-5"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?state=lost", "Invalid state: must be one of [pending, delivered, failed]"),
        ("?since=noon", "Invalid since: must be an ISO8601 date and time"),
        ("?pageSize=x", "Invalid pageSize: must be an integer"),
        ("?pageSize=0", "pageSize must be within the range [1, 1000], but was 0"),
        ("?after=e-9", "Invalid pageToken"),
    ],
)
def test_a_bad_query_is_told(stage: Stage, query: str, told: str) -> None:
    answer = ask(stage, query)

    assert (answer.status, answer.json()["description"]) == (400, told)


def test_one_is_shown_with_its_event_and_its_attempts_and_no_secret(stage: Stage) -> None:
    secret = Target("https://u:p@app.test/bye?key=1", "GET", Credentials("u", "hidden"))
    stage.mail.deliveries.append(delivery(id="e-7", target=secret, fallback=secret))
    stage.mail.log = [Event("c-1", 4, 1001.5, "webhook.failed", {"failure": "HTTP 500"})]
    answer = ask(stage, "/e-7")

    found = answer.json()
    assert found["event"] == {"eventType": "disconnect", "cause": "hangup"}
    assert found["url"] == found["fallbackUrl"] == "https://app.test/bye"
    assert found["attempts"] == [{"time": "1970-01-01T00:16:41.500Z", "failure": "HTTP 500"}]
    assert b"hidden" not in answer.body
    assert ask(stage, "/e-9").status == 404


def test_one_is_sent_again_in_the_name_of_who_asked(stage: Stage) -> None:
    answer = ask(stage, "/e-2/resend", "POST")

    assert answer.status == 202
    assert (answer.json()["state"], answer.json()["redeliveries"]) == ("pending", 2)
    assert stage.mail.resent == [("e-2", "alice")]


@pytest.mark.parametrize(
    ("event_id", "status", "told"),
    [
        ("e-1", 409, "Webhook [e-1] cannot be sent again in its current state"),
        ("e-3", 409, "Webhook [e-3] cannot be sent again in its current state"),
        ("e-9", 404, "not found"),
    ],
)
def test_what_cannot_be_sent_again_is_told(
    stage: Stage, event_id: str, status: int, told: str
) -> None:
    answer = ask(stage, f"/{event_id}/resend", "POST")

    assert (answer.status, answer.json()["description"]) == (status, told)


def test_the_gate_is_that_of_the_api(stage: Stage) -> None:
    other = PREFIX.replace(ACCOUNT, "9900005")

    assert stage.ask("GET", PREFIX).status == 401
    assert stage.ask("GET", PREFIX, headers=basic("clerk")).status == 403
    assert stage.ask("GET", f"{other}/e-1", headers=basic()).status == 404
    assert ask(stage, "", "POST").status == 405
    assert ask(stage, "/a/b/c").status == 404
    assert stage.ask("GET", f"/api/v2/accounts/{ACCOUNT}/webhooks", headers=basic()).status == 404
