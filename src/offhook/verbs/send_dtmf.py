"""`<SendDtmf>`: press keys for the far end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from offhook.safexml import shown
from offhook.verbs import Line, Step, Tone, Verb
from offhook.verbs import attributes as declare

LONGEST: Final = 50
PAUSES_MS: Final = {",": 500, "w": 500, "W": 1000}  # bxml.md 7
TIMING: Final = (50, 5000)


def dial_string(text: str) -> str:
    """Check a text of tones and pauses; raises ValueError."""
    if len(text) > LONGEST:
        raise ValueError(f"must be at most {LONGEST} characters, but has {len(text)}")
    if not re.fullmatch(r"[0-9*#A-Da-d,wW]+", text):
        raise ValueError(f"must hold only 0-9, *, #, A-D and pauses (, w W), but was {shown(text)}")
    return text


@dataclass(frozen=True, kw_only=True)
class SendDtmf(Verb):
    """Send keys (DTMF) to the far end, and go on when all are sent.

    The text holds the keys `0-9 * # A-D` and pauses: `,` or `w` is half a second, `W` a second.
    After a key there is a silence of `toneInterval`, or the pauses that follow the key instead
    of it.

    ## Example

    ```xml
    <Response>
      <SendDtmf toneDuration="100">w1W2345#</SendDtmf>
    </Response>
    ```
    """

    name: ClassVar[str] = "SendDtmf"
    blocks: ClassVar[bool] = True

    digits: str = declare.text(dial_string, f"1 to {LONGEST} keys and pauses", "what to send")
    tone_duration_ms: int = declare.integer(200, TIMING, "milliseconds of each tone")
    tone_interval_ms: int = declare.integer(400, TIMING, "milliseconds of silence after a tone")

    async def run(self, line: Line) -> Step:
        """Send."""
        await line.send_tones(self.tones())
        return None

    def tones(self) -> tuple[Tone, ...]:
        """Return the tones and silences in order (bxml.md 7)."""
        return tuple(self._tones())

    def _tones(self) -> Iterator[Tone]:
        for char, following in zip(self.digits, [*self.digits[1:], ""], strict=True):
            if char in PAUSES_MS:
                yield Tone("", PAUSES_MS[char])
                continue
            yield Tone(char.upper(), self.tone_duration_ms)
            if following not in PAUSES_MS:
                yield Tone("", self.tone_interval_ms)
