"""The built-in app says only what the server's own reader takes."""

import pytest

from offhook.dev.hello import document
from offhook.verbs.document import parse


@pytest.mark.parametrize("digits", ["7", ""])
def test_its_documents_are_sound(digits: str) -> None:
    asked = document({"eventType": "gather", "digits": digits})
    menu = document({"eventType": "answer"})

    assert [verb.name for verb in parse(asked.encode()).verbs] == ["SpeakSentence", "Hangup"]
    assert [verb.name for verb in parse(menu.encode()).verbs] == ["Gather"]
    assert menu == document({"eventType": "initiate"})
    assert ("You pressed 7." in asked) == bool(digits)


def test_it_has_nothing_to_say_to_a_goodbye() -> None:
    assert document({"eventType": "disconnect"}) == ""
