"""`<ResumeRecording>` (bxml.md 4.8)."""

from tests.verbs.line import ScriptedLine
from tests.verbs.reading import verb

from offhook.verbs.resume_recording import ResumeRecording


def test_it_acts_at_once_and_does_not_answer() -> None:
    line = ScriptedLine()

    assert line.run(verb("<ResumeRecording/>")) == (None, 0.0)
    assert line.tape == ["resumed"]
    assert (ResumeRecording().answers, ResumeRecording.blocks) == (False, False)
