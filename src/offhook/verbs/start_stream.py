"""`<StartStream>`: send the audio of the call to a WebSocket in the background."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from offhook.hooks import Credentials, Hook
from offhook.verbs import Line, Step, Verb, streaming, values
from offhook.verbs import attributes as declare
from offhook.verbs.streaming import MOST_PARAMS, TRACKS, StreamOrder, StreamParam

LONGEST_NAME = 256


@dataclass(frozen=True, kw_only=True)
class StartStream(Verb):
    """Send the audio of the call to a WebSocket server while it happens, and play what it sends.

    The verb takes until the connection is up or refused, ten seconds at most; then the next verb
    runs, in either case. The stream goes on through other documents, Transfer, Bridge and
    Conference, until StopStream, the end of the call, or the far end of the WebSocket closes it.
    Name it to stop it; without a name it has its id, which `mediaStreamStarted` tells.

    The `inbound` track is what the party says, the `outbound` track all that it hears. A call has
    four tracks at most, of all its streams together; `both` counts as two.

    With `mode="bidirectional"` the server may send audio that the party hears, beside whatever else
    is played. A StopStream with `wait="true"` after it holds the call until the server hangs up.

    The messages are described in [streams](../streams.md).

    ## Events

    They go to `streamEventUrl`, if there is one, and none waits for its answer. Each has
    `mediaStream`, with `id`, `name`, `destination`, `tracks`, `startTime` and `type`:
    `mediaStreamStarted`; `mediaStreamRejected`, with `cause` (`connection-error`, `duplicate`,
    `track-limit` or `error`) and `errorMessage`; `mediaStreamStopped`, with `cause` (`closed`,
    `connection-error` or `error`), and `duration` in `mediaStream`.

    ## Example

    ```xml
    <Response>
      <StartStream name="bot" mode="bidirectional" destination="wss://bot.example.com/audio"
                   streamEventUrl="/stream">
        <StreamParam name="language" value="de"/>
      </StartStream>
      <StopStream name="bot" wait="true"/>
    </Response>
    ```
    """

    name: ClassVar[str] = "StartStream"
    background: ClassVar[bool] = True

    destination: str = streaming.destination()
    stream: str | None = declare.special(
        None,
        f"text of at most {LONGEST_NAME} characters",
        lambda text: values.words(text, LONGEST_NAME),
        "its name, for StopStream; that of no other live stream of the call",
        name="name",
    )
    mode: str = declare.choice(
        "unidirectional", ("unidirectional", "bidirectional"), "whether the server may send audio"
    )
    tracks: str = declare.choice("inbound", tuple(TRACKS), "what is sent to the server")
    login: Credentials | None = field(
        default=None,
        metadata=declare.basic_auth(
            "HTTP Basic credentials of the handshake", "destinationUsername", "destinationPassword"
        ),
    )
    events: Hook | None = field(
        default=None, metadata=declare.webhook("streamEvent", fallback=False)
    )
    params: tuple[StreamParam, ...] = declare.parts(
        (StreamParam,), f"up to {MOST_PARAMS}, for `streamParams`", required=False
    )

    def __post_init__(self) -> None:
        if len(self.params) > MOST_PARAMS:
            raise ValueError(
                f"takes at most {MOST_PARAMS} <StreamParam>, but has {len(self.params)}"
            )

    @property
    def guarded(self) -> Iterable[Hook | None]:
        """That of its events."""
        return (self.events,)

    async def run(self, line: Line) -> Step:
        """Connect, and go on."""
        await line.start_stream(
            StreamOrder(
                self.destination,
                TRACKS[self.tracks],
                self.stream,
                self.mode == "bidirectional",
                self.login,
                tuple((each.key, each.value) for each in self.params),
                self.events.primary if self.events else None,
            )
        )
        return None
