"""Following event logs by REST."""

import pytest
from tests.api.client import ACCOUNT, Answer, Stage, basic

from offhook.records import Event

PREFIX = f"/offhook/v1/accounts/{ACCOUNT}/events"
STATE = {"state": "answered"}


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.events.events = [
        Event("c-1", 1, 1000.0, "call.state", STATE),
        Event("c-2", 1, 1001.5, "call.state", STATE),
        Event("c-1", 2, 1002.0, "media.digit", {"digit": "5", "inband": False}),
    ]
    return made


def ask(stage: Stage, path: str = "") -> Answer:
    return stage.ask("GET", PREFIX + path, headers=basic())


def numbers(answer: Answer) -> list[tuple[str, int]]:
    return [(each["callId"], each["number"]) for each in answer.json()["events"]]


def test_the_first_question_is_answered_with_where_to_begin(stage: Stage) -> None:
    answer = ask(stage)

    assert answer.json() == {"events": [], "next": "p.3", "missed": False}


def test_the_next_one_gets_what_has_happened_meanwhile(stage: Stage) -> None:
    answer = ask(stage, "?after=p.1&wait=8")

    assert numbers(answer) == [("c-2", 1), ("c-1", 2)]
    assert answer.json()["events"][1] == {
        "callId": "c-1",
        "number": 2,
        "time": "1970-01-01T00:16:42.000Z",
        "kind": "media.digit",
        "data": {"digit": "5", "inband": False},
    }
    assert stage.events.asked == [(ACCOUNT, "p.1", 8)]


def test_one_may_begin_in_the_past(stage: Stage) -> None:
    answer = ask(stage, "?since=1970-01-01T00:16:41Z")

    assert numbers(answer) == [("c-2", 1), ("c-1", 2)]
    assert answer.json()["missed"] is True


def test_a_single_log_goes_on_after_a_number(stage: Stage) -> None:
    stage.events.live = False
    answer = ask(stage, "/c-1?after=1")

    assert numbers(answer) == [("c-1", 2)]
    assert {n: v for n, v in answer.json().items() if n != "events"} == {
        "next": 2,
        "state": "ended",
        "pendingWebhooks": 1,
    }
    assert ask(stage, "/c-1?after=7").json()["next"] == 7
    assert ask(stage, "/c-9").status == 404


@pytest.mark.parametrize(
    ("query", "description"),
    [
        ("?wait=9", "wait must be within the range [0, 8], but was 9"),
        ("?wait=1.5", "Invalid wait: must be an integer"),
        ("/c-1?after=-1", "Invalid after: must be an integer"),
        ("?since=yesterday", "since"),
        ("?after=elsewhere", "page"),
    ],
)
def test_bad_parameters_are_refused_by_name(stage: Stage, query: str, description: str) -> None:
    answer = ask(stage, query)

    assert answer.status == 400
    assert description in answer.json()["description"]


def test_they_are_for_users_of_the_account_alone(stage: Stage) -> None:
    assert stage.ask("GET", PREFIX).status == 401
    assert stage.ask("GET", PREFIX, headers=basic("clerk")).status == 403
