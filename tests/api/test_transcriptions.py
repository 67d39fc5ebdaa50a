"""Operations on live transcriptions (rest.md 6)."""

from dataclasses import replace

import pytest
from tests.api.client import ACCOUNT, BASE, Stage

from offhook.records import Piece, Transcript

LIVE = Transcript("t-1", "c-1", ACCOUNT, 5.0, name="live", tracks=("inbound", "outbound"))
DONE = replace(
    LIVE,
    transcription_id="t-2",
    name="done",
    completed=9.0,
    pieces=(Piece(0, "hello", 0.5, 0.0, 1.0), Piece(1, "hi", 0.9, 1.0, 2.0)),
)
FAILED = replace(LIVE, transcription_id="t-3", completed=9.0, failure="the server was killed")


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.archive.live += [LIVE, DONE, FAILED]
    return made


def test_all_are_listed_as_soon_as_they_begin(stage: Stage) -> None:
    listed = stage.calls("GET", "/c-1/transcriptions").json()

    assert listed[0] == {
        "transcriptionId": "t-1",
        "transcriptionName": "live",
        "transcriptionUrl": f"{BASE}/api/v2/accounts/{ACCOUNT}/calls/c-1/transcriptions/t-1",
    }
    assert [each["transcriptionName"] for each in listed] == ["live", "done", "live"]
    assert stage.calls("GET", "/c-9/transcriptions").json() == []


def test_one_that_is_over_has_its_text(stage: Stage) -> None:
    assert stage.calls("GET", "/c-1/transcriptions/t-2").json() == {
        "accountId": ACCOUNT,
        "callId": "c-1",
        "transcriptionId": "t-2",
        "tracks": [
            {
                "detectedLanguage": "en-US",
                "track": "inbound",
                "transcript": "hello",
                "confidence": 0.5,
            },
            {
                "detectedLanguage": "en-US",
                "track": "outbound",
                "transcript": "hi",
                "confidence": 0.9,
            },
        ],
    }


OUT_OF_REACH = [("c-1", "t-1"), ("c-1", "t-3"), ("c-1", "t-9"), ("c-2", "t-2")]


@pytest.mark.parametrize(("call", "name"), OUT_OF_REACH)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_one_that_goes_on_or_failed_or_never_was_is_not_found(
    stage: Stage, call: str, name: str, method: str
) -> None:
    assert stage.calls(method, f"/{call}/transcriptions/{name}").status == 404


def test_deleting_answers_200_without_a_body(stage: Stage) -> None:
    answer = stage.calls("DELETE", "/c-1/transcriptions/t-2")

    assert (answer.status, answer.body) == (200, b"")
    assert stage.calls("DELETE", "/c-1/transcriptions/t-2").status == 404
    assert stage.archive.live == [LIVE, FAILED]


def test_the_detailed_wording_names_it() -> None:
    stage = Stage(detailed_not_found=True)

    told = stage.calls("GET", "/c-1/transcriptions/t-9").json()["description"]

    assert told == "Transcription [t-9] not found"
