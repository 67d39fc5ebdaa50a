"""`<StopGather>`: report keys no longer."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.verbs import Line, Step, Verb


@dataclass(frozen=True, kw_only=True)
class StopGather(Verb):
    """End what StartGather began; without one it does nothing.

    It does not answer the call and takes no time.

    ## Example

    ```xml
    <Response>
      <StopGather/>
      <SpeakSentence>Keys are not reported any more.</SpeakSentence>
    </Response>
    ```
    """

    name: ClassVar[str] = "StopGather"

    @property
    def answers(self) -> bool:
        """Never."""
        return False

    async def run(self, line: Line) -> Step:
        """Stop listening."""
        line.listen(None)
        return None
