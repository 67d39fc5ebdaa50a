"""`<StartRecording>`: record the call in the background."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from offhook.hooks import Hook
from offhook.verbs import Step, Studio, StudioVerb
from offhook.verbs import attributes as declare
from offhook.verbs.transcribing import recording_order


@dataclass(frozen=True, kw_only=True)
class StartRecording(StudioVerb):
    """Record both directions of the call in the background, whatever else it is doing.

    It takes no time: the next verb runs at once. The recording goes on through other documents,
    redirects and changes by REST, until StopRecording or the end of the call. There is one at a
    time: another StartRecording meanwhile is ignored.

    With `multiChannel` the file has two channels: first what the party says, then what it hears.

    In the document of a conference it records the conference: its members, but for those who are
    muted or on hold, and what is played to them, in one channel and without a text. The recording
    ends with the conference; its event is `conferenceRecordingAvailable`.

    With `transcribe` a text is made of what is said, each channel by itself, if the server has a
    speech recogniser (`pip install 'offhook[recognition]'`); it understands English. Without one
    the status of the transcription is `error`; it is `file-size-too-small` or `file-size-too-big`
    if the recording is not longer than half a second, or four hours long. REST returns the text.

    ## Events

    `recordingAvailable` goes to `recordingAvailableUrl` when the file can be downloaded, or never
    can, with the fields `recordingId`, `mediaUrl`, `startTime`, `endTime`, `duration`, `channels`,
    `fileFormat`, `status` and `recordingName`. `transcriptionAvailable` follows it to
    `transcriptionAvailableUrl`, with `transcription`, whose `status` tells what became of it.

    ## Example

    ```xml
    <Response>
      <StartRecording recordingAvailableUrl="/available" multiChannel="true"/>
      <SpeakSentence>This call is recorded.</SpeakSentence>
      <StopRecording/>
    </Response>
    ```
    """

    name: ClassVar[str] = "StartRecording"
    background: ClassVar[bool] = True

    available: Hook | None = field(
        default=None, metadata=declare.webhook("recordingAvailable", fallback=False)
    )
    tag: str | None = declare.tag()
    multi_channel: bool = declare.flag(False, "a channel for each direction")
    file_format: str = declare.choice("wav", ("wav", "mp3"), "kind of file")
    recording_name: str | None = declare.words("echoed in `recordingAvailable`", 256)
    transcribe: bool = declare.flag(False, "make a text of it")
    detect_language: bool = declare.flag(False, "find out the language of the text")
    transcription_available: Hook | None = field(
        default=None, metadata=declare.webhook("transcriptionAvailable", fallback=False)
    )

    @property
    def guarded(self) -> Iterable[Hook | None]:
        """All of them."""
        return self.available, self.transcription_available

    @property
    def new_tag(self) -> str | None:
        """The `tag` attribute."""
        return self.tag

    @property
    def urls(self) -> tuple[str, ...]:
        """That of `recordingAvailable`; a conference has no use for the other."""
        return (self.available.primary.url,) if self.available else ()

    async def run(self, line: Studio) -> Step:
        """Begin to record."""
        tracks = ("inbound", "outbound") if self.multi_channel else ("mixed",)
        line.start_recording(recording_order(self, tracks))
        return None
