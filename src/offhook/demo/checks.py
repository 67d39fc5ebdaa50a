"""What the telephones must have heard; each check prints a line and counts."""

from pathlib import Path

from offhook.demo.site import DemoError
from offhook.testing.sound import Pcm, loudness, sounds, tones, wav

CHIME_HZ = 1000.0
MIN_SPEECH_S = 1.0
MIN_LOUDNESS = 200.0  # of 32768: clearly audible speech


class Checks:
    """Counts what was proved; the first thing that was not ends the demo."""

    def __init__(self) -> None:
        self.passed: list[str] = []

    def require(self, holds: bool, text: str) -> None:
        """Note that something holds; raises DemoError if it does not."""
        if not holds:
            raise DemoError(f"not so: {text}")
        self.passed.append(text)

    def speech(self, heard: Pcm, who: str, what: str) -> None:
        """At least a second of audible speech."""
        spoken = sum(span.duration_s for span in sounds(heard))
        self.require(
            spoken >= MIN_SPEECH_S and loudness(heard) >= MIN_LOUDNESS,
            f"{who} heard {what}: {spoken:.1f} s of speech",
        )

    def chime(self, heard: Pcm, who: str) -> None:
        """The second of 1000 Hz that the app plays after a key."""
        found = [span for span in tones(heard, CHIME_HZ) if span.duration_s > 0.5]
        length = found[0].duration_s if found else 0.0
        self.require(
            abs(length - 1.0) <= 0.06,
            f"{who} heard the chime: {length:.2f} s of {CHIME_HZ:.0f} Hz",
        )


def keep(heard: Pcm, path: Path) -> None:
    """Write what was heard as a WAV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav(heard))
