"""`<StopStream>`: end a stream, or wait for its end."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.verbs import Line, Step, Verb, values
from offhook.verbs import attributes as declare
from offhook.verbs.start_stream import LONGEST_NAME


@dataclass(frozen=True, kw_only=True)
class StopStream(Verb):
    """End a stream that StartStream began; with `wait` wait until it ends by itself.

    With `wait="true"` the stream is not closed: the verb lasts until the other end of its WebSocket
    closes it or is lost, and then the next verb runs. A redirect by REST ends the wait, and the
    stream goes on. A name that no live stream of the call has does nothing and takes no time. The
    verb does not answer the call.

    ## Example

    ```xml
    <Response>
      <StartStream name="bot" mode="bidirectional" destination="wss://bot.example.com/audio"/>
      <StopStream name="bot" wait="true"/>
      <SpeakSentence>The bot has hung up.</SpeakSentence>
    </Response>
    ```
    """

    name: ClassVar[str] = "StopStream"

    stream: str = declare.special(
        "",
        f"text of at most {LONGEST_NAME} characters",
        lambda text: values.words(text, LONGEST_NAME),
        "that of the stream, or its id if it was given none",
        name="name",
        required=True,
    )
    wait: bool = declare.flag(False, "wait for the other end to close it")

    @property
    def answers(self) -> bool:
        """Never."""
        return False

    async def run(self, line: Line) -> Step:
        """Close, or wait."""
        if self.wait:
            await line.wait_stream(self.stream)
        else:
            line.stop_stream(self.stream)
        return None
