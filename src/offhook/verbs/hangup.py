"""`<Hangup>`: end the call."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.errors import Cause
from offhook.verbs import End, Line, Step, Verb


@dataclass(frozen=True, kw_only=True)
class Hangup(Verb):
    """End the call. An inbound call that was not answered yet is rejected.

    Verbs after it never run. A document that simply ends hangs up as well. After a sound the far
    end gets 80 ms to play what its jitter buffer still holds.

    ## Events

    `disconnect`, with cause `hangup`; a rejected call has cause `rejected`.

    ## Example

    ```xml
    <Response>
      <SpeakSentence>Goodbye.</SpeakSentence>
      <Hangup/>
    </Response>
    ```
    """

    name: ClassVar[str] = "Hangup"

    @property
    def answers(self) -> bool:
        """Never: it rejects."""
        return False

    @property
    def leaves(self) -> bool:
        """Always."""
        return True

    async def run(self, line: Line) -> Step:
        """End the call."""
        return End(Cause.HANGUP)
