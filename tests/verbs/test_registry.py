"""The verbs are found by looking."""

import inspect
import re
from pathlib import Path

import pytest
from tests.verbs import reading
from tests.verbs.line import ScriptedLine

import offhook.verbs
from offhook.verbs import Verb, registry


def test_every_file_with_a_verb_is_found() -> None:
    folder = Path(next(iter(offhook.verbs.__path__)))
    files = {
        path.stem
        for path in folder.glob("[!_]*.py")
        if re.search(r"\((Studio)?Verb\):", path.read_text())
    }
    found = registry.verbs()

    assert {verb.__module__.rpartition(".")[2] for verb in found.values()} == files
    assert all(issubclass(verb, Verb) and verb.name == name for name, verb in found.items())
    assert list(found) == sorted(found)


def test_a_verb_is_run_or_listed_as_missing_but_not_both() -> None:
    """The 26 verbs of the language (bxml.md 3)."""
    assert not registry.NOT_YET & set(registry.verbs())
    assert len(registry.NOT_YET) + len(registry.verbs()) == 26


def test_elements_that_are_no_verbs_have_a_home() -> None:
    assert registry.home("PhoneNumber") == "<Transfer>"
    assert registry.home("break") == "<SpeakSentence>"
    assert registry.home("Gather") is None


@pytest.mark.parametrize(
    "xml",
    [
        *[f"<{name}/>" for name in ("Hangup", "Pause", "Gather", "StopRecording", "Tag")],
        "<Redirect redirectUrl='/r'/>",
        "<Gather gatherUrl='/g'/>",
        "<Bridge>c-1</Bridge>",
        "<Bridge bridgeCompleteUrl='/b'>c-1</Bridge>",
        "<Bridge bridgeTargetCompleteUrl='/b'>c-1</Bridge>",
        "<Record maxDuration='1'/>",
        "<Record maxDuration='1' recordCompleteUrl='/r'/>",
        "<Record maxDuration='1' recordingAvailableUrl='/r'/>",
        "<Transfer><PhoneNumber>+12025550100</PhoneNumber></Transfer>",
        "<Transfer transferCompleteUrl='/t'><PhoneNumber>+12025550100</PhoneNumber></Transfer>",
        "<Forward to='+12025550100'/>",
        "<Refer referCompleteUrl='/r'><SipUri>sip:a@b.test</SipUri></Refer>",
    ],
)
def test_a_verb_leaves_the_document_when_it_says_so(xml: str) -> None:
    """What `leaves` promises is what `run` does."""
    verb = reading.verb(xml)
    outcome, _ = ScriptedLine().run(verb)

    assert (outcome is not None) == verb.leaves


@pytest.mark.parametrize("name", registry.verbs())
def test_a_verb_that_can_fetch_a_document_says_when_it_always_does(name: str) -> None:
    verb = registry.verbs()[name]

    assert ("Goto(" in inspect.getsource(verb.run)) <= ("leaves" in vars(verb))
