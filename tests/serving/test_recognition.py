"""The recogniser in its own process: what becomes of one that dies, hangs or cannot start."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from offhook.serving.recognition import RecognitionProcess
from offhook.speech import Pcm, RecognitionError, Utterance, Word
from offhook.testing.sound import silence

pytestmark = pytest.mark.slow


class Counter:
    """Hears how many samples there are; refuses 13, dies of 14, and falls asleep over 15."""

    languages = ("en-US",)

    def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        if len(pcm) == 13:
            raise RecognitionError("13 is too much for me")
        if len(pcm) == 14:
            os._exit(3)
        if len(pcm) == 15:
            time.sleep(60)  # noqa: TID251
        return Utterance((Word(" ".join([str(len(pcm)), *hints]), 0.0, 1.0, 1.0),), 1.0)


def missing() -> Counter:
    raise RecognitionError("the speech recogniser is not installed")


def samples(count: int) -> Pcm:
    return np.ones(count, np.int16)


@contextmanager
def running(idle_s: float = 60.0) -> Iterator[RecognitionProcess]:
    process = RecognitionProcess(Counter, ("en-US",), idle_s=idle_s)
    try:
        yield process
    finally:
        process.close()


def test_a_job_is_done_elsewhere() -> None:
    with running() as process:
        assert process.pid is None
        assert process.recognize(samples(7), ["blue"]).text == "7 blue"
        assert process.pid not in (None, os.getpid())


def test_one_that_dies_is_replaced_and_the_next_job_succeeds() -> None:
    with running() as process:
        with pytest.raises(RecognitionError, match="has died"):
            process.recognize(samples(14))
        assert process.recognize(samples(3)).text == "3"
        first = process.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        with pytest.raises(RecognitionError, match="has died"):
            process.recognize(samples(4))
        with pytest.raises(RecognitionError, match="13 is too much"):
            process.recognize(samples(13))
        assert process.recognize(samples(5)).text == "5"
        assert process.pid != first


def test_one_that_hangs_is_replaced() -> None:
    with running() as process:
        assert process.recognize(samples(1)).text == "1"
        process.longest_s = 1.5  # from now on: the start of a process takes its time
        with pytest.raises(RecognitionError, match=r"longer than 1\.5 s"):
            process.recognize(samples(15))
        process.longest_s = 30.0
        assert process.recognize(samples(2)).text == "2"


def test_one_without_work_goes_home_and_comes_again() -> None:
    with running(idle_s=0.05) as process:
        assert process.recognize(samples(1)).text == "1"
        assert process._process is not None
        process._process.join(30)
        assert process.recognize(samples(2)).text == "2"


def test_why_it_cannot_start_is_told_to_each_who_asks() -> None:
    process = RecognitionProcess(missing, ("en-US",))
    try:
        for _ in range(2):
            with pytest.raises(RecognitionError, match="not installed"):
                process.recognize(silence(0.1))
    finally:
        process.close()
