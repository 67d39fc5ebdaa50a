"""Secrets do not get into logs."""

import pytest

from offhook.redaction import redacted, text


def test_headers_that_carry_secrets_lose_their_values() -> None:
    headers = {"AUTHORIZATION": "Basic eA==", "Set-Cookie": "a=b", "Accept": "*/*"}

    assert redacted(headers) == {"AUTHORIZATION": "***", "Set-Cookie": "***", "Accept": "*/*"}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"username":"u","password":"p"}', '{"username":"u","password":"***"}'),
        (b'{"fallbackPassword" : "a\\"b", "to":"x"}', '{"fallbackPassword" : "***", "to":"x"}'),
        (b'{"password": "never ends', '{"password": "***"'),
        (b"grant_type=x&client_secret=s&a=1", "grant_type=x&client_secret=***&a=1"),
        (b"client_secret=s", "client_secret=***"),
        (b'{"password": 5}', '{"password": 5}'),
        (b"\xff<Response/>", "\N{REPLACEMENT CHARACTER}<Response/>"),
    ],
)
def test_a_body_is_shown_without_passwords(body: bytes, shown: str) -> None:
    assert text(body, 100) == shown


def test_a_long_body_is_cut_before_anything_is_looked_for() -> None:
    assert text(b'{"password":"secret"}', 15) == '{"password":"***"'
    assert text(b"x" * 50, 10) == "x" * 10
