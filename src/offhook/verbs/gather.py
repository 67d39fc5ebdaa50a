"""`<Gather>`: collect keys, or what is said."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from offhook.hooks import Hook
from offhook.scopes import background
from offhook.verbs import Goto, Line, SpeechOrder, Step, Verb, Words
from offhook.verbs import attributes as declare
from offhook.verbs.spoken import Ears, ask

MOST_PROMPTS: Final = 20  # rounds times nested verbs
SPEECH_MODELS: Final = (
    "default",
    "numbers_and_commands",
    "phone_call",
    "experimental_conversations",
    "experimental_utterances",
    "googlev2_long",
    "googlev2_short",
    "googlev2_telephony",
    "googlev2_telephony_short",
)


@dataclass(frozen=True, kw_only=True)
class Gather(Verb):
    """Collect keys that the caller presses, or what it says, while prompts play or after them.

    The first key silences the prompts. Collecting ends with one of the `terminatingDigits`, with
    `maxDigits` keys or when `interDigitTimeout` passes after a key. When the prompts have ended and
    `firstDigitTimeout` passes without any key they are played again, `repeatCount` times in all.
    Keys pressed before the verb began do not count.

    With `gatherUrl` the reply to the webhook replaces this document; without it the keys are
    dropped and the next verb runs.

    With `input="speech"` it is what the caller says that counts, and keys do not; with
    `dtmf_speech` either of them does, whichever comes first. Who begins to speak silences the
    prompts. What is said ends with a second of silence. When nobody speaks within `speechTimeout`
    after the prompts they are played again, as above; with `dtmf_speech` the longer of the two
    timeouts counts. Sounds that are no speech do not count.

    The server needs a speech recogniser for it (`pip install 'offhook[recognition]'`), which
    understands English. Without one, or in another `language`, `speech` hears nothing, and
    `dtmf_speech` is the same as `dtmf`; `offhook explain` says so. There is one `speechModel`, with
    one difference: `numbers_and_commands` writes words for digits as digits, without punctuation.

    ## Events

    `gather` goes to `gatherUrl` with the fields `digits` and `terminatingDigit`; both are empty
    when nothing was pressed. With `input="speech"` it has the field `text` as well, and so it has
    with `dtmf_speech` when something was said.

    `partialgather` goes to `partialResultCallback` with the field `text` while somebody speaks:
    what was understood so far, about once a second. It may change with every one; replies are
    ignored.

    ## Example

    ```xml
    <Response>
      <Gather gatherUrl="/menu" maxDigits="1" repeatCount="2">
        <SpeakSentence>For sales, press one. For support, press two.</SpeakSentence>
      </Gather>
    </Response>
    ```
    """

    name: ClassVar[str] = "Gather"
    blocks: ClassVar[bool] = True

    hook: Hook | None = field(default=None, metadata=declare.webhook("gather"))
    tag: str | None = declare.tag()
    terminating_digits: str = declare.keys("", "any of these keys ends the gather")
    max_digits: int = declare.integer(50, (1, 50), "the gather ends with so many keys")
    inter_digit_timeout_s: float = declare.decimal(5.0, (1, 60), "seconds to wait after a key")
    first_digit_timeout_s: float = declare.decimal(
        5.0, (0, 60), "seconds to wait for a key after the prompts"
    )
    repeat_count: int = declare.integer(
        1, (1, declare.NO_LIMIT), "rounds of prompts; times the nested verbs at most 20"
    )
    mode: str = declare.choice(
        "dtmf", ("dtmf", "speech", "dtmf_speech"), "what to listen for", name="input"
    )
    hints: tuple[str, ...] = declare.phrases("phrases that the recogniser should expect")
    language: str = declare.language("en-US", "language of the speech")
    speech_model: str = declare.choice("default", SPEECH_MODELS, "model for the speech")
    speech_timeout_s: int = declare.integer(
        5, (1, declare.NO_LIMIT), "seconds to wait for speech to begin after the prompts"
    )
    profanity_filter: bool = declare.flag(True, "mask profanity in the text")
    partial_result: Hook | None = field(
        default=None,
        metadata=declare.webhook(
            "partialResultCallback", url="partialResultCallback", fallback=False
        ),
    )
    prompts: tuple[Verb, ...] = declare.nested(("PlayAudio", "SpeakSentence"), "the prompts")

    def __post_init__(self) -> None:
        played = self.repeat_count * len(self.prompts)
        if played > MOST_PROMPTS:
            raise ValueError(
                f"repeatCount times nested verbs must be at most {MOST_PROMPTS}, but was"
                f" {self.repeat_count} x {len(self.prompts)} = {played}"
            )

    @property
    def new_tag(self) -> str | None:
        """The `tag` attribute."""
        return self.tag

    @property
    def leaves(self) -> bool:
        """With a URL for the event."""
        return self.hook is not None

    async def run(self, line: Line) -> Step:
        """Collect, then report."""
        with line.collect() as keys:
            if self.mode == "dtmf":
                result = await self._digits(line, keys)
            else:
                result = await self._answer(line, keys)
        return Goto(self.hook, "gather", result) if self.hook else None

    async def _answer(self, line: Line, keys: "asyncio.Queue[str]") -> dict[str, Any]:
        """Return what was said, or pressed."""
        order = SpeechOrder(
            self.language,
            self.hints,
            self.partial_result is not None,
            self.speech_model == "numbers_and_commands",
            self.profanity_filter,
        )
        async with line.understand(order) as words:
            if words is not None:
                ears = Ears(None if self.mode == "speech" else keys, words, self._tell(line))
                answer = await self._asked(line, ears)
        if words is None:
            without = self._without_recogniser if self.mode == "speech" else self._digits
            return await without(line, keys)
        if isinstance(answer, str):
            digits, terminator = await self._rest(answer, keys)
            return {"digits": digits, "terminatingDigit": terminator}
        nothing = {"digits": "", "terminatingDigit": ""}
        if answer is None and self.mode != "speech":
            return nothing
        return nothing | {"text": answer.text if answer else ""}

    async def _asked(self, line: Line, ears: Ears) -> str | Words | None:
        """Return the first key or what was said, in some round; None if nothing was."""
        patience_s = float(self.speech_timeout_s)
        if ears.keys is not None:
            patience_s = max(patience_s, self.first_digit_timeout_s)
        for _ in range(self.repeat_count if self.prompts else 1):
            with contextlib.suppress(TimeoutError):
                return await ask(ears, lambda: self._play(line), patience_s)
        return None

    def _tell(self, line: Line) -> Callable[[str], None]:
        """Return how what is said so far is reported."""
        hook = self.partial_result

        def tell(text: str) -> None:
            if hook is not None:
                line.notify("partialgather", {"text": text}, hook.primary)

        return tell

    async def _digits(self, line: Line, keys: "asyncio.Queue[str]") -> dict[str, Any]:
        for _ in range(self.repeat_count if self.prompts else 1):
            first = await self._round(line, keys)
            if first is not None:
                digits, terminator = await self._rest(first, keys)
                return {"digits": digits, "terminatingDigit": terminator}
        return {"digits": "", "terminatingDigit": ""}

    async def _round(self, line: Line, keys: "asyncio.Queue[str]") -> str | None:
        """Play the prompts once; return the first key, or None when its time has passed."""
        try:
            async with (
                asyncio.timeout(None) as silence,
                background(self._prompt(line, silence)),  # leaving it silences the prompt
            ):
                return await keys.get()
        except TimeoutError:
            return None

    async def _prompt(self, line: Line, silence: asyncio.Timeout) -> None:
        await self._play(line)
        silence.reschedule(asyncio.get_running_loop().time() + self.first_digit_timeout_s)

    async def _play(self, line: Line) -> None:
        for prompt in self.prompts:
            await prompt.run(line)

    async def _rest(self, key: str, keys: "asyncio.Queue[str]") -> tuple[str, str]:
        """Return the digits that begin with `key`, and the terminating one (bxml.md 4.5 step 5)."""
        digits = ""
        while key.upper() not in self.terminating_digits:
            digits += key.upper()
            if len(digits) == self.max_digits:
                return digits, ""
            try:
                async with asyncio.timeout(self.inter_digit_timeout_s):
                    key = await keys.get()
            except TimeoutError:
                return digits, ""
        return digits, key.upper()

    async def _without_recogniser(self, line: Line, keys: "asyncio.Queue[str]") -> dict[str, Any]:
        """Prompt and wait as if nobody spoke (bxml.md 4.5, last sentence)."""
        del keys
        for _ in range(self.repeat_count if self.prompts else 1):
            await self._play(line)
            await asyncio.sleep(self.speech_timeout_s)
        return {"digits": "", "terminatingDigit": "", "text": ""}
