"""What a stranger probably meant: the closest of some names to one that is none of them."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

LONGEST: Final = 40  # no slip, and comparing costs the square of the length
ALIKE: Final = 0.75  # of 1: two letters swapped in a word of six pass, another short word does not
SHORTEST_PART: Final = 4


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that was meant; None rather than a far-fetched guess.

    First the same name in other letter case or with other separators, then the likeliest slip,
    then the only name that holds this one as a part of itself (`Play`: `PlayAudio`).
    """
    if len(name) > LONGEST:
        return None
    asked, candidates = _bare(name), [(_bare(each), each) for each in names]
    return (
        next((each for bare, each in candidates if bare == asked), None)
        or _likeliest(asked, candidates)
        or _whole(asked, candidates)
    )


def _bare(name: str) -> str:
    """Return a name without what people vary freely."""
    return name.translate(_SEPARATORS).lower()


_SEPARATORS: Final = str.maketrans("", "", "-_ .:")


def _likeliest(asked: str, candidates: list[tuple[str, str]]) -> str | None:
    best, best_ratio = None, ALIKE
    matcher = SequenceMatcher(b=asked, autojunk=False)  # what is compared with all comes second
    for bare, each in candidates:
        matcher.set_seq1(bare)
        # The cheap upper bounds come first: most names end there.
        if matcher.real_quick_ratio() < best_ratio or matcher.quick_ratio() < best_ratio:
            continue
        ratio = matcher.ratio()
        if ratio > best_ratio or (best is None and ratio == best_ratio):
            best, best_ratio = each, ratio
    return best


def _whole(part: str, candidates: list[tuple[str, str]]) -> str | None:
    if len(part) < SHORTEST_PART:
        return None
    holders = [each for bare, each in candidates if part in bare]
    return holders[0] if len(holders) == 1 else None
