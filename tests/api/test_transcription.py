"""transcribeCallRecording, and the text that comes of it (rest.md 6)."""

from dataclasses import replace

import pytest
from tests.api.client import ACCOUNT, Answer, Stage
from tests.api.test_recordings import DONE, ONE, keep

from offhook.hooks import Credentials, Target
from offhook.records import (
    Piece,
    RecordingStatus,
    Transcript,
    Transcription,
    TranscriptionStatus,
)

TEXT = ONE + "/transcription"


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    keep(made, DONE, b"0123456789")
    return made


def post(stage: Stage, **body: object) -> Answer:
    return stage.calls("POST", TEXT, body)


def test_a_text_is_asked_for(stage: Stage) -> None:
    answer = post(
        stage,
        callbackUrl="https://app.test/text",
        callbackMethod="GET",
        username="u",
        password="p",
        tag="mine",
        callbackTimeout=2.5,
        detectLanguage=True,
    )

    assert (answer.status, answer.body) == (204, b"")
    ((recording, wish),) = stage.service.wishes
    assert (recording, wish.id[:2], len(wish.id)) == ("r-1", "t-", 47)
    assert wish.available == Target("https://app.test/text", "GET", Credentials("u", "p"))
    assert (wish.tag, wish.timeout_s) == ("mine", 2.5)
    assert wish.status is TranscriptionStatus.PROCESSING


def test_an_empty_object_is_enough_and_a_text_may_be_made_again(stage: Stage) -> None:
    old = Transcription("t-old", TranscriptionStatus.AVAILABLE, 5.0)
    keep(stage, replace(DONE, transcription=old))

    assert post(stage).status == 204
    ((_, wish),) = stage.service.wishes
    assert (wish.available, wish.tag, wish.timeout_s) == (None, None, 15.0)


@pytest.mark.parametrize(
    ("body", "description"),
    [
        ({"callbackUrl": "ftp://a.test"}, "Invalid callbackUrl: only http and https are allowed"),
        ({"callbackUrl": "https://"}, "Invalid callbackUrl: must be a valid URL"),
        (
            {"callbackUrl": "https://a.test/" + "x" * 2048},
            "Invalid callbackUrl: must contain at most 2048 characters",
        ),
        (
            {"callbackMethod": "PUT"},
            "Invalid callbackUrl method. Supported methods: [POST, GET]",
        ),
        (
            {"callbackTimeout": 26},
            "callbackTimeout must be within the range [1, 25], but was 26",
        ),
        ({"username": "x" * 1025}, "Invalid username: must contain at most 1024 characters"),
        (
            {"tag": "x" * 4097},
            "Could not create transcription: sendCallback tag must contain at most 4096 characters",
        ),
        ({"callbackUrl": 5}, "Bad Request"),
    ],
)
def test_fields_are_checked(stage: Stage, body: dict[str, object], description: str) -> None:
    answer = post(stage, **body)

    assert (answer.status, answer.json()["description"]) == (400, description)
    assert stage.service.wishes == []


@pytest.mark.parametrize(
    "status", [RecordingStatus.PROCESSING, RecordingStatus.ERROR, RecordingStatus.DELETED]
)
def test_what_is_not_complete_has_no_text(stage: Stage, status: RecordingStatus) -> None:
    keep(stage, replace(DONE, status=status))

    assert post(stage).json()["description"] == (
        "Could not create transcription: recording is not complete"
    )


def test_one_text_at_a_time(stage: Stage) -> None:
    keep(stage, replace(DONE, transcription=Transcription("t-1")))

    assert post(stage).json()["description"] == (
        "Could not create transcription: transcription is already in progress"
    )


def test_an_unknown_recording_is_not_found(stage: Stage) -> None:
    assert stage.calls("POST", "/c-1/recordings/r-9/transcription", {}).status == 404


def test_the_text_has_a_transcript_for_each_channel_and_clips(stage: Stage) -> None:
    pieces = (
        Piece(0, "hello", 0.5, 0.25, 0.75),
        Piece(1, "hi", 0.9, 1.0, 1.25),
        Piece(0, "I am here.", 0.8, 2.0, 2.5),
    )
    stage.archive.texts["r-1"] = Transcript("t-1", "c-1", ACCOUNT, 0.0, "r-1", pieces=pieces)

    answer = stage.calls("GET", TEXT)

    assert answer.status == 200
    assert answer.json() == {
        "transcripts": [
            {"speaker": 0, "text": "hello I am here.", "confidence": 0.7},
            {"speaker": 1, "text": "hi", "confidence": 0.9},
        ],
        "clips": [
            {
                "speaker": piece.speaker,
                "text": piece.text,
                "confidence": piece.confidence,
                "startTimeSeconds": piece.start_s,
                "endTimeSeconds": piece.end_s,
            }
            for piece in pieces
        ],
    }


def test_silence_has_an_empty_transcript(stage: Stage) -> None:
    keep(stage, replace(DONE, channels=1))
    stage.archive.texts["r-1"] = Transcript("t-1", "c-1", ACCOUNT, 0.0, "r-1")

    assert stage.calls("GET", TEXT).json() == {
        "transcripts": [{"speaker": 0, "text": "", "confidence": 0.0}],
        "clips": [],
    }


def test_the_detailed_wording_names_the_text() -> None:
    detailed = Stage(detailed_not_found=True)
    keep(detailed, replace(DONE, transcription=Transcription("t-1")))

    assert detailed.calls("GET", TEXT).json()["description"] == "Transcription [t-1] not found"
