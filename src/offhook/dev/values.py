"""What stands behind the steps of a persona: durations, keys, shares, statuses, tones and files.

Each reader takes text and raises ValueError with what would be right.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from offhook.media.audio import AudioError, decode
from offhook.testing.sound import Pcm, tone

LONGEST_S = 3600.0
LONGEST_TEXT = 1000
KEYS = re.compile(r"[0-9A-D*#]{1,50}")
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) *(ms|s|min)?")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) *%")
_TONE = re.compile(r"(\d{2,4}) *Hz(?: +for +(.+))?")
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, None: 1.0}


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone to make or to hear."""

    frequency_hz: float
    duration_s: float

    @property
    def pcm(self) -> Pcm:
        """Its sound."""
        return tone(self.frequency_hz, self.duration_s)


def seconds(text: str) -> float:
    """Read a duration: `3s`, `500 ms`, `2 min`, or a number of seconds."""
    found = _DURATION.fullmatch(text)
    value = float(found[1]) * _UNITS[found[2]] if found else LONGEST_S + 1
    if value > LONGEST_S:
        raise ValueError("write a duration up to an hour, such as 3s, 500ms or 2min")
    return value


def share(text: str) -> float:
    """Read a percentage as a share of 1."""
    found = _SHARE.fullmatch(text)
    if found is None or float(found[1]) > 100:
        raise ValueError("write a percentage, such as 5%")
    return float(found[1]) / 100


def keys(text: str) -> str:
    """Read keys of a telephone."""
    if not KEYS.fullmatch(text):
        raise ValueError("write 1 to 50 keys: digits, * and #, and A to D; in quotes: '12#'")
    return text


def key(text: str) -> str:
    """Read one key of a telephone."""
    if len(keys(text)) != 1:
        raise ValueError("write one key")
    return text


def status(text: str) -> int:
    """Read the SIP status of a refusal."""
    if not re.fullmatch(r"[3-6][0-9][0-9]", text):
        raise ValueError("write a SIP status from 300 to 699, such as 486")
    return int(text)


def sound(text: str) -> Tone:
    """Read a tone: `440 Hz`, or `440 Hz for 2s`."""
    found = _TONE.fullmatch(text)
    if found is None or not 50 <= int(found[1]) <= 3800:
        raise ValueError("write a tone from 50 to 3800 Hz, such as 440 Hz, or 440 Hz for 2s")
    return Tone(float(found[1]), seconds(found[2]) if found[2] else 1.0)


def words(text: str) -> str:
    """Read what is to be said."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise ValueError(f"write 1 to {LONGEST_TEXT} characters to say")
    return text


def audio(text: str, folder: Path) -> Pcm:
    """Read the WAV or MP3 file that is named, relative to the folder of the personas."""
    path = folder / text
    try:
        return decode(path.read_bytes(), None, path.name)
    except (OSError, ValueError) as error:  # ValueError: a null byte in a name
        reason = getattr(error, "strerror", None) or str(error)
        raise ValueError(f"{path} cannot be read: {reason}") from None
    except AudioError as error:
        raise ValueError(f"{path}: {error}") from None
