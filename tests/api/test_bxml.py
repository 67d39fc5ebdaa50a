"""What is said of BXML before its call is looked for."""

import pytest

from offhook.api import bxml
from offhook.errors import ApiError


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b"<Response/>", None),
        (b"<Nonsense><Dance/></Nonsense>", None),
        ("<Response>\u00e9</Response>".encode("latin-1"), "iso-8859-1"),
    ],
)
def test_well_formed_documents_pass_whatever_they_say(body: bytes, charset: str | None) -> None:
    bxml.check_readable(body, charset)


@pytest.mark.parametrize(
    ("body", "charset", "description"),
    [
        (b"", None, "Bad Request"),
        (b" ", None, "Invalid BXML: document is empty"),
        (b"<a>", None, "Invalid BXML: not well-formed"),
        (b'<!DOCTYPE a SYSTEM "x"><a/>', None, "Invalid BXML: not well-formed: DOCTYPE"),
        (b"<a/>", "klingon", "Invalid BXML: document has the unknown encoding"),
    ],
)
def test_unreadable_documents_do_not(body: bytes, charset: str | None, description: str) -> None:
    with pytest.raises(ApiError) as caught:
        bxml.check_readable(body, charset)

    assert caught.value.description.startswith(description)


def test_the_limit_has_its_own_text() -> None:
    assert bxml.too_big().description == "Invalid BXML: must not exceed 64 KB"
