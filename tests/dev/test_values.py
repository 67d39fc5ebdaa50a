"""Values of steps are read, or told what they should be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from offhook.dev import values
from offhook.dev.values import Tone
from offhook.testing.sound import ogg, tone, tones, wav


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.seconds, "3s", 3.0),
        (values.seconds, "3", 3.0),
        (values.seconds, "0.5 s", 0.5),
        (values.seconds, "40ms", 0.04),
        (values.seconds, "2 min", 120.0),
        (values.share, "5%", 0.05),
        (values.share, "12.5 %", 0.125),
        (values.keys, "12#*A", "12#*A"),
        (values.key, "5", "5"),
        (values.status, "486", 486),
        (values.sound, "440 Hz", Tone(440.0, 1.0)),
        (values.sound, "440 Hz for 500ms", Tone(440.0, 0.5)),
        (values.words, "Hello.", "Hello."),
    ],
)
def test_values_are_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (values.seconds, "soon", "a duration up to an hour"),
        (values.seconds, "61 min", "a duration up to an hour"),
        (values.seconds, "-1s", "a duration"),
        (values.seconds, "9" * 400, "a duration"),
        (values.share, "5", "a percentage"),
        (values.share, "101%", "a percentage"),
        (values.keys, "12x", "1 to 50 keys"),
        (values.keys, "1" * 51, "1 to 50 keys"),
        (values.key, "12", "write one key"),
        (values.status, "200", "a SIP status from 300 to 699"),
        (values.status, "4860", "a SIP status"),
        (values.sound, "440", "a tone from 50 to 3800 Hz"),
        (values.sound, "9000 Hz", "a tone from 50 to 3800 Hz"),
        (values.sound, "440 Hz for ever", "a duration"),
        (values.words, " ", "1 to 1000 characters"),
    ],
)
def test_other_values_are_told_what_is_right(
    read: Callable[[str], object], text: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        read(text)


def test_a_file_is_played_and_anything_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.wav").write_bytes(wav(tone(440.0, 0.5, 0.3), rate_hz=8000))
    (tmp_path / "t.ogg").write_bytes(ogg(tone(440.0, 0.5)))

    (heard,) = tones(values.audio("t.wav", tmp_path), 440.0)
    assert heard.duration_s == pytest.approx(0.5, abs=0.05)
    assert len(tones(Tone(440.0, 0.5).pcm, 440.0)) == 1
    for name, said in (
        ("no.wav", "no.wav cannot be read: No such file"),
        ("t.ogg", "not a valid WAV file"),
        (".", "cannot be read"),
        ("a\0b", "cannot be read: embedded null byte"),
    ):
        with pytest.raises(ValueError, match=said):
            values.audio(name, tmp_path)
