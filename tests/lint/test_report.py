"""What people, programs and GitHub are told."""

import json

from offhook.lint import check
from offhook.lint.report import Checked, as_json, github, human, printable

TEXT = "<Response>\r\n\t<Pause duration='x'/>日本<Dance/>\r\n</Response>"


def checked(text: str, name: str = "a.xml") -> Checked:
    return Checked(name, text, check(text))


def test_people_see_the_line_and_a_finger() -> None:
    assert list(human([checked(TEXT)])) == [
        "a.xml:2:19: error: <Pause> attribute duration must be a number such as 2 or 2.5,"
        ' but was "x" [bad-value]',
        "    2 | \t<Pause duration='x'/>日本<Dance/>",
        "      | \t                 ^",
        "      fix: duration takes: decimal within [0.1, 86400]",
        'a.xml:2:23: error: text "日本" is not allowed directly in <Response>: put it into a verb'
        " [stray-text]",
        "    2 | \t<Pause duration='x'/>日本<Dance/>",
        "      | \t                     ^^^^",
        "      fix: put it into <SpeakSentence>, or remove it",
        "a.xml:2:25: error: <Dance> is not a verb [unknown-verb]",
        "    2 | \t<Pause duration='x'/>日本<Dance/>",
        "      | \t                         ^^^^^^",
        "      fix: use one of the verbs in docs/verbs",
        "1 document, 3 errors, 0 warnings",
    ]


def test_what_concerns_the_whole_document_has_no_finger() -> None:
    assert list(human([checked("")])) == [
        "a.xml:1:1: error: document is empty: send at least <Response/> [document-empty]",
        "      fix: send at least <Response/>",
        "1 document, 1 error, 0 warnings",
    ]


def test_of_a_long_line_the_place_is_shown() -> None:
    text = f"<Response><!--{'x' * 500}--><Dance/><!--{'y' * 500}--></Response>"
    _, source, finger, *_ = human([checked(text)])

    assert len(source) == len("    1 | ") + 100
    assert source[finger.index("^") :].startswith("<Dance/>")
    assert finger.count("^") == len("<Dance")


def test_a_terminal_is_told_nothing_it_would_obey() -> None:
    text = "<Response><Dance/><!-- \x9b31m --></Response>"

    assert "\x9b" not in "".join(human([checked(text, "a\x1b[31m.xml")]))
    assert printable("a\tb\x1b[0m\u202ee\u0301") == "a\tb?[0m?e\u0301"


def test_programs_get_one_object() -> None:
    (text,) = as_json([checked(TEXT), checked("<Response/>", "b.xml"), checked("", "c.xml")])
    data = json.loads(text)

    assert {key: data[key] for key in ("schema", "documents", "errors", "warnings")} == {
        "schema": 1,
        "documents": 3,
        "errors": 4,
        "warnings": 0,
    }
    assert data["findings"][2] == {
        "file": "a.xml",
        "line": 2,
        "column": 25,
        "length": 6,
        "severity": "error",
        "rule": "unknown-verb",
        "message": "<Dance> is not a verb",
        "fix": "use one of the verbs in docs/verbs",
        "suggestion": None,
    }
    assert (data["findings"][3]["file"], data["findings"][3]["length"]) == ("c.xml", 0)


def test_github_annotates_lines() -> None:
    text = "<Response>\n<Gahter/><Pause a='1'/></Response>"

    assert list(github([checked(text, "a,b:100%.xml"), checked("<Response/>")])) == [
        "::error file=a%2Cb%3A100%25.xml,line=2,col=1,endColumn=8,title=unknown-verb::"
        "<Gahter> is not a verb: did you mean <Gather>?. Fix: write <Gather>",
        "::warning file=a%2Cb%3A100%25.xml,line=2,col=17,endColumn=18,title=unknown-attribute::"
        "<Pause> attribute a is unknown and was ignored. Fix: remove it",
    ]
