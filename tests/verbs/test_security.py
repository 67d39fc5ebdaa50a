"""Credentials and plain http: webhooks of Record and StartRecording (bxml.md 1.2)."""

import pytest
from tests.verbs.reading import document

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs.document import InvalidBxml, parse
from offhook.verbs.security import insecure

LOGIN = Credentials("u")
BASE = "http://a.test/v/one?secret=1"
RECORD = b'<Response><Record recordCompleteUrl="/done?key=2" username="u"/></Response>'


@pytest.mark.parametrize("base", [None, "https://a.test/", "http://localhost:5000/"])
def test_credentials_may_go_over_https_and_to_this_machine(base: str | None) -> None:
    hooks = (
        None,
        Hook(Target("http://a.test/x")),
        Hook(Target("http://127.0.0.1/x", credentials=LOGIN)),
        Hook(Target("https://a.test/x", credentials=LOGIN), Target("/y", credentials=LOGIN)),
    )

    assert insecure(hooks, base) is None


@pytest.mark.parametrize(
    "hook",
    [
        Hook(Target("http://a.test/x", credentials=LOGIN)),
        Hook(Target("/y"), Target("HTTP://a.test/x", credentials=LOGIN)),
        Hook(Target("/x?key=2", credentials=LOGIN)),
        Hook(Target("https://b.test/"), Target("../x", credentials=LOGIN)),
        Hook(Target("//a.test/x", credentials=LOGIN)),
    ],
)
def test_credentials_never_go_in_the_clear(hook: Hook) -> None:
    assert insecure((hook,), BASE) == "http://a.test/x"


def test_a_relative_url_is_what_its_document_s_url_makes_of_it() -> None:
    with pytest.raises(InvalidBxml) as caught:
        parse(RECORD, base=BASE)

    text = "<Record> needs https URLs where there is a username, but has http://a.test/done"
    assert text in str(caught.value)
    for harmless in (None, "https://a.test/v/one", "http://127.0.0.1:5000/"):
        assert len(parse(RECORD, base=harmless).verbs) == 1


def test_an_operator_may_allow_it() -> None:
    assert len(parse(RECORD, base=BASE, https=False).verbs) == 1


def test_verbs_of_which_the_language_says_nothing_may() -> None:
    xml = (
        '<Gather gatherUrl="http://a.test/x" username="u"/><Redirect redirectUrl="/" username="u"/>'
    )

    assert len(document(xml).verbs) == 2
