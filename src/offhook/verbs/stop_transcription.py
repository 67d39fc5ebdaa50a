"""`<StopTranscription>`: end live transcriptions."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.verbs import Line, Step, Verb
from offhook.verbs import attributes as declare


@dataclass(frozen=True, kw_only=True)
class StopTranscription(Verb):
    """End the live transcription of this name, or all of the call; without any it does nothing.

    What was said until now is still written down. Texts of recordings are not concerned. It does
    not answer the call and takes no time.

    ## Example

    ```xml
    <Response>
      <StopTranscription name="live"/>
      <SpeakSentence>This is not written down.</SpeakSentence>
    </Response>
    ```
    """

    name: ClassVar[str] = "StopTranscription"

    transcription: str | None = declare.special(
        None, "text", str, "which one; without it all of them", name="name"
    )

    @property
    def answers(self) -> bool:
        """Never."""
        return False

    async def run(self, line: Line) -> Step:
        """Stop."""
        line.stop_transcription(self.transcription)
        return None
