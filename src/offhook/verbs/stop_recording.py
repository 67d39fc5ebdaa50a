"""`<StopRecording>`: end the recording in the background."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.verbs import Step, Studio, StudioVerb


@dataclass(frozen=True, kw_only=True)
class StopRecording(StudioVerb):
    """End the recording that StartRecording began, also a paused one.

    The file is made, and `recordingAvailable` is sent if StartRecording asked for it. Without a
    recording it does nothing. It does not answer the call and takes no time. Record is not touched
    by it.

    ## Example

    ```xml
    <Response>
      <StopRecording/>
      <SpeakSentence>This call is not recorded any more.</SpeakSentence>
    </Response>
    ```
    """

    name: ClassVar[str] = "StopRecording"

    @property
    def answers(self) -> bool:
        """Never."""
        return False

    async def run(self, line: Studio) -> Step:
        """Stop."""
        line.stop_recording()
        return None
