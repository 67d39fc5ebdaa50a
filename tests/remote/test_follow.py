"""Following event logs: nothing twice, nothing lost in silence."""

from typing import Any

import pytest
from tests.remote.script import scripted

from offhook.remote import follow
from offhook.remote.desk import Desk, RefusedError, UnreachableError
from offhook.remote.follow import Line

BUSY = (503, {"description": "busy"})


def event(number: int, call: str = "c-1") -> dict[str, Any]:
    time = "2026-01-01T00:00:01.500Z"
    return {"callId": call, "number": number, "time": time, "kind": "call.state", "data": {}}


def page(*numbers: int, after: int, live: bool = True, pending: int = 0) -> tuple[int, Any]:
    return 200, {
        "events": [event(each) for each in numbers],
        "next": numbers[-1] if numbers else after,
        "state": "live" if live else "ended",
        "pendingWebhooks": pending,
    }


def news(*numbers: int, place: str, missed: bool = False) -> tuple[int, Any]:
    return 200, {"events": [event(n) for n in numbers], "next": place, "missed": missed}


class Ear:
    """What was told, and how long was slept."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.slept: list[float] = []

    def line(self, url: str) -> Line:
        return Line(Desk(url, "a", "b"), self.told.append, self.slept.append)


def test_a_log_is_followed_until_the_call_and_its_webhooks_are_over() -> None:
    answers = [
        page(1, 2, after=0),
        page(after=2),
        page(3, after=2, live=False, pending=1),
        page(after=3, live=False, pending=1),
        page(4, after=3, live=False),
        page(after=4, live=False),
    ]
    ear = Ear()
    with scripted({"GET /events/c-1": answers}) as there:
        found = list(follow.log(ear.line(there.url), "c-1"))

    assert [each.number for each in found] == [1, 2, 3, 4]
    assert found[0].at == 1_767_225_601.5
    assert [line for line, _ in there.asked] == [
        f"GET /events/c-1?after={n}&wait=8" for n in (0, 2, 2, 3, 3, 4)
    ]
    assert ear.told == []


def test_a_server_that_is_busy_for_a_while_is_asked_again() -> None:
    answers = [page(1, after=0), BUSY, BUSY, page(2, after=1), page(after=2, live=False)]
    ear = Ear()
    with scripted({"GET /events/c-1": answers}) as there:
        found = list(follow.log(ear.line(there.url), "c-1"))

    assert [each.number for each in found] == [1, 2]
    assert ear.told == ["HTTP 503: busy; trying again", "the server answers again"]


def test_a_server_that_is_gone_is_given_up() -> None:
    ear = Ear()
    with pytest.raises(UnreachableError, match="has not answered for 15 seconds"):
        list(follow.log(ear.line("http://127.0.0.1:9"), "c-1"))

    assert sum(ear.slept) > follow.GIVEN_UP_S
    assert len(ear.told) == 1


def test_what_is_not_there_is_said_at_once() -> None:
    with (
        scripted({"GET /events/c-9": [(404, {"description": "not found"})]}) as there,
        pytest.raises(RefusedError, match="404"),
    ):
        list(follow.log(Ear().line(there.url), "c-9"))

    assert len(there.asked) == 1


def test_everything_goes_on_from_place_to_place_and_says_what_it_missed() -> None:
    answers = [
        news(place="a.1"),
        news(1, 2, place="a.3"),
        BUSY,
        news(1, place="b.1", missed=True),
        (401, {"description": "who?"}),
    ]
    ear = Ear()
    found: list[int] = []
    with scripted({"GET /events": answers}) as there, pytest.raises(RefusedError, match="401"):
        found.extend(each.number for each in follow.everything(ear.line(there.url)))

    assert found == [1, 2, 1]
    assert [line for line, _ in there.asked] == [
        "GET /events",
        "GET /events?after=a.1&wait=8",
        "GET /events?after=a.3&wait=8",
        "GET /events?after=a.3&wait=8",
        "GET /events?after=b.1&wait=8",
    ]
    assert ear.told[:2] == ["HTTP 503: busy; trying again", "the server answers again"]
    assert "events may be missing here" in ear.told[2]


def test_a_beginning_that_is_forgotten_is_said() -> None:
    ear = Ear()
    answers = [news(7, place="a.7", missed=True), (401, {})]
    with scripted({"GET /events": answers}) as there, pytest.raises(RefusedError):
        list(follow.everything(ear.line(there.url), since="2026-01-01T00:00:00Z"))

    assert "offhook tail CALL" in ear.told[0]
