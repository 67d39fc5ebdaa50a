"""`<Connect>` (bxml.md 4.3)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.hooks import Hook, Target
from offhook.verbs.connect import Connect, Endpoint

E1 = Endpoint(id="e-1")


def test_its_events_have_a_fallback() -> None:
    xml = (
        '<Connect eventCallbackUrl="/ev" eventFallbackUrl="https://b.test/ev">'
        "<Endpoint>\n e-1 \n</Endpoint></Connect>"
    )
    made = Connect(
        event_callback_url="/ev", event_fallback_url="https://b.test/ev", endpoints=(E1,)
    )
    line = ScriptedLine()

    assert verb(xml) == made
    assert line.run(made) == (None, 1.0)
    assert line.connected == [("e-1", Hook(Target("/ev"), Target("https://b.test/ev")))]


def test_a_fallback_alone_is_nothing() -> None:
    line = ScriptedLine()
    line.run(Connect(event_fallback_url="/f", endpoints=(E1,)))

    assert line.connected == [("e-1", None)]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("", "needs one <Endpoint>, but has 0"),
        ("<Endpoint>a</Endpoint><Endpoint>b</Endpoint>", "needs one <Endpoint>, but has 2"),
        ("<Endpoint/>", "<Endpoint> "),
        ("<Endpoint>a b</Endpoint>", "must be the id of an endpoint"),
        ("<PhoneNumber>+12025550111</PhoneNumber>", "PhoneNumber"),
    ],
)
def test_it_needs_one_endpoint(inner: str, text: str) -> None:
    assert text in fault(f"<Connect>{inner}</Connect>")


def test_it_answers_and_is_not_for_a_leg_that_is_not_joined() -> None:
    made = Connect(endpoints=(E1,))

    assert (made.answers, made.leaves, Connect.moves, Connect.blocks) == (True, False, True, True)
