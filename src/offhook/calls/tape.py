"""The recorder of a leg or room, and the one recording that runs in the background of it."""

from collections.abc import Callable
from dataclasses import dataclass

from offhook.calls import summaries
from offhook.calls.journal import Journal
from offhook.calls.plant import Plant
from offhook.calls.scribe import Announce
from offhook.calls.takes import Take
from offhook.media.messages import PauseRecord, Record, StopRecord
from offhook.records import Recording
from offhook.verbs import RecordingOrder


@dataclass(frozen=True, slots=True)
class Recorder:
    """Begins and ends recordings of one leg or room."""

    plant: Plant
    leg: str
    journal: Journal

    def begin(self, recording: Recording, tracks: tuple[str, ...], announce: Announce) -> Take:
        """Begin one; `announce` is called when its file is made, and when its text is."""

        def told(finished: Recording, what: str) -> None:
            self.journal.log(f"recording.{what}", **summaries.made(finished))
            announce(finished, what)

        name = recording.recording_id
        take = self.plant.archive.takes.begin(recording, told)
        self.plant.media.send(Record(self.leg, name, take.path, tracks))
        self.journal.log("recording.started", recording=name, tracks=list(tracks))
        return take

    def pause(self, take: Take, paused: bool) -> None:
        """Leave out what follows, or go on."""
        name = take.recording.recording_id
        self.plant.media.send(PauseRecord(self.leg, name, paused))
        self.journal.log("recording.paused" if paused else "recording.resumed", recording=name)

    def finish(self, take: Take) -> None:
        """End one, if that has not been done."""
        if take.stopped:
            return
        take.stopping()
        self.plant.media.send(StopRecord(self.leg, take.recording.recording_id))
        self.journal.log("recording.stopped", recording=take.recording.recording_id)


class Tape:
    """The recording in the background: one at a time (bxml.md 4.17)."""

    def __init__(self, recorder: Recorder, begin: Callable[[RecordingOrder], Take]) -> None:
        self._recorder = recorder
        self._begin = begin
        self._take: Take | None = None
        self._paused = False

    @property
    def running(self) -> bool:
        """Whether there is one, paused or not."""
        return self._take is not None

    def start(self, order: RecordingOrder) -> None:
        """Begin one, unless there is one."""
        if self._take is None:
            take = self._take = self._begin(order)
            self._paused = False
            take.ended.add_done_callback(lambda _: self._left(take))

    def pause(self, paused: bool) -> None:
        """Leave out what follows, or go on."""
        if self._take is not None and paused is not self._paused:
            self._paused = paused
            self._recorder.pause(self._take, paused)

    def stop(self) -> None:
        """End it, if there is one."""
        take, self._take = self._take, None
        if take is not None:
            self._recorder.finish(take)

    def _left(self, take: Take) -> None:
        """It has ended, perhaps by itself: the disk was full."""
        if self._take is take:
            self._take = None
