"""The verbs are found by looking."""

from pathlib import Path

import offhook.verbs
from offhook.verbs import Verb, registry


def test_every_file_with_a_verb_is_found() -> None:
    folder = Path(next(iter(offhook.verbs.__path__)))
    files = {path.stem for path in folder.glob("*.py") if "(Verb)" in path.read_text()}
    found = registry.verbs()

    assert {verb.__module__.rpartition(".")[2] for verb in found.values()} == files
    assert all(issubclass(verb, Verb) and verb.name == name for name, verb in found.items())
    assert list(found) == sorted(found)


def test_a_verb_is_run_or_listed_as_missing_but_not_both() -> None:
    """The 26 verbs of the language (bxml.md 3)."""
    assert not registry.NOT_YET & set(registry.verbs())
    assert len(registry.NOT_YET) + len(registry.verbs()) == 26


def test_the_nearest_name_is_guessed() -> None:
    known = registry.verbs()

    assert registry.nearest("GATHER", known) == "Gather"
    assert registry.nearest("SpeakSentance", known) == "SpeakSentence"
    assert registry.nearest("Dance", known) is None
    assert registry.nearest("Gather" * 10_000, known) is None
