"""The scribe: one text after the other; what happens to a recording meanwhile counts."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import pytest
from tests.calls.away import Away
from tests.store import samples

from offhook.calls.hearing import Hearing
from offhook.calls.scribe import Scribe
from offhook.records import Recording, RecordingStatus, Transcription, TranscriptionStatus
from offhook.scopes import InlineOffload
from offhook.speech import Pcm, RecognitionError, Recognizer, Utterance
from offhook.store import Store
from offhook.testing import sound
from offhook.testing.hearing import ReadingEar
from offhook.testing.loop import running_loop, virtual
from offhook.testing.words import speak

T = TypeVar("T")
RECORDING = samples.recording(
    status=RecordingStatus.COMPLETE, duration_s=2.0, transcription=Transcription("t-1")
)


class Failing:
    languages: Sequence[str] = ("en-US",)

    def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        raise RecognitionError("the recogniser has died")


class Slow:
    """Takes five seconds for anything."""

    async def __call__(self, work: Callable[[], T]) -> T:
        await asyncio.sleep(5.0)
        return work()


@dataclass
class Desk:
    """A scribe over a folder and a store in memory."""

    folder: Path
    recognizer: Recognizer = field(default_factory=ReadingEar)
    announced: list[Recording] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = running_loop().clock
        self.files = Away(self.folder)
        self.store = Store.open("sqlite://", clock, threaded=False)
        hearing = Hearing(self.recognizer, Slow())
        self.scribe = Scribe(self.store, self.files, clock, InlineOffload(), hearing)

    def begin(self, words: str | None = "hello", name: str = "r-1") -> Recording:
        wish = Transcription(f"t-{name}")
        recording = replace(RECORDING, recording_id=name, transcription=wish)
        self.store.put_recording(recording)
        if words is not None:
            made = self.folder / "made"
            made.write_bytes(sound.wav(speak(words)))
            self.files.keep(name, "wav", made)
        self.scribe.begin(recording, lambda done, _: self.announced.append(done))
        return recording

    def status(self, name: str = "r-1") -> tuple[TranscriptionStatus, str | None]:
        (done,) = [each for each in self.announced if each.recording_id == name]
        assert done.transcription is not None
        return done.transcription.status, done.transcription.failure

    def text(self, name: str = "r-1") -> list[str]:
        found = self.store.transcript(RECORDING.account_id, f"t-{name}")
        assert found is not None
        return [piece.text for piece in found.pieces]


@virtual
async def test_one_text_after_the_other(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.begin("one two", "r-1")
    desk.begin("three", "r-2")
    assert len(desk.scribe) == 2
    assert len(desk.store.unfinished_transcripts()) == 2
    await desk.scribe.close(60.0)

    assert [each.recording_id for each in desk.announced] == ["r-1", "r-2"]
    assert (desk.text("r-1"), desk.text("r-2")) == (["one two"], ["three"])
    assert desk.store.unfinished_transcripts() == []
    assert running_loop().time() == pytest.approx(10.0)
    assert desk.announced[0].version == RECORDING.version + 1


@virtual
async def test_media_that_is_gone_or_damaged_is_an_error(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.begin(None, "r-1")
    (tmp_path / "r-2.wav").write_bytes(b"nonsense")
    desk.begin(None, "r-2")
    await desk.scribe.close(60.0)

    assert desk.status("r-1") == (
        TranscriptionStatus.ERROR,
        "the media of the recording is gone",
    )
    assert desk.status("r-2")[0] is TranscriptionStatus.ERROR


@virtual
async def test_a_recogniser_that_fails_is_an_error_and_the_next_text_is_made(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path, Failing())
    desk.begin()
    await desk.scribe.close(60.0)

    assert desk.status() == (TranscriptionStatus.ERROR, "the recogniser has died")
    assert desk.text() == []


@virtual
async def test_a_text_that_is_forgotten_is_told_to_nobody(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first, second = desk.begin("one", "r-1"), desk.begin("two", "r-2")
    await asyncio.sleep(1.0)
    desk.scribe.changed(replace(first, transcription=None))
    desk.scribe.forget("r-2")
    desk.scribe.forget("r-9")
    await desk.scribe.close(60.0)

    assert (desk.announced, len(desk.scribe)) == ([], 0)
    assert second.transcription is not None


@virtual
async def test_what_becomes_of_a_recording_meanwhile_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    recording = desk.begin()
    await asyncio.sleep(1.0)
    deleted = replace(recording, status=RecordingStatus.DELETED, version=7)
    desk.scribe.changed(deleted)
    desk.scribe.changed(replace(recording, recording_id="r-9"))
    await desk.scribe.close(60.0)

    (done,) = desk.announced
    assert (done.status, done.version) == (RecordingStatus.DELETED, 8)


@virtual
async def test_a_text_that_is_begun_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.begin("one")
    await asyncio.sleep(1.0)
    desk.begin("two")
    await desk.scribe.close(60.0)

    assert len(desk.announced) == 1
    assert desk.text() == ["two"]


@virtual
async def test_a_process_that_ends_leaves_texts_to_the_next(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.begin()
    await asyncio.sleep(1.0)
    await desk.scribe.close(0.0)

    assert desk.announced == []
    assert [each.recording_id for each in desk.store.unfinished_transcripts()] == ["r-1"]
