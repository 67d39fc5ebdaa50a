"""`<PauseRecording>` (bxml.md 4.8)."""

from tests.verbs.line import ScriptedLine
from tests.verbs.reading import verb

from offhook.verbs.pause_recording import PauseRecording


def test_it_acts_at_once_and_does_not_answer() -> None:
    line = ScriptedLine()

    assert line.run(verb("<PauseRecording/>")) == (None, 0.0)
    assert line.tape == ["paused"]
    assert (PauseRecording().answers, PauseRecording.blocks) == (False, False)
