"""`<StopRecording>` (bxml.md 4.8)."""

from tests.verbs.line import ScriptedLine
from tests.verbs.reading import verb

from offhook.verbs.stop_recording import StopRecording


def test_it_acts_at_once_and_does_not_answer() -> None:
    line = ScriptedLine()

    assert line.run(verb("<StopRecording/>")) == (None, 0.0)
    assert line.tape == ["stopped"]
    assert (StopRecording().answers, StopRecording.blocks) == (False, False)
