"""Who hears whom: which voices have reached a telephone or a file, while the calls go on.

Every party says a tone of its own all the time. Sound in real time has holes when the machine is
busy, so a voice is heard when it is there most of a second, and not heard when next to nothing of
it is there; in between nothing is certain, and a second that is certain must come.
"""

import io
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import soundfile
from tests.interop.site import until

from offhook.testing import sound
from offhook.testing.rest import Answer
from offhook.testing.sound import RATE_HZ, WINDOW, Pcm

SECOND = RATE_HZ // WINDOW  # in windows
HEARD, UNHEARD = 0.6, 0.05  # of a second: at least, at most
PATIENCE_S = 30.0

Voices = Mapping[str, float]  # Hz, by names of one letter
Ear = Callable[[], Pcm]  # returns all that was heard so far


async def until_heard(ears: Mapping[str, Ear], voices: Voices, wanted: Mapping[str, str]) -> None:
    """Wait for a second, from now on, in which each hears just the voices that he should."""
    since = {name: len(ear()) for name, ear in ears.items()}
    seen: dict[str, str] = {}

    def as_wanted() -> bool:
        for name, ear in ears.items():
            seen[name] = within(ear()[since[name] :][-RATE_HZ:], voices)
        return seen == wanted

    try:
        await until(as_wanted, "voices", PATIENCE_S)
    except AssertionError:
        raise AssertionError(f"they hear {seen}, not {wanted}") from None


def within(pcm: Pcm, voices: Voices) -> str:
    """Return the voices of a second, or what is wrong with it."""
    if len(pcm) < RATE_HZ:
        return "too little"
    shares = {name: share(pcm, hertz) for name, hertz in voices.items()}
    if any(UNHEARD < each < HEARD for each in shares.values()):
        return f"{shares}"
    return "".join(name for name, each in shares.items() if each >= HEARD)


def share(pcm: Pcm, frequency_hz: float) -> float:
    """Return the share of the time that a tone is there, 0 to 1."""
    return float(_present(pcm, frequency_hz).mean())


def scenes(pcm: Pcm, voices: Voices, wanted: Sequence[str]) -> list[str]:
    """Return how far a story goes: one after the other, seconds in which just these are heard."""
    steps = np.ones(SECOND) / SECOND
    shares = {
        name: np.convolve(_present(pcm, hertz), steps, "valid") for name, hertz in voices.items()
    }
    found: list[str] = []
    at = 0  # the window from which on the next one is looked for
    for scene in wanted:
        each = [
            shares[name] >= HEARD if name in scene else shares[name] <= UNHEARD for name in voices
        ]
        hits = np.flatnonzero(np.logical_and.reduce(each)[at:])
        if not len(hits):
            break
        at += int(hits[0]) + SECOND
        found.append(scene)
    return found


def decoded(media: Answer) -> Pcm:
    """Return a downloaded recording: int16 [sample, channel]."""
    assert (media.status, media.values("content-type")) == (200, ["audio/vnd.wave"])
    pcm, rate_hz = soundfile.read(io.BytesIO(media.body), dtype="int16", always_2d=True)
    assert rate_hz == RATE_HZ
    return np.asarray(pcm, np.int16)


def _present(pcm: Pcm, frequency_hz: float) -> npt.NDArray[np.bool_]:
    """Return for each window whether the tone is in it."""
    there = np.zeros(-(-len(pcm) // WINDOW), np.bool_)
    for span in sound.tones(pcm, frequency_hz, gap_s=0.0):
        there[round(span.start_s * SECOND) : round(span.end_s * SECOND)] = True
    return there
