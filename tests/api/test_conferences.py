"""Operations on conferences (rest.md 5, 6; errors.md 4.3, 5, 6)."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from tests.api.client import ACCOUNT, APPLICATION, BASE, OTHER, Answer, Stage, basic

from offhook.hooks import Credentials, Hook, Target
from offhook.records import ConferenceRecord, Direction, Member, Recording, RecordingStatus
from offhook.requests import ConferenceFilter

PREFIX = f"/api/v2/accounts/{ACCOUNT}/conferences"
URL = f"{BASE}{PREFIX}"
LIVE = ConferenceRecord(
    conference_id="conf-1",
    account_id=ACCOUNT,
    name="room",
    created=1_770_000_000.25,
    hook=Hook(Target("https://app.test/ce", "GET", Credentials("u", "p"))),
    tag="t",
)
OVER = replace(LIVE, conference_id="conf-0", created=1_760_000_000.0, completed=1_760_000_060.5)
X = Member("c-1", "+1", "+2")
COACH = Member("c-2", "+1", "+3", mute=True, coached=("c-1", "c-9"))
MADE = Recording(
    recording_id="r-1",
    call_id="conf-1",
    account_id=ACCOUNT,
    start_time=1_770_000_000.25,
    channels=1,
    file_format="wav",
    status=RecordingStatus.COMPLETE,
    conference="room",
    end_time=1_770_000_002.5,
    duration_s=2.25,
    name="greet",
)
JSON, XML = {"Content-Type": "application/json"}, {"Content-Type": "application/xml"}


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.rooms.put(LIVE, X, COACH)
    made.rooms.put(OVER)
    made.archive.recordings["r-1"] = MADE
    made.archive.media["r-1"] = b"0123456789"
    return made


def ask(stage: Stage, method: str, below: str = "", body: object = None) -> Answer:
    if body is None:
        return stage.ask(method, PREFIX + below, None, basic())
    kind = XML if isinstance(body, bytes) else JSON
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return stage.ask(method, PREFIX + below, raw, {**basic(), **kind})


def refusal(answer: Answer) -> tuple[int, Any]:
    return answer.status, answer.json()["description"]


def test_the_list_shows_all_but_the_members_oldest_first(stage: Stage) -> None:
    answer = ask(stage, "GET")
    shown = {
        "id": "conf-1",
        "name": "room",
        "createdTime": "2026-02-02T02:40:00.250Z",
        "completedTime": None,
        "conferenceEventUrl": "https://app.test/ce",
        "conferenceEventMethod": "GET",
        "tag": "t",
    }

    assert answer.status == 200
    assert [each["id"] for each in answer.json()] == ["conf-0", "conf-1"]
    assert answer.json()[1] == shown
    assert answer.json()[0]["completedTime"] == "2025-10-09T08:54:20.500Z"


def test_the_list_is_filtered_and_has_pages(stage: Stage) -> None:
    query = (
        "?name=room&minCreatedTime=2020-01-01T00:00:00Z&maxCreatedTime=2030-01-01T00:00:00Z"
        "&pageSize=1&unknown=x"
    )
    first = ask(stage, "GET", query)
    link = first.header("link")
    assert link is not None
    target = link.partition("<")[2].partition(">")[0]
    second = stage.ask("GET", target.removeprefix(BASE), None, basic())

    assert [each["id"] for each in first.json()] == ["conf-0"]
    assert [each["id"] for each in second.json()] == ["conf-1"]
    assert second.header("link") is None
    assert stage.rooms.wanted[0] == ConferenceFilter(
        "room", 1_577_836_800.0, 1_893_456_000.0, limit=2
    )
    assert stage.rooms.wanted[1].after == (1_760_000_000.0, "conf-0")


@pytest.mark.parametrize(
    ("query", "description"),
    [
        ("pageSize=0", "pageSize must be within the range [1, 1000], but was 0"),
        ("pageSize=1001", "pageSize must be within the range [1, 1000], but was 1001"),
        ("pageSize=x", "Invalid pageSize: must be an integer"),
        ("pageToken=x", "Invalid pageToken"),
        ("minCreatedTime=x", "Invalid minCreatedTime: must be an ISO8601 date and time"),
        ("maxCreatedTime=x", "Invalid maxCreatedTime: must be an ISO8601 date and time"),
    ],
)
def test_a_bad_query_is_told(stage: Stage, query: str, description: str) -> None:
    assert refusal(ask(stage, "GET", f"?{query}")) == (400, description)


def test_a_live_conference_has_members(stage: Stage) -> None:
    members = ask(stage, "GET", "/conf-1").json()["activeMembers"]
    shown = {
        "callId": "c-2",
        "conferenceId": "conf-1",
        "memberUrl": f"{URL}/conf-1/members/c-2",
        "mute": True,
        "hold": False,
        "callIdsToCoach": ["c-1", "c-9"],
    }

    assert [member["callId"] for member in members] == ["c-1", "c-2"]
    assert members[0]["callIdsToCoach"] is None
    assert members[1] == shown
    assert ask(stage, "GET", "/conf-1/members/c-2").json() == shown


def test_one_that_has_ended_can_be_read(stage: Stage) -> None:
    answer = ask(stage, "GET", "/conf-0")

    assert (answer.status, answer.json()["activeMembers"]) == (200, [])


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        ("GET", "/conf-9", None),
        ("POST", "/conf-9", {}),
        ("POST", "/conf-0", {"status": "completed"}),
        ("PUT", "/conf-0/bxml", b"<Bxml/>"),
        ("PUT", "/conf-9/bxml", b"<Nope/>"),
        ("GET", "/conf-0/members/c-1", None),
        ("GET", "/conf-1/members/c-9", None),
        ("PUT", "/conf-1/members/c-9", {}),
        ("PUT", "/conf-0/members/c-1", {"mute": True}),
        ("GET", "/conf-1/recordings/r-9", None),
        ("GET", "/conf-9/recordings/r-1", None),
        ("GET", "/conf-1/recordings/r-9/media", None),
    ],
)
def test_what_is_not_there_is_not_found(
    stage: Stage, method: str, below: str, body: object
) -> None:
    assert refusal(ask(stage, method, below, body)) == (404, "not found")


def test_a_missing_thing_may_be_named() -> None:
    stage = Stage(detailed_not_found=True)
    stage.rooms.put(LIVE, X)

    assert refusal(ask(stage, "GET", "/conf-9")) == (404, "Conference [conf-9] not found")
    below = "/conf-1/members/c-9"
    assert refusal(ask(stage, "GET", below)) == (404, "Call [c-9] not found")
    below = "/conf-1/recordings/r-9"
    assert refusal(ask(stage, "GET", below)) == (404, "Recording [r-9] not found")


def test_conferences_of_another_account_are_not_shown(stage: Stage) -> None:
    stage.rooms.put(replace(LIVE, conference_id="conf-2", account_id=OTHER), X)

    assert ask(stage, "GET", "/conf-2").status == 404
    assert ask(stage, "GET", "/conf-2/members/c-1").status == 404
    assert ask(stage, "POST", "/conf-2", {"status": "completed"}).status == 404


def test_a_conference_is_ended_and_what_comes_along_ignored(stage: Stage) -> None:
    body = {
        "status": "completed",
        "redirectMethod": "POST",
        "redirectFallbackMethod": "POST",
        "username": "u",
        "password": "p",
    }
    answer = ask(stage, "POST", "/conf-1", body)

    assert (answer.status, answer.body) == (204, b"")
    assert "conf-1" not in stage.rooms.seated


@pytest.mark.parametrize("status", ["active", None])
def test_a_conference_is_redirected(stage: Stage, status: str | None) -> None:
    body = {
        "status": status,
        "redirectUrl": "https://app.test/r",
        "redirectMethod": "GET",
        "redirectFallbackUrl": "https://app.test/f",
        "username": "u",
        "password": "p",
    }
    answer = ask(stage, "POST", "/conf-1", body)

    assert (answer.status, answer.body) == (204, b"")
    primary = Target("https://app.test/r", "GET", Credentials("u", "p"))
    assert stage.rooms.redirected == [("conf-1", Hook(primary, Target("https://app.test/f")))]


@pytest.mark.parametrize(
    ("body", "description"),
    [
        ({}, "Missing at least one required field. Required fields are [redirectUrl]"),
        (
            {"status": "active"},
            "Missing at least one required field. Required fields are [redirectUrl]",
        ),
        ({"status": "paused"}, "Invalid status: must be one of [active, completed]"),
        ({"status": ""}, "Invalid status: must be one of [active, completed]"),
        ({"redirectUrl": "/x"}, "Invalid redirectUrl: only http and https are allowed"),
        (
            {"redirectUrl": "http://a.test/", "redirectMethod": "PUT"},
            "Invalid redirectUrl method. Supported methods: [POST, GET]",
        ),
        (
            {"status": "completed", "redirectUrl": "http://a.test/"},
            "Invalid redirectUrl: not allowed when status is completed",
        ),
        (
            {"status": "completed", "redirectFallbackUrl": "http://a.test/"},
            "Invalid redirectFallbackUrl: not allowed when status is completed",
        ),
        ({"status": 1}, "Bad Request"),
    ],
)
def test_a_bad_change_is_told(stage: Stage, body: dict[str, Any], description: str) -> None:
    assert refusal(ask(stage, "POST", "/conf-1", body)) == (400, description)
    assert stage.rooms.seated["conf-1"]


def test_a_document_is_played(stage: Stage) -> None:
    answer = ask(stage, "PUT", "/conf-1/bxml", b"<Bxml><StopRecording/></Bxml>")

    assert (answer.status, answer.body) == (204, b"")
    assert stage.rooms.played == [("conf-1", b"<Bxml><StopRecording/></Bxml>", None)]


def test_a_conference_that_ends_while_a_document_is_read_is_told_of(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(account_id: str, conference_id: str, *_: object) -> None:
        stage.rooms.complete(account_id, conference_id)

    monkeypatch.setattr(stage.rooms, "play", read)

    assert ask(stage, "PUT", "/conf-1/bxml", b"<Bxml/>").status == 404


@pytest.mark.parametrize(
    ("body", "description"),
    [
        (b"", "Bad Request"),
        (b"invalidBXML", "Invalid BXML: not well-formed"),
        (b"<Bxml><Hangup/></Bxml>", "Invalid BXML: Hangup is not allowed in a conference"),
        (b"<Nope/>", "Invalid BXML: root must be <Response> or <Bxml>"),
        (b" " * 65_537, "Invalid BXML: must not exceed 64 KB"),
    ],
)
def test_a_bad_document_is_told(stage: Stage, body: bytes, description: str) -> None:
    status, said = refusal(ask(stage, "PUT", "/conf-1/bxml", body))

    assert status == 400
    assert said.startswith(description)
    assert stage.rooms.played == []


def test_a_document_must_be_xml(stage: Stage) -> None:
    assert ask(stage, "PUT", "/conf-1/bxml", {"a": 1}).status == 415


def test_a_member_is_changed_where_it_is_named(stage: Stage) -> None:
    answer = ask(stage, "PUT", "/conf-1/members/c-2", {"mute": False, "hold": None})

    assert (answer.status, answer.body) == (204, b"")
    assert stage.rooms.seated["conf-1"][1] == replace(COACH, mute=False)
    assert ask(stage, "PUT", "/conf-1/members/c-2", {"callIdsToCoach": []}).status == 204
    assert stage.rooms.seated["conf-1"][1].coached == ()
    assert ask(stage, "PUT", "/conf-1/members/c-1", {}).status == 204


@pytest.mark.parametrize(
    ("body", "description"),
    [
        ({"callIdsToCoach": "c-1"}, "Bad Request"),
        ({"callIdsToCoach": [1]}, "Bad Request"),
        ({"mute": "true"}, "Bad Request"),
        (
            {"callIdsToCoach": ["c-2"]},
            "Could not update conference member: conference already has a coach",
        ),
    ],
)
def test_a_bad_change_of_a_member_is_told(
    stage: Stage, body: dict[str, Any], description: str
) -> None:
    assert refusal(ask(stage, "PUT", "/conf-1/members/c-1", body)) == (400, description)


def test_a_recording_has_all_its_members(stage: Stage) -> None:
    shown = {
        "accountId": ACCOUNT,
        "conferenceId": "conf-1",
        "name": "room",
        "recordingId": "r-1",
        "duration": "PT2.25S",
        "channels": 1,
        "startTime": "2026-02-02T02:40:00.250Z",
        "endTime": "2026-02-02T02:40:02.500Z",
        "fileFormat": "wav",
        "status": "complete",
        "mediaUrl": f"{URL}/conf-1/recordings/r-1/media",
        "recordingName": "greet",
    }

    assert ask(stage, "GET", "/conf-1/recordings/r-1").json() == shown
    assert ask(stage, "GET", "/conf-1/recordings").json() == [shown]
    assert ask(stage, "GET", "/conf-9/recordings").json() == []


def test_media_is_downloaded(stage: Stage) -> None:
    answer = ask(stage, "GET", "/conf-1/recordings/r-1/media")

    assert (answer.status, answer.body) == (200, b"0123456789")
    assert answer.header("content-type") == "audio/vnd.wave"
    assert answer.header("content-length") == "10"
    stage.archive.recordings["r-1"] = replace(MADE, status=RecordingStatus.PROCESSING)
    assert ask(stage, "GET", "/conf-1/recordings/r-1/media").status == 404
    assert ask(stage, "GET", "/conf-1/recordings/r-1").json()["mediaUrl"] is None


def test_recordings_of_calls_and_of_conferences_are_not_mixed_up(stage: Stage) -> None:
    call = replace(
        MADE,
        recording_id="r-2",
        call_id="c-1",
        conference=None,
        application_id=APPLICATION,
        direction=Direction.INBOUND,
    )
    stage.archive.recordings["r-2"] = call

    assert ask(stage, "GET", "/c-1/recordings").json() == []
    assert ask(stage, "GET", "/c-1/recordings/r-2").status == 404
    assert stage.calls("GET", "/conf-1/recordings").json() == []
    assert stage.calls("GET", "/conf-1/recordings/r-1").status == 404
    assert stage.calls("DELETE", "/conf-1/recordings/r-1").status == 404
    assert stage.calls("GET", "/c-1/recordings/r-2").status == 200


@pytest.mark.parametrize(
    ("below", "allow"),
    [
        ("", "GET, HEAD"),
        ("/conf-1", "GET, HEAD, POST"),
        ("/conf-1/bxml", "PUT"),
        ("/conf-1/members/c-1", "GET, HEAD, PUT"),
        ("/conf-1/recordings", "GET, HEAD"),
        ("/conf-1/recordings/r-1", "GET, HEAD"),
        ("/conf-1/recordings/r-1/media", "GET, HEAD"),
    ],
)
def test_other_methods_are_refused(stage: Stage, below: str, allow: str) -> None:
    answer = ask(stage, "DELETE", below)

    assert (answer.status, answer.header("allow")) == (405, allow)
    assert ask(stage, "GET", "/conf-1/members").status == 404


def test_head_is_get_without_the_body(stage: Stage) -> None:
    answer = asyncio.run(stage.send("HEAD", f"{PREFIX}/conf-1", None, basic()))

    assert (answer.status, answer.body) == (200, b"")
