"""What was probably meant by a path that is none: the one thing that differs."""

from collections.abc import Sequence
from difflib import SequenceMatcher

ALIKE = 0.6  # of 1, between a segment and the one that it should be


def no_route(asked: str, paths: Sequence[str]) -> str:
    """Say that there is no such path, and which of `paths` (as `calls/{callId}`) comes closest."""
    segments = asked.split("/")
    found = [miss for path in paths if (miss := _miss(segments, path.split("/")))]
    nearest = max(found, default=None, key=lambda miss: miss[0])
    return f"there is no {asked!r} below an account" + (f"; {nearest[1]}" if nearest else "")


def _miss(asked: list[str], wanted: list[str]) -> tuple[float, str] | None:
    """Return how alike a path is that differs in one segment, and how it differs."""
    if len(asked) == len(wanted):
        wrong = [(got, want) for got, want in zip(asked, wanted, strict=True) if _other(got, want)]
        if len(wrong) != 1:
            return None
        got, want = wrong[0]
        alike = SequenceMatcher(None, got.lower(), want.lower()).ratio()
        return (alike, f"{got!r} should be {want!r}") if got and alike >= ALIKE else None
    shorter, longer = sorted((asked, wanted), key=len)
    same = not any(_other(got, want) for got, want in zip(asked, wanted, strict=False))
    if len(longer) - len(shorter) != 1 or not same or len(shorter) < 2:
        return None
    much = asked is longer
    return (ALIKE, f"{longer[-1]!r} is too much" if much else f"{longer[-1]!r} is missing")


def _other(got: str, want: str) -> bool:
    return want != got and not is_variable(want)


def is_variable(segment: str) -> bool:
    """Whether a segment of a pattern stands for any other, as `{callId}` does."""
    return segment.startswith("{")
