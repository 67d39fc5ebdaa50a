"""`<StartTranscription>` (bxml.md 4.19)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.hooks import Credentials, Target
from offhook.verbs.dictating import TranscriptionOrder


def order(text: str) -> TranscriptionOrder:
    line = ScriptedLine()
    assert line.run(verb(text)) == (None, 0.0)
    (found,) = line.transcriptions
    assert isinstance(found, TranscriptionOrder)
    return found


def test_nothing_is_needed() -> None:
    assert order("<StartTranscription/>") == TranscriptionOrder(("inbound",))


def test_all_attributes_are_read() -> None:
    text = (
        '<StartTranscription name="my_live-1" tracks="Both" destination="wss://a.test/live"'
        ' stabilized="false" transcriptionEventUrl="/e" transcriptionEventMethod="get"'
        ' username="u" password="p" preferredLanguages="en-GB, es-US">'
        '<CustomParam name="k" value="v"/><CustomParam name="k2" value="w"/></StartTranscription>'
    )

    assert order(text) == TranscriptionOrder(
        ("inbound", "outbound"),
        "my_live-1",
        "wss://a.test/live",
        stabilized=False,
        languages=("en-GB", "es-US"),
        params=(("k", "v"), ("k2", "w")),
        events=Target("/e", "GET", Credentials("u", "p")),
    )


def test_whoever_detects_prefers_nothing() -> None:
    text = '<StartTranscription detectLanguage="true" preferredLanguages="es-US"/>'

    assert order(text).languages == ()


@pytest.mark.parametrize(
    ("attributes", "inside", "wrong"),
    [
        ('name="a b!"', "", "name must hold only letters, digits, _ and -"),
        (f'name="{"x" * 256}"', "", "at most 255"),
        ('tracks="all"', "", "tracks must be one of inbound, outbound, both"),
        ('destination="https://a.test"', "", "destination must begin with ws:// or wss://"),
        ('destination="/live"', "", "destination must begin with ws:// or wss://"),
        ('preferredLanguages="en-US,en-GB"', "", "names two of en"),
        ('preferredLanguages="english!"', "", "must be a language such as en-US"),
        ("", '<CustomParam name="k"/>', "value"),
        ("", f'<CustomParam name="{"k" * 257}" value="v"/>', "at most 256"),
        ("", 13 * '<CustomParam name="k" value="v"/>', "at most 12 <CustomParam>, but has 13"),
        ("", '<StreamParam name="k" value="v"/>', "StreamParam"),
    ],
)
def test_values_are_checked(attributes: str, inside: str, wrong: str) -> None:
    assert wrong in fault(f"<StartTranscription {attributes}>{inside}</StartTranscription>")
