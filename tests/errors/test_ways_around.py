"""Nothing but the catalogue can be sent: there is no way around it in the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from offhook.errors import CATALOGUE, CallError, Cause, Entry, Kind, calls, outcomes
from offhook.explain import RULES
from offhook.explain.outcomes import RULES as OUTCOMES
from offhook.explain.speech import RULES as SPEECH
from offhook.explain.streams import RULES as STREAMS
from offhook.recipes import RECIPES
from offhook.records import RecordingStatus, TranscriptionStatus

SRC = Path(__file__).parents[2] / "src" / "offhook"
MODULES = [path for path in sorted(SRC.rglob("*.py")) if path.parent.name != "errors"]
TREES = {str(path.relative_to(SRC)): ast.parse(path.read_text()) for path in MODULES}
# modules that hold what ApiError takes
ENTRIES = {"http", "fields", "additions", "endpoints", "tokens"}
OF_THE_CONSOLE = {  # which is no part of the Voice API
    "console/dialler.py",  # findings of a document, for the script of its page
    "console/metrics.py",  # what Prometheus is told that may not read the figures
}
RELAYED = {"calls/forward.py"}  # tells what another call has ended with


def called(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Return the calls of a name, with their modules."""
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name in (
                getattr(node.func, "id", ""),
                getattr(node.func, "attr", ""),
            ):
                yield module, node


def test_a_refusal_is_made_from_an_entry() -> None:
    """`ApiError(http.X, …)`, or with a variable that the types say is an Entry."""
    made = list(called("ApiError"))
    assert made
    for module, node in made:
        entry = node.args[0]
        named = isinstance(entry, ast.Attribute) and getattr(entry.value, "id", "") in ENTRIES
        assert named or isinstance(entry, ast.Name), f"{module}:{node.lineno}"


def test_a_failure_of_a_call_is_made_from_an_entry() -> None:
    """By a helper of the catalogue, or with a variable that the types say is an Entry."""
    made = [ast.unparse(node) for _, node in called("CallError")]
    assert made == ["CallError(end.failure)"]  # of a member whose conference is over
    assert CallError.__init__.__annotations__["entry"] is Entry


def test_an_end_with_a_message_is_made_from_a_failure() -> None:
    """`End(Cause.HANGUP)` says no more; all others go through `endings.failed`."""
    for module, node in called("End"):
        if len(node.args) + len(node.keywords) > 1:
            assert module in {"calls/endings.py"} | RELAYED, f"{module}:{node.lineno}"
        else:
            assert ast.unparse(node) in {
                "End(Cause.HANGUP)",
                "End(Cause.CANCEL)",
                "End(Cause.CANCEL if ours and (not answered) else Cause.HANGUP)",
                "End(Cause.CANCEL if lost else Cause.HANGUP)",
            }, f"{module}: {ast.unparse(node)}"


def test_no_response_is_written_by_hand() -> None:
    """Bodies with `type` and `description` come from `replies.problem`."""
    for name in ("JSONResponse", "PlainTextResponse", "HTTPException"):
        assert {module for module, _ in called(name)} <= OF_THE_CONSOLE
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
                if {"type", "description"} <= keys or "error_description" in keys:
                    assert module in {
                        "api/replies.py",
                        "api/openapi.py",  # describes them
                        "cli_errors.py",
                        "console/reference.py",  # shows them
                        "recipes/run.py",
                    }, f"{module}:{node.lineno}"


def test_no_text_of_the_catalogue_is_written_elsewhere() -> None:
    texts = {e.description for e in CATALOGUE.values() if e.description and not e.placeholders}
    for module, tree in TREES.items():
        if module == "sip/reasons.py":
            continue  # SIP has the same phrases (RFC 3261 21)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in texts:
                raise AssertionError(f"{module}:{node.lineno}: {node.value}")


def test_every_entry_has_a_recipe() -> None:
    assert {name: each.entry for name, each in RECIPES.items() if not each.way} == CATALOGUE


def test_every_failure_of_a_call_has_a_rule_of_its_own() -> None:
    by_kind = {kind: {e.id for e in CATALOGUE.values() if e.kind is kind} for kind in Kind}

    assert set(RULES) == by_kind[Kind.CALL]
    assert set(OUTCOMES) | STREAMS | SPEECH == by_kind[Kind.OUTCOME]


def test_every_cause_and_every_bad_status_has_an_entry() -> None:
    """All of errors.md 8.2, 8.9 and 8.11 that is built."""
    causes = {entry.type for entry in calls.ENTRIES}
    statuses = {(entry.member, entry.type) for entry in outcomes.ENTRIES}

    assert causes == set(Cause) - {Cause.HANGUP, Cause.CANCEL}
    for recording in (RecordingStatus.PARTIAL, RecordingStatus.ERROR):
        assert (outcomes.RECORDING, recording) in statuses
    good = {TranscriptionStatus.PROCESSING, TranscriptionStatus.AVAILABLE}
    for text in set(TranscriptionStatus) - good:
        assert (outcomes.TRANSCRIPTION, text) in statuses
