"""`<StartTranscription>`: write down what is said while it is said, in the background."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from offhook.hooks import Hook
from offhook.verbs import Line, Step, Verb, dictating, values
from offhook.verbs import attributes as declare
from offhook.verbs.dictating import LONGEST_NAME, CustomParam, TranscriptionOrder
from offhook.verbs.streaming import MOST_PARAMS, TRACKS


@dataclass(frozen=True, kw_only=True)
class StartTranscription(Verb):
    """Make a text of what is said while it is said, and send it to a WebSocket server as it comes.

    The verb takes until the connection is up or refused, ten seconds at most; without a
    `destination` it takes no time. The transcription goes on through other documents, Transfer,
    Bridge and Conference, until StopTranscription, the end of the call, or the far end of the
    WebSocket closes it. Then the whole text can be had by REST, for seven days.

    The `inbound` track is what the party says, the `outbound` track all that it hears. A call has
    four tracks at most, of all its transcriptions together; `both` counts as two.

    The server needs a speech recogniser for it (`pip install 'offhook[recognition]'`), which
    understands English: without one, and in other languages, the transcription is rejected.

    The messages are JSON texts: `start` with `metadata` and `customParams`; `transcription` for
    each passage between two pauses, with `track`, `startTime`, `endTime`, `transcript`, `language`
    and `items`, its words and marks; at the end `stop`. With `stabilized="false"` there are also
    passages that go on, about once a second, with `isPartial` true and words that may still change.

    ## Events

    They go to `transcriptionEventUrl`, if there is one, and none waits for its answer. Each has
    `realTimeTranscription`, with `id`, `name`, `startTime` and `tracks`, and with a destination
    `destination` and `stabilized`. `realTimeTranscriptionStarted` and
    `realTimeTranscriptionStopped` (`cause` `closed`, `connection-error` or `error`) come with a
    destination only; `realTimeTranscriptionRejected` (`cause` `connection-error`, `duplicate`,
    `track-limit` or `error`) and `realTimeTranscriptionAvailable`, with `status` (`available` or
    `failed`) and the `url` of the text, in any case.

    ## Example

    ```xml
    <Response>
      <StartTranscription tracks="both" destination="wss://app.example.com/live"
                          transcriptionEventUrl="/transcription">
        <CustomParam name="ticket" value="4711"/>
      </StartTranscription>
      <Transfer><PhoneNumber>+12025550143</PhoneNumber></Transfer>
    </Response>
    ```
    """

    name: ClassVar[str] = "StartTranscription"
    background: ClassVar[bool] = True

    transcription: str | None = declare.special(
        None,
        f"letters, digits, _ and -, at most {LONGEST_NAME}",
        dictating.transcription_name,
        "its name, for StopTranscription; that of no other live transcription of the call",
        name="name",
    )
    tracks: str = declare.choice("inbound", tuple(TRACKS), "what is transcribed")
    destination: str | None = declare.special(
        None,
        "absolute `ws` or `wss` URL",
        values.socket_url,
        "the WebSocket server that gets the text as it comes",
    )
    stabilized: bool = declare.flag(True, "send only words that do not change any more")
    events: Hook | None = field(
        default=None, metadata=declare.webhook("transcriptionEvent", fallback=False)
    )
    detect_language: bool = declare.flag(False, "find out which language is spoken")
    preferred_languages: tuple[str, ...] = declare.special(
        (),
        "comma list of languages",
        dictating.languages,
        "the first that is understood counts; not with `detectLanguage`",
    )
    params: tuple[CustomParam, ...] = declare.parts(
        (CustomParam,), f"up to {MOST_PARAMS}, for `customParams`", required=False
    )

    def __post_init__(self) -> None:
        if len(self.params) > MOST_PARAMS:
            raise ValueError(
                f"takes at most {MOST_PARAMS} <CustomParam>, but has {len(self.params)}"
            )

    @property
    def guarded(self) -> Iterable[Hook | None]:
        """That of its events."""
        return (self.events,)

    async def run(self, line: Line) -> Step:
        """Connect, and go on."""
        await line.start_transcription(
            TranscriptionOrder(
                TRACKS[self.tracks],
                self.transcription,
                self.destination,
                self.stabilized,
                () if self.detect_language else self.preferred_languages,
                tuple((each.key, each.value) for each in self.params),
                self.events.primary if self.events else None,
            )
        )
        return None
