"""Secrets do not get into logs."""

import pytest

from offhook.redaction import body, redacted


def test_headers_that_carry_secrets_lose_their_values() -> None:
    headers = {"AUTHORIZATION": "Basic eA==", "Set-Cookie": "a=b", "Location": "//u:p@a.test/"}

    assert redacted(headers) == {
        "AUTHORIZATION": "***",
        "Set-Cookie": "***",
        "Location": "//u:***@a.test/",
    }


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b'{"username":"u","password":"p"}', '{"username":"u","password":"***"}'),
        (b'{"fallbackPassword" : "a\\"b", "to":"x"}', '{"fallbackPassword" : "***", "to":"x"}'),
        (b'{"password": "never ends', '{"password": "***"'),
        (b"grant_type=x&client_secret=s&a=1", "grant_type=x&client_secret=***&a=1"),
        (b"client_secret=s", "client_secret=***"),
        (b'{"password": 5}', '{"password": 5}'),
        (
            b'<Transfer fallbackPassword="p" PASSWORD = \'q"\' tag="password">',
            '<Transfer fallbackPassword="***" PASSWORD = \'***\' tag="password">',
        ),
        (b'{"password":"a<b&c\'d","to":"x"}', '{"password":"***","to":"x"}'),
        (b'<Redirect password="never ends', '<Redirect password="***"'),
        (
            b'<Redirect redirectUrl="https://u:p@a.test/x?token=t"/><Hangup/>',
            '<Redirect redirectUrl="https://u:***@a.test/x?token=***"/><Hangup/>',
        ),
        (b'{"answerUrl":"http://:p@[::1]:5000/x"}', '{"answerUrl":"http://:***@[::1]:5000/x"}'),
        (b"<SipUri>sip:u@a.test:5060</SipUri>", "<SipUri>sip:u@a.test:5060</SipUri>"),
        (b"\xff<Response/>", "\N{REPLACEMENT CHARACTER}<Response/>"),
    ],
)
def test_a_body_is_shown_without_passwords(raw: bytes, shown: str) -> None:
    assert body(raw, 100) == shown


def test_a_long_body_is_cut_before_anything_is_looked_for() -> None:
    assert body(b'{"password":"secret"}', 15) == '{"password":"***"'
    assert body(b"x" * 50, 10) == "x" * 10
