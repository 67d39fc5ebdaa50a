"""What Record and StartRecording cannot do yet."""

import structlog

from offhook.verbs import Verb


def warn_unheard(verb: Verb) -> None:
    """Log that nobody will make a text of a recording: there is no recogniser."""
    structlog.get_logger().warning("recording_without_recogniser", line=verb.line_number)
