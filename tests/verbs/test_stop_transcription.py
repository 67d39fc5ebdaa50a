"""`<StopTranscription>` (bxml.md 4.19)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import verb


@pytest.mark.parametrize(
    ("text", "name"),
    [("<StopTranscription/>", None), ('<StopTranscription name="live"/>', "live")],
)
def test_one_or_all_are_stopped_without_answering(text: str, name: str | None) -> None:
    line, found = ScriptedLine(), verb(text)

    assert line.run(found) == (None, 0.0)
    assert line.transcriptions == [name]
    assert not found.answers
