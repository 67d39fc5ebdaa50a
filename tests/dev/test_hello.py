"""The built-in app says only what the server's own reader takes."""

import pytest

from offhook.dev.hello import connection, document
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


@pytest.mark.parametrize(
    ("to", "caller", "said"),
    [
        ("+12025550101", "+12025550190", 'to="+12025550101" from="+12025550190"'),
        ("sip:a@h.test;x=1&2", "Anonymous", 'to="sip:a@h.test;x=1&amp;2"/>'),
    ],
)
def test_the_switchboard_connects_whoever_calls_with_whom_was_dialled(
    to: str, caller: str, said: str
) -> None:
    bxml = connection({"eventType": "initiate", "to": to, "from": caller})
    (forward,) = parse(bxml.encode()).verbs

    assert forward.name == "Forward"
    assert said in bxml
    assert connection({"eventType": "disconnect"}) == ""
