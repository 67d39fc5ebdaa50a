"""Where the figures of a node are read that no other part of the desk has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from offhook.calls.headroom import Headroom
from offhook.directory import Phone, Trunk
from offhook.media.frames import Beat


def _none() -> int:
    return 0


def _no_beats() -> Sequence[Beat | None]:
    return ()


def _unknown(_: Phone | Trunk) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Instruments:
    """Looks at the API, the outbox, the media workers, and the far ends of SIP."""

    in_flight: Callable[[], int] = _none  # requests of the API
    most_in_flight: int = 0
    lanes: Callable[[], int] = _none  # calls with webhooks under way
    beats: Callable[[], Sequence[Beat | None]] = _no_beats  # the last one of each media worker
    legs: int = 0  # that a worker takes
    phone: Callable[[Phone], str] = _unknown  # where it is registered, or why it is not
    trunk: Callable[[Trunk], str] = _unknown  # what its host's name leads to
    headroom: Headroom = field(default_factory=lambda: Headroom({}))  # of the machine
