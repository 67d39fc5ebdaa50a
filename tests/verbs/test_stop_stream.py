"""`<StopStream>` (bxml.md 4.18)."""

from bandwidth.models import bxml
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.verbs.stop_stream import StopStream


def test_it_ends_a_stream_at_once_and_does_not_answer() -> None:
    line = ScriptedLine()

    assert line.run(verb('<StopStream name="s"/>')) == (None, 0.0)
    assert line.streams == ["stop s"]
    assert not StopStream(stream="s").answers


def test_it_waits() -> None:
    line = ScriptedLine()

    assert line.run(verb('<StopStream name="s" wait="True"/>')) == (None, 1.0)
    assert line.streams == ["wait s"]


def test_it_needs_a_name() -> None:
    assert "needs the attribute name" in fault("<StopStream/>")


def test_the_client_library_writes_what_is_read() -> None:
    made = bxml.StopStream("s", wait=True).to_bxml()

    assert verb(made) == StopStream(stream="s", wait=True)
