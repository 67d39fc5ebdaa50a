"""`<Pause>` (bxml.md 4.7)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.verbs.pause import Pause


@pytest.mark.parametrize(
    ("attribute", "duration_s"),
    [("", 1.0), ('duration="0.1"', 0.1), ('duration="86400"', 86400.0), ('duration="2.0"', 2.0)],
)
def test_it_is_silent_for_its_duration(attribute: str, duration_s: float) -> None:
    assert verb(f"<Pause {attribute}/>") == Pause(duration_s=duration_s)


@pytest.mark.parametrize("duration", ["0.05", "0", "-1", "86401"])
def test_its_duration_is_bounded(duration: str) -> None:
    reason = f"<Pause> attribute duration must be within [0.1, 86400], but was {duration} (line 1)"

    assert fault(f'<Pause duration="{duration}"/>') == reason


def test_it_takes_exactly_its_time_and_goes_on() -> None:
    line = ScriptedLine()

    assert line.run(Pause(duration_s=2.5)) == (None, 2.5)
    assert line.heard == [("silence", 0.0, 2.5)]


def test_it_answers_the_call_and_takes_time() -> None:
    assert (Pause().answers, Pause.blocks, Pause().new_tag) == (True, True, None)
