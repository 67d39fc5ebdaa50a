"""`<PauseRecording>`: pause the recording in the background."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.verbs import Step, Studio, StudioVerb


@dataclass(frozen=True, kw_only=True)
class PauseRecording(StudioVerb):
    """Leave out of the recording what follows, until ResumeRecording.

    The time left out is in neither the file nor its duration. Without a recording it does nothing.
    It does not answer the call and takes no time. Record is not touched by it.

    ## Example

    ```xml
    <Response>
      <StartRecording/>
      <PauseRecording/>
      <SpeakSentence>This is not in the recording.</SpeakSentence>
      <ResumeRecording/>
    </Response>
    ```
    """

    name: ClassVar[str] = "PauseRecording"

    @property
    def answers(self) -> bool:
        """Never."""
        return False

    async def run(self, line: Studio) -> Step:
        """Pause."""
        line.pause_recording(True)
        return None
