"""`<Ring>`: let the caller hear ringing."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.verbs import Line, Step, Verb
from offhook.verbs.attributes import decimal, flag
from offhook.verbs.pause import LONGEST_S


@dataclass(frozen=True, kw_only=True)
class Ring(Verb):
    """Let the caller hear ringing for some time, then go on with the next verb.

    An unanswered call is answered and hears a ring-back tone; with `answerCall="false"` it stays
    unanswered and its own network keeps ringing. On an answered call `answerCall` makes no
    difference: the tone is played.

    ## Example

    ```xml
    <Response>
      <Ring duration="6" answerCall="false"/>
      <SpeakSentence>Sorry that it took so long.</SpeakSentence>
    </Response>
    ```
    """

    name: ClassVar[str] = "Ring"
    blocks: ClassVar[bool] = True

    duration_s: float = decimal(5.0, (0.1, LONGEST_S), "seconds of ringing")
    answer_call: bool = flag(True, "whether an unanswered call is answered first")

    @property
    def answers(self) -> bool:
        """As the document says."""
        return self.answer_call

    async def run(self, line: Line) -> Step:
        """Ring."""
        await line.ring_back(self.duration_s)
        return None
