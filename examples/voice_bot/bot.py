"""The bot itself: it listens until the caller pauses, then answers; here it repeats what was said.

It knows no WebSocket: a message of the stream goes in, messages for the stream come out. Replace
`answer` by speech recognition, a language model and speech synthesis, and it is a voice bot.
"""

import base64
from typing import Any

PAUSE_FRAMES = 25  # of silence, 20 ms each, after which it is the bot's turn
LOUD = 600  # mean of the samples' absolute values, of 32,768


def expand(code: int) -> int:
    """Return the sample that a byte of G.711 mu-law stands for."""
    code = ~code & 0xFF
    magnitude = ((2 * (code & 15) + 33) << (code >> 4 & 7)) - 33
    return (-magnitude if code & 0x80 else magnitude) * 4


LEVEL = [abs(expand(code)) for code in range(256)]


class Bot:
    """One conversation."""

    def __init__(self) -> None:
        self.said: list[bytes] = []  # frames of the caller's present utterance
        self.quiet = 0  # frames of silence at its end

    def hear(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """Take one message of the stream; return those to send back."""
        if message["eventType"] != "media":
            return []
        frame = base64.b64decode(message["payload"])
        loud = sum(LEVEL[byte] for byte in frame) > LOUD * len(frame)
        if loud:
            interrupts = not self.said
            self.said.append(frame)
            self.quiet = 0
            return [{"eventType": "clear"}] if interrupts else []
        if self.said:
            self.said.append(frame)
            self.quiet += 1
        if self.quiet < PAUSE_FRAMES or not self.said:
            return []
        heard, self.said, self.quiet = b"".join(self.said), [], 0
        return [self.answer(heard)]

    def answer(self, heard: bytes) -> dict[str, Any]:
        """Answer what was said: G.711 mu-law in, a message with audio out."""
        media = {"contentType": "audio/pcmu", "payload": base64.b64encode(heard).decode()}
        return {"eventType": "playAudio", "media": media}
