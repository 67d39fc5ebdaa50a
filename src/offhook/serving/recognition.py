"""The recogniser in a process of its own: it uses a core while it works, and may fail.

The process begins with the first thing that is to be recognised and ends when there was nothing for
a while, since the model takes some 260 MB. It is polite: the media plane goes before it. One that
dies or takes too long is replaced; what it had in hand has failed.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Final

import numpy as np
import structlog

from offhook.speech import Pcm, RecognitionError, Recognizer, Utterance
from offhook.speech.whisper import LANGUAGES, Whisper

LONGEST_S: Final = 60.0  # for a passage; some 0.3 s are usual
IDLE_S: Final = 600.0  # then the process gives its memory back
NICE: Final = 10

Job = tuple[bytes, tuple[str, ...]]  # int16 samples, hints
Answer = Utterance | str  # a text says why there is none

log = structlog.get_logger(__name__)


class RecognitionProcess:
    """The Recognizer of a server: safe to use from many threads, one job at a time."""

    def __init__(
        self,
        make: Callable[[], Recognizer] = Whisper,
        languages: Sequence[str] = LANGUAGES,
        longest_s: float = LONGEST_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self.languages = languages
        self._make = make
        self.longest_s = longest_s
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection

    @property
    def pid(self) -> int | None:
        """The id of the process, if there is one."""
        return self._process.pid if self._process else None

    def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        """Return what is said; raises RecognitionError."""
        job = (pcm.astype("<i2").tobytes(), tuple(hints))
        with self._lock:
            answer = self._asked(job)
        if isinstance(answer, str):
            raise RecognitionError(answer)
        return answer

    def close(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join()
            self._pipe.close()

    def _asked(self, job: Job) -> Answer:
        for _ in range(2):  # one that went home a moment ago does not count
            try:
                if self._process is None:
                    self._start()
                self._pipe.send(job)
                if not self._pipe.poll(self.longest_s):
                    self._replace("took too long")
                    return f"the recogniser took longer than {self.longest_s:g} s"
                answer: Answer = self._pipe.recv()
            except (EOFError, OSError):
                if not self._went_home():
                    break
            else:
                return answer
        self._replace("died")
        return "the recogniser has died"

    def _went_home(self) -> bool:
        """Whether the process had nothing to do for a while and ended."""
        process = self._process
        if process is None:
            return False
        process.join(1.0)
        at_home = process.exitcode == 0
        self.close()
        return at_home

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, self._make, self._idle_s), name="recogniser", daemon=True
        )
        self._process.start()
        theirs.close()

    def _replace(self, why: str) -> None:
        log.warning("recogniser.replaced", reason=why)
        self.close()


def _work(pipe: Connection, make: Callable[[], Recognizer], idle_s: float) -> None:
    """Recognise until nobody asks any more: the server is gone, or has nothing to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server's to obey
    os.nice(NICE)
    try:
        recognizer = make()
    except RecognitionError as error:
        recognizer, reason = None, str(error)
    while pipe.poll(idle_s):
        try:
            pcm, hints = pipe.recv()
        except EOFError:
            return
        answer: Answer
        if recognizer is None:
            answer = reason
        else:
            answer = _answer(recognizer, np.frombuffer(pcm, "<i2").astype(np.int16), hints)
        try:
            pipe.send(answer)
        except OSError:
            return


def _answer(recognizer: Recognizer, pcm: Pcm, hints: Sequence[str]) -> Answer:
    try:
        return recognizer.recognize(pcm, hints)
    except RecognitionError as error:
        return str(error)
