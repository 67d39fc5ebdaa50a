"""`<StopGather>` (bxml.md 4.16)."""

from tests.verbs.line import ScriptedLine
from tests.verbs.reading import verb

from offhook.verbs.stop_gather import StopGather


def test_it_stops_listening_and_does_not_answer() -> None:
    line = ScriptedLine()

    assert line.run(verb("<StopGather/>")) == (None, 0.0)
    assert line.listeners == [None]
    assert not StopGather().answers
