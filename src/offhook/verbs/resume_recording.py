"""`<ResumeRecording>`: go on with a paused recording."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.verbs import Step, Studio, StudioVerb


@dataclass(frozen=True, kw_only=True)
class ResumeRecording(StudioVerb):
    """Go on recording after PauseRecording, in the same file.

    Without a recording it does nothing. It does not answer
    the call and takes no time. Record is not touched by it.

    ## Example

    ```xml
    <Response>
      <PauseRecording/>
      <SpeakSentence>This is not in the recording.</SpeakSentence>
      <ResumeRecording/>
    </Response>
    ```
    """

    name: ClassVar[str] = "ResumeRecording"

    @property
    def answers(self) -> bool:
        """Never."""
        return False

    async def run(self, line: Studio) -> Step:
        """Go on."""
        line.pause_recording(False)
        return None
