"""`<Pause>`: silence for a while."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.verbs import Line, Step, Verb
from offhook.verbs.attributes import decimal

LONGEST_S = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Pause(Verb):
    """Be silent for some time, then go on with the next verb.

    An unanswered call is answered first. Keys that the caller presses meanwhile are not kept.

    ## Example

    ```xml
    <Response>
      <SpeakSentence>One moment, please.</SpeakSentence>
      <Pause duration="2.5"/>
      <SpeakSentence>Thank you for waiting.</SpeakSentence>
    </Response>
    ```
    """

    name: ClassVar[str] = "Pause"
    blocks: ClassVar[bool] = True

    duration_s: float = decimal(1.0, (0.1, LONGEST_S), "seconds of silence")

    async def run(self, line: Line) -> Step:
        """Wait."""
        await line.pause(self.duration_s)
        return None
