"""`<Record>`: record what the party says."""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Final

from offhook.facts import DigitHeard, VoiceChanged
from offhook.hooks import Hook
from offhook.verbs import Capture, Goto, Line, Step, Verb
from offhook.verbs import attributes as declare
from offhook.verbs.transcribing import recording_order

LONGEST_S: Final = 10_800  # three hours


@dataclass(frozen=True, kw_only=True)
class Record(Verb):
    """Record what the party says, as an answering machine does; there is no beep.

    It ends with one of the `terminatingDigits`, after `maxDuration`, or when the party has been
    silent for `silenceTimeout`, from the beginning on. With `recordCompleteUrl` the reply to the
    webhook replaces this document; without it the next verb runs. When the call ends or is
    redirected meanwhile, what was said is kept all the same.

    It has nothing to do with StartRecording: both may record at the same time, each its own file.
    Recordings are listed, downloaded and deleted by REST.

    With `transcribe` a text is made of what is said, each channel by itself, if the server has a
    speech recogniser (`pip install 'offhook[recognition]'`); it understands English. Without one
    the status of the transcription is `error`; it is `file-size-too-small` or `file-size-too-big`
    if the recording is not longer than half a second, or four hours long. REST returns the text.

    ## Events

    `recordComplete` goes to `recordCompleteUrl` with the fields `recordingId`, `mediaUrl`,
    `startTime`, `endTime`, `duration`, `channels` and `fileFormat`, unless the call has ended.
    `recordingAvailable` goes to `recordingAvailableUrl` when the file can be downloaded, or never
    can; it has `status` and `recordingName` as well. `transcriptionAvailable` follows it to
    `transcriptionAvailableUrl`, with `transcription`, whose `status` tells what became of it.

    ## Example

    ```xml
    <Response>
      <SpeakSentence>Leave a message and press hash.</SpeakSentence>
      <Record recordCompleteUrl="/recorded" maxDuration="120"/>
    </Response>
    ```
    """

    name: ClassVar[str] = "Record"
    blocks: ClassVar[bool] = True

    hook: Hook | None = field(default=None, metadata=declare.webhook("recordComplete"))
    available: Hook | None = field(
        default=None, metadata=declare.webhook("recordingAvailable", fallback=False)
    )
    tag: str | None = declare.tag()
    terminating_digits: str = declare.keys("#", "any of these keys ends the recording")
    max_duration_s: float = declare.decimal(60.0, (1, LONGEST_S), "seconds")
    silence_timeout_s: float = declare.decimal(
        0.0, (0, LONGEST_S), "seconds of silence that end it; 0: none do"
    )
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
        return self.hook, self.available, self.transcription_available

    @property
    def new_tag(self) -> str | None:
        """The `tag` attribute."""
        return self.tag

    @property
    def leaves(self) -> bool:
        """With a URL for the event."""
        return self.hook is not None

    async def run(self, line: Line) -> Step:
        """Record, then report."""
        order = recording_order(self, ("inbound",))
        with line.capture(order) as capture:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.max_duration_s):
                    await self._listen(capture)
            fields = await capture.finish()
        return Goto(self.hook, "recordComplete", fields) if self.hook else None

    async def _listen(self, capture: Capture) -> None:
        """Return when a key ends it; raises TimeoutError after silence."""
        begin = asyncio.get_running_loop().time()
        async with asyncio.timeout(None) as silence:
            heard: DigitHeard | VoiceChanged | None = capture.voice
            while heard is not None:
                match heard:
                    case DigitHeard(digit=digit) if digit.upper() in self.terminating_digits:
                        return
                    case VoiceChanged(active=active, since=since) if self.silence_timeout_s:
                        limit = max(begin, since) + self.silence_timeout_s
                        silence.reschedule(None if active else limit)
                heard = await capture.heard.get()
