"""`<StartStream>` (bxml.md 4.18)."""

from bandwidth.models import bxml
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs.start_stream import StartStream
from offhook.verbs.streaming import StreamOrder, StreamParam

FULL = """<StartStream name="s" mode="Bidirectional" tracks="BOTH" destination="wss://ws.test/a"
    destinationUsername="u" destinationPassword="p" streamEventUrl="/e" streamEventMethod="GET"
    username="eu" password="ep"><StreamParam name="k" value="v"/></StartStream>"""


def test_its_attributes_become_an_order() -> None:
    line = ScriptedLine()
    line.run(verb(FULL))

    assert line.streams == [
        StreamOrder(
            "wss://ws.test/a",
            ("inbound", "outbound"),
            "s",
            plays=True,
            credentials=Credentials("u", "p"),
            params=(("k", "v"),),
            events=Target("/e", "GET", Credentials("eu", "ep")),
        )
    ]


def test_what_may_be_left_out() -> None:
    found = verb('<StartStream destination="ws://ws.test"/>')

    assert found == StartStream(destination="ws://ws.test")
    assert found.answers
    assert StartStream.background


def test_credentials_of_its_events_need_https_and_those_of_its_handshake_do_not() -> None:
    found = verb(FULL)

    assert isinstance(found, StartStream)
    assert list(found.guarded) == [Hook(Target("/e", "GET", Credentials("eu", "ep")))]


def test_the_misspelt_credentials_of_a_client_library_are_read() -> None:
    xml = '<StartStream destination="ws://ws.test" destination_username="u"/>'
    found = verb(xml)

    assert isinstance(found, StartStream)
    assert found.login == Credentials("u")


def test_what_is_wrong_is_named() -> None:
    where = 'destination="ws://ws.test"'

    assert "needs the attribute destination" in fault("<StartStream/>")
    assert "must begin with ws:// or wss://" in fault('<StartStream destination="http://a"/>')
    assert "at most 12 <StreamParam>, but has 13" in fault(
        f"<StartStream {where}>" + '<StreamParam name="k" value="v"/>' * 13 + "</StartStream>"
    )
    assert "mode must be one of unidirectional, bidirectional" in fault(
        f'<StartStream {where} mode="x"/>'
    )
    assert "<StreamParam> needs the attribute value" in fault(
        f'<StartStream {where}><StreamParam name="k"/></StartStream>'
    )


def test_the_client_library_writes_what_is_read() -> None:
    made = bxml.StartStream(
        "wss://ws.test/a",
        destination_username="u",
        destination_password="p",
        stream_params=[bxml.StreamParam("k", "v")],
        name="s",
        mode="bidirectional",
        tracks="both",
        stream_event_url="/e",
        stream_event_method="GET",
        username="eu",
        password="ep",
    )

    assert verb(made.to_bxml()) == verb(FULL)
    assert verb(made.to_bxml()).params == (StreamParam(key="k", value="v"),)  # type: ignore[attr-defined]
