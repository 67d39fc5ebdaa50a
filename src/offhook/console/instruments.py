"""Where the figures of a node are read that no other part of the desk has."""

from collections.abc import Callable
from dataclasses import dataclass

from offhook.directory import Phone, Trunk
from offhook.media.frames import Beat


def _none() -> int:
    return 0


def _no_beat() -> Beat | None:
    return None


def _unknown(_: Phone | Trunk) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Instruments:
    """Looks at the API, the outbox, the media worker, and the far ends of SIP."""

    in_flight: Callable[[], int] = _none  # requests of the API
    most_in_flight: int = 0
    lanes: Callable[[], int] = _none  # calls with webhooks under way
    beat: Callable[[], Beat | None] = _no_beat  # the media worker's last one
    legs: int = 0  # that the worker takes
    phone: Callable[[Phone], str] = _unknown  # where it is registered, or why it is not
    trunk: Callable[[Trunk], str] = _unknown  # what its host's name leads to
