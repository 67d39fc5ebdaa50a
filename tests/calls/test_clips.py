"""The clip bank loads each audio once and forgets the least recently used."""

import numpy as np

from offhook.calls.clips import ClipBank, clip
from offhook.media.messages import Command, Forget, Load


class Tape:
    """A media plane that remembers what it was told."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def send(self, command: Command) -> None:
        self.commands.append(command)


def audio(value: int) -> Load:
    """A hundred equal samples."""
    return clip(np.full(100, value, np.int16))


def test_equal_audio_is_loaded_once() -> None:
    tape = Tape()
    bank = ClipBank(tape)

    first, second = bank.load(audio(1)), bank.load(audio(1))

    assert first == second
    assert tape.commands == [Load(first, bytes([1, 0]) * 100)]


def test_a_full_bank_forgets_the_least_recently_used() -> None:
    tape = Tape()
    bank = ClipBank(tape, limit_bytes=450)
    one, two = bank.load(audio(1)), bank.load(audio(2))
    bank.load(audio(1))

    bank.load(audio(3))

    assert tape.commands[-1] == Forget(two)
    assert one == bank.load(audio(1))
    assert len([c for c in tape.commands if isinstance(c, Load)]) == 3


def test_one_clip_larger_than_the_bank_is_still_playable() -> None:
    tape = Tape()

    ClipBank(tape, limit_bytes=10).load(audio(1))

    assert [type(c) for c in tape.commands] == [Load]
