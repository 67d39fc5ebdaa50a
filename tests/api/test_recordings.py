"""Operations on recordings (rest.md 6)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.api.client import ACCOUNT, APPLICATION, BASE, OTHER, Answer, Stage, basic

from offhook.clock import parse_timestamp
from offhook.directory import Account
from offhook.hooks import Hook, Target
from offhook.records import (
    Direction,
    Recording,
    RecordingStatus,
    Transcription,
    TranscriptionStatus,
)
from offhook.requests import OutboundRequest, RecordingFilter

RECORDING = Recording(
    recording_id="r-1",
    call_id="c-1",
    account_id=ACCOUNT,
    application_id=APPLICATION,
    to="+12025550143",
    from_="+12025550100",
    direction=Direction.INBOUND,
    start_time=1_770_000_000.25,
    channels=2,
    file_format="wav",
)
DONE = replace(
    RECORDING,
    status=RecordingStatus.COMPLETE,
    end_time=1_770_000_002.5,
    duration_s=2.25,
    name="greet",
)
ONE, MEDIA = "/c-1/recordings/r-1", "/c-1/recordings/r-1/media"


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    keep(made, DONE, b"0123456789")
    return made


def keep(stage: Stage, recording: Recording, media: bytes | None = None) -> None:
    stage.archive.recordings[recording.recording_id] = recording
    if media is not None:
        stage.archive.media[recording.recording_id] = media


def account_list(stage: Stage, query: str = "") -> Answer:
    return stage.ask("GET", f"/api/v2/accounts/{ACCOUNT}/recordings{query}", headers=basic())


def test_a_recording_has_all_its_members(stage: Stage) -> None:
    answer = stage.calls("GET", ONE)

    assert answer.status == 200
    assert answer.json() == {
        "applicationId": APPLICATION,
        "accountId": ACCOUNT,
        "callId": "c-1",
        "parentCallId": None,
        "recordingId": "r-1",
        "to": "+12025550143",
        "from": "+12025550100",
        "transferCallerId": None,
        "transferTo": None,
        "direction": "inbound",
        "duration": "PT2.25S",
        "channels": 2,
        "startTime": "2026-02-02T02:40:00.250Z",
        "endTime": "2026-02-02T02:40:02.500Z",
        "fileFormat": "wav",
        "status": "complete",
        "mediaUrl": f"{BASE}/api/v2/accounts/{ACCOUNT}/calls/c-1/recordings/r-1/media",
        "transcription": None,
        "recordingName": "greet",
    }


@pytest.mark.parametrize(
    "status", [RecordingStatus.PROCESSING, RecordingStatus.DELETED, RecordingStatus.ERROR]
)
def test_media_that_cannot_be_had_has_no_url_and_is_404(
    stage: Stage, status: RecordingStatus
) -> None:
    keep(stage, replace(RECORDING, status=status), b"x")
    shown = stage.calls("GET", ONE).json()

    assert (shown["status"], shown["mediaUrl"]) == (status, None)
    assert (shown["duration"], shown["endTime"]) == (None, None)
    for method in ("GET", "DELETE"):
        assert stage.calls(method, MEDIA).json()["description"] == "not found"


def test_lists_of_a_call_and_of_the_account(stage: Stage) -> None:
    keep(stage, replace(DONE, recording_id="r-2", call_id="c-2"))
    keep(stage, replace(DONE, recording_id="r-3", account_id=OTHER))

    of_call = stage.calls("GET", "/c-1/recordings").json()
    assert [each["recordingId"] for each in of_call] == ["r-1"]
    assert of_call[0] == stage.calls("GET", ONE).json()
    assert stage.calls("GET", "/c-unknown/recordings").json() == []
    assert [each["recordingId"] for each in account_list(stage).json()] == ["r-1", "r-2"]


def test_the_query_of_the_account_list(stage: Stage) -> None:
    query = (
        "?to=%2B12025550143&from=+1202&minStartTime=2026-01-01T00:00:00Z"
        "&maxStartTime=2026-01-02T00:00:00Z&pageSize=x&else=1"
    )
    assert account_list(stage, query).status == 200
    assert stage.archive.wanted == [
        RecordingFilter(
            "+12025550143",
            "+1202",
            parse_timestamp("2026-01-01T00:00:00Z"),
            parse_timestamp("2026-01-02T00:00:00Z"),
            1000,
        )
    ]


@pytest.mark.parametrize("name", ["minStartTime", "maxStartTime"])
def test_a_time_that_is_none_is_400(stage: Stage, name: str) -> None:
    answer = account_list(stage, f"?{name}=yesterday")

    assert answer.status == 400
    assert answer.json()["description"] == f"Invalid {name}: must be an ISO8601 date and time"


@pytest.mark.parametrize(("form", "kind"), [("wav", "audio/vnd.wave"), ("mp3", "audio/mpeg")])
def test_media_is_downloaded_whole(stage: Stage, form: str, kind: str) -> None:
    keep(stage, replace(DONE, file_format=form))
    answer = stage.calls("GET", MEDIA)

    assert (answer.status, answer.body) == (200, b"0123456789")
    assert answer.header("content-type") == kind
    assert answer.header("content-length") == "10"
    assert answer.header("accept-ranges") == "bytes"
    assert answer.header("x-request-id")


def test_a_part_is_206_and_head_has_no_body(stage: Stage) -> None:
    part = stage.calls("GET", MEDIA, headers={"Range": "bytes=2-5"})
    head = stage.calls("HEAD", MEDIA)

    assert (part.status, part.body) == (206, b"2345")
    assert part.header("content-range") == "bytes 2-5/10"
    assert part.header("content-length") == "4"
    assert (head.status, head.body) == (200, b"")
    assert head.header("content-length") == "10"


def test_after_the_media_is_deleted_the_record_stays(stage: Stage) -> None:
    answer = stage.calls("DELETE", MEDIA)

    assert (answer.status, answer.body) == (204, b"")
    assert stage.calls("GET", MEDIA).status == 404
    assert stage.calls("DELETE", MEDIA).status == 404
    shown = stage.calls("GET", ONE).json()
    assert (shown["status"], shown["mediaUrl"]) == ("deleted", None)
    assert len(stage.calls("GET", "/c-1/recordings").json()) == 1


def test_after_the_recording_is_deleted_nothing_is_there(stage: Stage) -> None:
    assert stage.calls("DELETE", ONE).status == 204
    for method, path in [("GET", ONE), ("DELETE", ONE), ("GET", MEDIA), ("DELETE", MEDIA)]:
        assert stage.calls(method, path).status == 404
    assert stage.calls("GET", "/c-1/recordings").json() == []


def test_what_became_of_a_text_is_shown_until_it_is_deleted(stage: Stage) -> None:
    told = Transcription("t-1", TranscriptionStatus.TOO_SMALL, 1005.0)
    keep(stage, replace(DONE, transcription=told))
    shown = stage.calls("GET", ONE).json()["transcription"]

    assert shown == {
        "id": "t-1",
        "status": "file-size-too-small",
        "completedTime": "1970-01-01T00:16:45.000Z",
        "url": stage.calls("GET", ONE).json()["mediaUrl"].removesuffix("media") + "transcription",
    }
    assert stage.calls("GET", ONE + "/transcription").status == 404  # there is no text
    assert stage.calls("DELETE", ONE + "/transcription").status == 204
    assert stage.calls("DELETE", ONE + "/transcription").status == 404
    assert stage.calls("GET", ONE).json()["transcription"] is None


def test_the_wish_for_a_text_of_what_is_processed_cannot_be_deleted(stage: Stage) -> None:
    keep(stage, replace(DONE, status=RecordingStatus.PROCESSING, transcription=Transcription("t")))

    assert stage.calls("GET", ONE).json()["transcription"]["status"] == "processing"
    assert stage.calls("DELETE", ONE + "/transcription").status == 404


@pytest.mark.parametrize("path", ["/c-2/recordings/r-1", "/c-1/recordings/r-2", MEDIA + "x"])
def test_what_is_not_there_is_404(stage: Stage, path: str) -> None:
    assert stage.calls("GET", path).status == 404


def test_the_detailed_wording_names_the_recording() -> None:
    stage = Stage(detailed_not_found=True)

    assert stage.calls("GET", MEDIA).json()["description"] == "Recording [r-1] not found"
    answer = stage.calls("PUT", "/c-1/recording", {"state": "paused"})
    assert answer.json()["description"] == "Call [c-1] not found"


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("calls/c-1/recording", "PUT"),
        ("calls/c-1/recordings", "GET, HEAD"),
        ("calls" + ONE, "GET, HEAD, DELETE"),
        ("calls" + MEDIA, "GET, HEAD, DELETE"),
        ("recordings", "GET, HEAD"),
    ],
)
def test_other_methods_are_405(stage: Stage, path: str, allow: str) -> None:
    answer = stage.ask("POST", f"/api/v2/accounts/{ACCOUNT}/{path}", b"{}", basic())

    assert (answer.status, answer.header("allow")) == (405, allow)


def recorded(stage: Stage) -> str:
    """A call that is being recorded."""
    hook = Hook(Target("https://a.test/"))
    request = OutboundRequest(APPLICATION, "+12025550143", "+12025550100", hook)
    record = asyncio.run(stage.service.create(Account(ACCOUNT), request))
    stage.service.paused[record.call_id] = False
    return record.call_id


def put(stage: Stage, call_id: str, body: Any) -> Answer:
    return stage.calls("PUT", f"/{call_id}/recording", body)


def test_a_recording_is_paused_and_resumed(stage: Stage) -> None:
    call_id = recorded(stage)
    for state, paused in [("paused", True), ("paused", True), ("recording", False)]:
        answer = put(stage, call_id, {"state": state})

        assert (answer.status, answer.body) == (200, b"")
        assert stage.service.paused[call_id] is paused


@pytest.mark.parametrize(
    ("body", "status", "description"),
    [
        ({}, 400, "Missing at least one required field. Required fields are [state]"),
        ({"state": None}, 400, "Missing at least one required field. Required fields are [state]"),
        ({"state": "stopped"}, 400, "Invalid state: must be one of [paused, recording]"),
        ({"state": 1}, 400, "Bad Request"),
        (b"{", 400, "Bad Request"),
    ],
)
def test_what_is_wrong_about_a_state_is_told(
    stage: Stage, body: Any, status: int, description: str
) -> None:
    answer = put(stage, recorded(stage), body)

    assert (answer.status, answer.json()["description"]) == (status, description)


def test_without_a_recording_that_runs_it_is_404_before_anything_else(stage: Stage) -> None:
    call_id = recorded(stage)
    del stage.service.paused[call_id]

    assert put(stage, call_id, {"state": "nonsense"}).status == 404
    assert put(stage, "c-unknown", {}).status == 404
