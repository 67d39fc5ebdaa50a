"""What so many legs of a worker do while they are measured.

Their far ends speak all the time: noise, or keys (RFC 4733).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from offhook.media.messages import (
    Command,
    Dial,
    Join,
    Listen,
    Load,
    OpenRoom,
    Play,
    Record,
    Seat,
    ToneStep,
)

KEYS = tuple(
    step for key in "1234567890*#" * 20 for step in (ToneStep(key, 100), ToneStep("", 100))
)  # 48 seconds of them


@dataclass(frozen=True, slots=True)
class Scene:
    """Commands for legs that are connected; `folder` takes what they record."""

    commands: Callable[[list[str], Path], Iterable[Command]]
    speaks: bool = True  # false: the far ends want to hear nothing
    keys: bool = False  # the far ends press keys


def names(legs: int) -> list[str]:
    """Return the names of so many legs."""
    return [f"leg{number}" for number in range(legs)]


def played(legs: list[str], folder: Path) -> Iterator[Command]:
    """Play a noise to all."""
    del folder
    noise = np.random.default_rng(1).integers(-8000, 8000, 80_000, np.int16)  # ten seconds
    yield Load("prompt", noise.tobytes())
    for leg in legs:
        yield Play(leg, 1, "prompt", loop=True)


def bridged(legs: list[str], folder: Path) -> Iterator[Command]:
    """Join the legs two by two."""
    del folder
    for leg, other in zip(legs[::2], legs[1::2], strict=False):
        yield Join(leg, other)


def rooms(size: int) -> Callable[[list[str], Path], Iterator[Command]]:
    """Seat the legs in rooms of a size."""

    def commands(legs: list[str], folder: Path) -> Iterator[Command]:
        del folder
        for number, leg in enumerate(legs):
            room = f"room of {legs[number - number % size]}"
            if number % size == 0:
                yield OpenRoom(room)
            yield Seat(leg, room)

    return commands


def silent(legs: list[str], folder: Path) -> Iterator[Command]:
    """Let them listen."""
    del legs, folder
    yield from ()


def recorded(legs: list[str], folder: Path) -> Iterator[Command]:
    """Record what all say and hear."""
    yield from played(legs, folder)
    for leg in legs:
        yield Record(leg, leg, str(folder / f"{leg}.wav"), ("inbound", "outbound"))


def streamed(legs: list[str], folder: Path) -> Iterator[Command]:
    """Report all that they say and hear, frame by frame."""
    yield from played(legs, folder)
    for leg in legs:
        yield Listen(leg, leg, ("inbound", "outbound"))


def keys(legs: list[str], folder: Path) -> Iterator[Command]:
    """Press keys all the time."""
    del folder
    for leg in legs:
        yield Dial(leg, 1, KEYS)


def mixed(legs: list[str], folder: Path) -> Iterator[Command]:
    """Play to a third, bridge a third, seat a third; record and stream some of them."""
    third = len(legs) // 3
    yield from played(legs[:third], folder)
    yield from bridged(legs[third : 2 * third], folder)
    yield from rooms(3)(legs[2 * third :], folder)
    for leg in legs[::10]:
        yield Record(leg, leg, str(folder / f"{leg}.wav"), ("mixed",))
    for leg in legs[5::20]:
        yield Listen(leg, leg, ("inbound",))


SCENES = {
    "full duplex": Scene(played),
    "bridged": Scene(bridged),
    "rooms of 3": Scene(rooms(3)),
    "rooms of 20": Scene(rooms(20)),
    "rooms of 100": Scene(rooms(100)),
    "receive only": Scene(silent, speaks=False),
    "recorded": Scene(recorded),
    "streamed": Scene(streamed),
    "keys": Scene(keys, keys=True),
    "mixed": Scene(mixed),
}
