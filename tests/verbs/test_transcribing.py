"""What recordings cannot do yet is logged."""

from structlog.testing import capture_logs
from tests.verbs.reading import verb

from offhook.verbs.transcribing import warn_unheard


def test_a_text_that_nobody_will_write_is_logged_with_its_line() -> None:
    with capture_logs() as logs:
        warn_unheard(verb('<Record transcribe="true"/>'))

    assert logs == [{"event": "recording_without_recogniser", "line": 1, "log_level": "warning"}]
