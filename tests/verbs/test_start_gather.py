"""`<StartGather>` (bxml.md 4.16)."""

from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs.start_gather import StartGather


def test_its_webhook_has_a_method_and_credentials_but_no_fallback() -> None:
    xml = '<StartGather dtmfUrl="/d" dtmfMethod="GET" username="u" password="p" tag="t"/>'

    target = Target("/d", "GET", Credentials("u", "p"))
    assert verb(xml) == StartGather(hook=Hook(target), tag="t")


def test_it_needs_its_url() -> None:
    assert "dtmfUrl" in fault("<StartGather/>")


def test_it_begins_to_listen_at_once() -> None:
    line = ScriptedLine()
    start = StartGather(hook=Hook(Target("/d")), tag="x")

    assert line.run(start) == (None, 0.0)
    assert line.listeners == [Target("/d")]
    assert (start.answers, StartGather.blocks, start.new_tag) == (True, False, "x")
