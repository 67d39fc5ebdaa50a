"""The reader that goes on after a fault, and the places of faults."""

import pytest

from offhook.verbs.contexts import Context
from offhook.verbs.document import InvalidBxml, parse
from offhook.verbs.faults import Severity
from offhook.verbs.reader import MOST_ERRORS, Reader

Told = tuple[str, int, int, int]  # rule, line, column, length


def told(text: str, context: Context = Context.CALL) -> list[Told]:
    reader = Reader(context, thorough=True)
    reader.read(text)
    return [
        (each.rule.id, each.place.line, each.place.column, each.place.length)
        for each in reader.findings
        if each.place
    ]


def test_every_fault_of_a_document_is_found() -> None:
    text = """<Response>
  <Gather maxDigits="51" gatherUrl="ftp://x" colour="red"
          interDigitTimeout="0.5">
    <PlayAudio/>
    <Pause/>
  </Gather>
  <Dance/>
  oops
  <pause duration="0"/>
  <SpeakSentence><break time="1h"/>hello <b>you</b></SpeakSentence>
  <Redirect/>
  <Tag>fine</Tag>
</Response>"""

    assert told(text) == [
        ("stray-text", 8, 3, 4),
        ("unknown-attribute", 2, 46, 6),
        ("bad-url", 2, 37, 7),
        ("bad-value", 2, 22, 2),
        ("bad-value", 3, 30, 3),
        ("missing-text", 4, 5, 10),
        ("misplaced-element", 5, 5, 6),
        ("unknown-verb", 7, 3, 6),
        ("verb-case", 9, 3, 6),
        ("bad-ssml", 10, 18, 6),
        ("bad-ssml", 10, 42, 2),
        ("missing-attribute", 11, 3, 9),
    ]


def test_the_faults_of_a_misspelt_root_are_found_as_well() -> None:
    assert told("<response><Dance/></response>") == [
        ("root-element", 1, 1, 9),
        ("unknown-verb", 1, 11, 6),
    ]
    assert told("<html><Dance/></html>") == [("root-element", 1, 1, 5)]


def test_a_verb_may_be_both_misplaced_and_faulty() -> None:
    assert told("<Response><Hangup/><Pause duration='0'/></Response>", Context.CONFERENCE) == [
        ("verb-context", 1, 11, 7),
        ("verb-context", 1, 20, 6),
        ("bad-value", 1, 37, 1),
    ]


def test_unknown_attributes_of_ssml_are_told_as_well() -> None:
    text = "<Response><SpeakSentence>a <break tiem='5s' xml:lang='en'/></SpeakSentence></Response>"

    assert told(text) == [("unknown-attribute", 1, 35, 4)]
    assert parse(text.encode()).warnings == (
        "<break> attribute tiem is unknown and was ignored: did you mean time? (line 1)",
    )


def test_escaped_ssml_has_the_place_of_its_sentence() -> None:
    text = "<Response>\n<SpeakSentence>&lt;break time='x'/&gt; a</SpeakSentence></Response>"

    assert told(text) == [("bad-ssml", 2, 1, 14)]


def test_good_verbs_are_read_beside_faulty_ones() -> None:
    reader = Reader(thorough=True)
    reader.read("<Response><Pause/><Dance/><Gather><PlayAudio>a</PlayAudio></Gather></Response>")

    assert [verb and verb.name for _, verb in reader.verbs] == ["Pause", None, "Gather"]
    assert [part.name for _, part in reader.parts] == ["Pause", "PlayAudio", "Gather"]


def test_nobody_reads_more_than_so_many_errors() -> None:
    assert len(told(f"<Response>{'<a/>' * 1000}</Response>")) == MOST_ERRORS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "iso-8859-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_places_count_characters_in_any_encoding(encoding: str, newline: str) -> None:
    declared = {"utf-16-be": "utf-16", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    lines = [
        f'<?xml version="1.0" encoding="{declared}"?>',
        "<Response>",
        '  <Tag>é</Tag><Pause a="ü"',
        '    duration="0"/>',
        "</Response>",
    ]
    body = newline.join(lines).encode(encoding)
    with pytest.raises(InvalidBxml) as caught:
        parse(body)

    assert (caught.value.line, caught.value.column) == (4, 15)


def test_the_place_of_what_is_no_xml_counts_characters() -> None:
    with pytest.raises(InvalidBxml) as caught:
        parse("<Response>\n<Tag>é😀 &b</Tag></Response>".encode())

    assert (caught.value.line, caught.value.column) == (2, 9)
    assert caught.value.finding.fix == "write & as &amp;"


@pytest.mark.parametrize(
    ("text", "fix", "suggestion"),
    [
        ("<Gahter/>", "write <Gather>", "Gather"),
        ("<Pause duraton='1'/>", "write duration", "duration"),
        ("<Record fileFormat='wave'/>", "write wav", "wav"),
        ("<Gather gatherUrl='/g' gatherMethod='PSOT'/>", "write POST", "POST"),
        ("<Gather maxDigits='0'/>", "maxDigits takes: integer within [1, 50]", None),
        ("<Redirect/>", 'add redirectUrl="…": url', None),
        ("<PhoneNumber/>", "move it into <Transfer>", None),
        ("<Gather><PlayAudoi/></Gather>", "write <PlayAudio>", "PlayAudio"),
    ],
)
def test_a_finding_knows_its_cure(text: str, fix: str, suggestion: str | None) -> None:
    reader = Reader(thorough=True)
    reader.read(f"<Response>{text}</Response>")
    (finding,) = reader.findings

    assert (finding.fix, finding.suggestion) == (fix, suggestion)


def test_without_thoroughness_the_first_error_is_raised_and_warnings_are_kept() -> None:
    reader = Reader()
    with pytest.raises(InvalidBxml, match="Dance"):
        reader.read("<Response a='1'><Dance/><Prance/></Response>")

    assert [each.severity for each in reader.findings] == [Severity.WARNING]
