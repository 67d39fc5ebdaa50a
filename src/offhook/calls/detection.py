"""Machine detection: asked for by createCall, not available in this version.

The contract has a word for that: the result `error`, which says that the detector failed and leaves
the call alone (errors.md 8.10). An app that handles it works today and gets more tomorrow.
"""

from collections.abc import Callable
from typing import Any

from offhook.hooks import Credentials, Target
from offhook.records import CallRecord

EVENT = "machineDetectionComplete"
RESULT = {"machineDetectionResult": {"value": "error", "duration": "PT0S"}}


def report(record: CallRecord, notify: Callable[..., None]) -> dict[str, Any]:
    """Tell the outcome; returns what the `answer` webhook says of it."""
    if found := targets(record):
        notify(EVENT, RESULT, *found)
    wanted = record.machine_detection
    return dict(RESULT) if wanted is not None and wanted["mode"] == "sync" else {}


def targets(record: CallRecord) -> tuple[Target, Target | None] | None:
    """Return where an asynchronous result goes, and its fallback."""
    wanted = record.machine_detection
    if wanted is None or wanted["mode"] != "async":
        return None
    primary = _target(wanted, "callback", "username", "password")
    assert primary is not None, "the API requires callbackUrl"
    return primary, _target(wanted, "fallback", "fallbackUsername", "fallbackPassword")


def _target(wanted: dict[str, Any], name: str, user: str, password: str) -> Target | None:
    url = wanted[f"{name}Url"]
    if not url:
        return None
    credentials = Credentials(wanted[user], wanted[password] or "") if wanted[user] else None
    return Target(url, wanted[f"{name}Method"], credentials)
