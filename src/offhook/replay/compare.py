"""The first difference between a call as it was and as it is now."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offhook.replay.steps import Step, Steps

CONTEXT: Final = 4  # steps before the difference that are shown
END: Final = "nothing more"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where then and now part; None where one of them has nothing more."""

    line: str  # script or notices
    index: int  # of the step, from 0
    recorded: Step | None
    replayed: Step | None
    before: tuple[Step, ...]  # steps that were the same
    at_s: float  # on the recorded call

    def as_data(self) -> dict[str, Any]:
        """Return this as JSON."""
        return {
            "line": self.line,
            "step": self.index + 1,
            "recorded": _data(self.recorded),
            "replayed": _data(self.replayed),
        }

    def lines(self) -> Iterator[str]:
        """Return this for people: what came before, then what was and what is."""
        yield f"difference at step {self.index + 1} of the {self.line}, {self.at_s:.3f} s into it:"
        yield ""
        first = self.index - len(self.before) + 1
        for number, step in enumerate(self.before, first):
            yield f"    {number:>3}  {step.title}"
        was, is_ = self.recorded, self.replayed
        if was and is_ and was.title == is_.title:
            yield f"  ! {self.index + 1:>3}  {was.title}"
        else:
            yield f"  - {self.index + 1:>3}  {was.title if was else END}"
            yield f"  + {self.index + 1:>3}  {is_.title if is_ else END}"
        yield from _diff(was.text if was else "", is_.text if is_ else "")


def _data(step: Step | None) -> dict[str, Any] | None:
    return None if step is None else {"title": step.title, "text": step.text, "event": step.number}


def _diff(was: str, is_: str) -> Iterator[str]:
    if was == is_:
        return
    yield ""
    lines = difflib.unified_diff(was.splitlines(), is_.splitlines(), "recorded", "now", lineterm="")
    yield from (f"    {line}" for line in lines)


def find(recorded: Steps, replayed: Steps, started: float, *, whole: bool) -> Difference | None:
    """Return the first difference, as far as the replay has come; `whole` if it is over.

    `started` is when the recorded log began. What a recorded call did after its script was cut is
    not looked at.
    """
    found = _first("script", recorded.script, replayed.script, (started, whole, recorded.cut))
    if found is None and whole and recorded.cut is None:
        found = _first("notices", recorded.notices, replayed.notices, (started, whole, None))
    return found


def is_through(recorded: Steps, replayed: Steps) -> bool:
    """Whether a cut script has been followed to its cut."""
    return recorded.cut is not None and len(replayed.script) >= len(recorded.script)


def _first(
    line: str, was: Sequence[Step], is_: Sequence[Step], how: tuple[float, bool, str | None]
) -> Difference | None:
    started, whole, cut = how
    for index in range(max(len(was), len(is_))):
        then = was[index] if index < len(was) else None
        now = is_[index] if index < len(is_) else None
        if then == now or (now is None and not whole) or (then is None and cut is not None):
            continue
        last = then or was[-1] if was else None
        at_s = last.at - started if last else 0.0
        return Difference(line, index, then, now, tuple(was[max(0, index - CONTEXT) : index]), at_s)
    return None
