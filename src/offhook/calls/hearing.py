"""What people say, as text: one recogniser for all calls of the node, and a queue before it.

Whoever asks waits for those who asked before. Who transcribes a recording asks for one passage at
a time, so that a caller who is asked a question does not wait for an hour of recordings.
"""

from collections.abc import Sequence
from typing import Final

from offhook.calls.limits import PASSAGES_WAITING
from offhook.scopes import Offload
from offhook.speech import Pcm, RecognitionError, Recognizer, Utterance

MISSING: Final = "no speech recogniser is installed"


class Hearing:
    """The recogniser, if there is one. `offload` runs one thing at a time."""

    def __init__(self, recognizer: Recognizer | None, offload: Offload) -> None:
        self._recognizer = recognizer
        self._offload = offload
        self.waiting = 0

    @property
    def available(self) -> bool:
        """Whether there is a recogniser."""
        return self._recognizer is not None

    def language(self, wanted: Sequence[str]) -> str:
        """Return the locale for the first of these that is understood; raises RecognitionError.

        Without a wish it is the one that is meant by default.
        """
        if self._recognizer is None:
            raise RecognitionError(MISSING)
        known = {_plain(each): each for each in self._recognizer.languages}
        for each in wanted:
            if found := known.get(_plain(each)):
                return found
        if wanted:
            raise RecognitionError(
                f"the recogniser does not understand {', '.join(wanted)}, only"
                f" {', '.join(self._recognizer.languages)}"
            )
        return self._recognizer.languages[0]

    async def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        """Return what is said in a passage; raises RecognitionError."""
        recognizer = self._recognizer
        if recognizer is None:
            raise RecognitionError(MISSING)
        if self.waiting >= PASSAGES_WAITING:
            raise RecognitionError(f"{PASSAGES_WAITING} passages wait for the recogniser already")
        self.waiting += 1
        try:
            return await self._offload(lambda: recognizer.recognize(pcm, hints))
        finally:
            self.waiting -= 1


def _plain(locale: str) -> str:
    return locale.replace("_", "-").lower()
