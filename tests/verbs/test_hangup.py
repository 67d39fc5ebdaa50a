"""`<Hangup>` (bxml.md 4.6)."""

from tests.verbs.line import ScriptedLine
from tests.verbs.reading import document, verb

from offhook.errors import Cause
from offhook.verbs import End
from offhook.verbs.hangup import Hangup


def test_it_ends_the_call_at_once() -> None:
    assert ScriptedLine().run(Hangup()) == (End(Cause.HANGUP), 0.0)


def test_it_never_answers() -> None:
    assert Hangup().answers is False


def test_it_takes_no_text_and_no_attributes_but_lives_with_both() -> None:
    assert verb("<Hangup>now</Hangup>") == Hangup()
    assert document('<Hangup reason="x"/>').warnings == (
        "<Hangup> attribute reason is unknown and was ignored (line 1)",
    )
