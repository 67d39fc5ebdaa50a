"""Bytes to text (bxml.md 1.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.verbs.encoding import decode


def test_a_byte_order_mark_wins_over_all() -> None:
    body = '<?xml version="1.0" encoding="iso-8859-1"?><a>ü</a>'

    assert decode(b"\xef\xbb\xbf" + body.encode(), "iso-8859-1") == body
    assert decode(b"\xfe\xff" + body.encode("utf-16-be"), "utf-8") == body


def test_the_declaration_wins_over_the_content_type() -> None:
    body = "<?xml version='1.0' encoding='iso-8859-1'?><a>ü</a>"

    assert decode(body.encode("iso-8859-1"), "utf-8") == body


@pytest.mark.parametrize("charset", ["ISO-8859-1", '"latin-1"', "us-ascii", "UTF8", "windows-1252"])
def test_the_content_type_is_asked_when_nothing_is_declared(charset: str) -> None:
    assert decode(b"<a>x</a>", charset) == "<a>x</a>"


def test_utf_16_declared_over_ascii_bytes_is_a_slip() -> None:
    body = '<?xml version="1.0" encoding="utf-16"?><a>ü</a>'

    assert decode(body.encode()) == body
    assert decode(body.encode("iso-8859-1"), "iso-8859-1") == body
    assert decode(body.encode(), "utf-16") == body


@pytest.mark.parametrize("charset", ["klingon", "utf-7", "rot13", "zip", "idna", "unicode_escape"])
def test_other_codecs_are_refused(charset: str) -> None:
    with pytest.raises(ValueError, match="unknown encoding"):
        decode(b"<a/>", charset)


def test_bytes_that_do_not_fit_are_a_fault_with_their_place() -> None:
    with pytest.raises(ValueError, match="not valid ascii at byte 3"):
        decode(b"<a>\xfc</a>", "us-ascii")


@given(st.text().filter(lambda text: not text.startswith("\ufeff")))
def test_utf_8_is_the_default(text: str) -> None:
    assert decode(b"<a>" + text.encode()) == "<a>" + text
