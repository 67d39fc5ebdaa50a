"""What is said on one track of a call, while it is said: frames in, passages with their words out.

Frames come from `calls/listening.py`, twenty milliseconds each; `hear` costs little and never
waits. Whoever wants to know what was said asks `next`, which has one passage at a time recognised.
Partial ones are what has been said of a passage that goes on; one that is out of date by the time
the recogniser is free is left out.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from offhook.calls.hearing import Hearing
from offhook.media.codecs.g711 import ULAW_DECODE
from offhook.speech import Utterance
from offhook.speech.passages import FRAME, Passage, Passages

PARTIAL_S = 1.0  # from one partial passage to the next
PASSAGES_BEHIND = 60  # of one track that wait; the oldest gives way
_LOST = 500  # frames that are taken for silence: ten seconds


@dataclass(frozen=True, slots=True)
class Said:
    """A passage and its words; no words if it was no speech."""

    start_s: float  # since the beginning of the dictation
    end_s: float
    utterance: Utterance
    final: bool


class Dictation:
    """Listens to one track."""

    def __init__(
        self,
        hearing: Hearing,
        *,
        hints: Sequence[str] = (),
        partials: bool = False,
        end_s: float | None = None,  # of silence, after which a passage is over
        began: Callable[[], None] | None = None,  # told when somebody begins to speak
    ) -> None:
        self._hearing = hearing
        self._hints = hints
        self._partials = partials
        self._began = began
        self._passages = Passages() if end_s is None else Passages(end_s)
        self._finals: deque[Passage] = deque()
        self._partial: Passage | None = None
        self._told_s = 0.0  # how far partial passages go
        self._over = False
        self._wake = asyncio.Event()
        self.dropped = 0  # passages that nobody had recognised in time

    def hear(self, coded: bytes, lost: int = 0) -> None:
        """Take in a frame of mu-law, and that so many before it were lost."""
        if self._over:
            return
        spoke = self._passages.speaking
        frames = bytes([0xFF]) * (FRAME * min(lost, _LOST)) + coded
        for passage in self._passages.feed(ULAW_DECODE[np.frombuffer(frames, np.uint8)]):
            self._ended(passage)
        if self._passages.speaking:
            if not spoke:
                self._told_s = self._passages.now_s
                if self._began is not None:
                    self._began()
            if self._partials and self._passages.now_s - self._told_s >= PARTIAL_S:
                self._told_s = self._passages.now_s
                self._partial = self._passages.under_way
                self._wake.set()

    def close(self) -> None:
        """No more frames come: what was being said is a passage."""
        if not self._over:
            self._over = True
            if last := self._passages.flush():
                self._ended(last)
            self._wake.set()

    async def next(self) -> Said | None:
        """Return what was said next; None after the end. Raises RecognitionError."""
        while True:
            if self._finals:
                return await self._recognized(self._finals.popleft(), final=True)
            if self._over:
                return None
            partial, self._partial = self._partial, None
            if partial is not None:
                return await self._recognized(partial, final=False)
            self._wake.clear()
            await self._wake.wait()

    def _ended(self, passage: Passage) -> None:
        self._partial = None
        self._finals.append(passage)
        if len(self._finals) > PASSAGES_BEHIND:
            self._finals.popleft()
            self.dropped += 1
        self._wake.set()

    async def _recognized(self, passage: Passage, *, final: bool) -> Said:
        utterance = await self._hearing.recognize(passage.pcm, self._hints)
        return Said(passage.start_s, passage.end_s, utterance, final)
