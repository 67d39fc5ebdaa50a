"""What Record and StartRecording have in common: rules for their URLs, and what they cannot do."""

from urllib.parse import urlsplit

import structlog

from offhook.hooks import Hook, Target, is_loopback
from offhook.verbs import Verb
from offhook.verbs.attributes import InsecureError


def check_secure(*hooks: Hook | None) -> None:
    """Raise InsecureError for a URL that would send credentials in the clear (bxml.md 1.2)."""
    for hook in filter(None, hooks):
        _check(hook.primary)
        if hook.fallback is not None:
            _check(hook.fallback)


def _check(target: Target) -> None:
    url = urlsplit(target.url)
    if target.credentials and url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise InsecureError("needs https URLs where there is a username")


def warn_unheard(verb: Verb) -> None:
    """Log that nobody will make a text of a recording: there is no recogniser."""
    structlog.get_logger().warning("recording_without_recogniser", line=verb.line_number)
