"""Speech in a process of its own: the engine holds the interpreter while it works.

In the control process a prompt would hold up SIP and HTTP for tens of milliseconds. What was
spoken once is kept here and never crosses again.
"""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from offhook.speech import Pcm, SpeechError
from offhook.speech.cache import PcmCache
from offhook.speech.pico import CACHE_BYTES, Voices
from offhook.ssml import Sentence

_voices: Voices | None = None  # of the speaking process


class SpeechProcess:
    """The Synthesizer of a server: safe to use from many threads."""

    def __init__(self) -> None:
        self._cache = PcmCache(CACHE_BYTES)
        self._pool = self._new_pool()

    def synthesize(self, sentence: Sentence) -> Pcm:
        """Return the audio; raises SpeechError."""
        known = self._cache.get(sentence)
        if known is not None:
            return known
        try:
            data = self._pool.submit(_speak, sentence).result()
        except BrokenProcessPool as error:
            self._pool = self._new_pool()
            raise SpeechError("the speech process has died") from error
        return self._cache.put(sentence, data.copy())

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown(cancel_futures=True)

    @staticmethod
    def _new_pool() -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(1, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """A killed server cannot end its pool, and a pool's process waits for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, name="follow", daemon=True).start()


def _speak(sentence: Sentence) -> Pcm:
    global _voices  # noqa: PLW0603  # one engine in the speaking process
    if _voices is None:
        _voices = Voices(cache_bytes=1)  # the parent keeps what was spoken
    return _voices.synthesize(sentence)
