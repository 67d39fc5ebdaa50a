"""`<SpeakSentence>`: say something."""

from dataclasses import dataclass
from typing import ClassVar

from offhook.ssml import Segment, Sentence
from offhook.verbs import Step, Studio, StudioVerb
from offhook.verbs import attributes as declare


@dataclass(frozen=True, kw_only=True)
class SpeakSentence(StudioVerb):
    """Speak a text in one of the voices of the voice list.

    `voice` names a voice and wins over `gender` and `locale`, which pick the first voice that has
    both, or else the first of the locale. Without any of them `susan` speaks. A voice or locale
    that does not exist ends the call with cause `application-error` when the verb runs.

    The text may hold SSML: `break`, `emphasis`, `lang`, `p`, `phoneme`, `prosody`, `s`, `say-as`
    and `sub`, nested as you like.

    ## Example

    ```xml
    <Response>
      <SpeakSentence voice="kate">
        Your code is <say-as interpret-as="characters">AB1</say-as>.
        <break time="500ms"/> Goodbye.
      </SpeakSentence>
      <SpeakSentence locale="es" gender="male">Hasta luego.</SpeakSentence>
    </Response>
    ```
    """

    name: ClassVar[str] = "SpeakSentence"
    blocks: ClassVar[bool] = True

    segments: tuple[Segment, ...] = declare.spoken("what to say")
    voice: str | None = declare.words("name of a voice; wins over gender and locale", longest=100)
    gender: str | None = declare.choice(None, ("female", "male"), "gender of the voice")
    locale: str | None = declare.words("locale of the voice, such as `en_US`", longest=100)

    async def run(self, line: Studio) -> Step:
        """Speak."""
        await line.speak(Sentence(self.segments, self.voice, self.gender, self.locale))
        return None
