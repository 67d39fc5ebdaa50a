"""What differs from call to call is made equal, and nothing else."""

import pytest

from offhook.replay.normal import Normal

UUID = "8f0e5d53-2f1f-4d62-9f53-0b3d7b3c6c11"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (f"c-0a0b0c0d-{UUID}", "<call 1>"),
        (f"/c-0a0b0c0d-{UUID}/r-0a0b0c0d-{UUID}", "/<call 1>/<recording 1>"),
        (f"conf-0a0b0c0d-{UUID}", "<conference 1>"),
        (UUID.upper(), "<uuid>"),
        ("2026-11-26T03:20:47.288Z", "<time>"),
        ("2026-11-26T03:20:47+01:00", "<time>"),
        ("PT1M2.5S", "<duration>"),
        ("PT0S", "<duration>"),
        ("sip:alice@10.0.0.2:5070", "sip:alice@<host>"),
        ("+12025550143 pressed 5 at 3.5", "+12025550143 pressed 5 at 3.5"),
        ("PTA meeting", "PTA meeting"),
    ],
)
def test_texts(text: str, normal: str) -> None:
    assert Normal().text(text) == normal


def test_ids_keep_their_order_and_not_their_names() -> None:
    one, two = f"c-00000001-{UUID}", f"c-00000001-{UUID[:-1]}2"
    normal = Normal()

    assert normal.text(f"{two} {one} {two}") == "<call 1> <call 2> <call 1>"
    assert normal.text(one) == "<call 2>"


def test_members_of_json_are_ordered_and_tokens_masked() -> None:
    body = '{"to":"+1","sipCallId":"a0c67","n":[1,{"at":"2026-01-01T00:00:00Z"}],"eventType":"x"}'

    assert Normal().body(body) == Normal().body(
        '{"eventType": "x", "n": [1, {"at": "2027-01-01T00:00:00Z"}], "sipCallId": "b", "to": "+1"}'
    )
    assert '"<time>"' in Normal().body(body)
    assert Normal().body('{"cut": "of') == '{"cut": "of'


def test_documents_are_the_same_however_they_are_laid_out() -> None:
    head = '<?xml version="1.0"?>'
    one = head + '<Response><Gather maxDigits="1" tag="a"><Pause/></Gather></Response>'
    two = "<Response>\n  <Gather tag='a'\n maxDigits='1'>\n <Pause></Pause>\n</Gather></Response>"

    assert Normal().document(one) == Normal().document(two)
    assert Normal().document(one) != Normal().document(two.replace("Pause", "Ring"))
    assert Normal().document("") == ""
    assert Normal().document("no <xml") == "no <xml"


def test_addresses_that_have_moved_are_those_of_then() -> None:
    normal = Normal((("http://127.0.0.1:5001", "https://app.example.com"),))

    assert normal.text("http://127.0.0.1:5001/next") == "https://app.example.com/next"
