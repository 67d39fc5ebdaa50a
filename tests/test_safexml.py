"""The hardened XML parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.safexml import XmlError, name, read, shown


def test_comments_and_processing_instructions_leave_no_trace() -> None:
    root = read("<a>x<!-- c -->y<?pi z?>z<![CDATA[<q>]]></a>")

    assert (root.text, len(root)) == ("xyz<q>", 0)


def test_the_declared_encoding_does_not_count_since_the_text_is_decoded() -> None:
    assert read("<?xml version='1.0' encoding='ISO-8859-1'?><a>ü</a>").text == "ü"


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("<a>\n<b></a>", "Opening and ending tag mismatch: b line 2 and a", (2, 8)),
        ("{}", "Start tag expected, '<' not found", (1, 1)),
        ("", "Document is empty", (1, 1)),
        ("<a x='1' x='2'/>", "Attribute x redefined", (1, 15)),
        ("<a>&nbsp;</a>", "Entity 'nbsp' not defined", (1, 10)),
        ("<a>" * 300 + "</a>" * 300, "Excessive depth in document: 256", (1, 771)),
        ("<a>\x00</a>", "Invalid character: Char 0x0 out of allowed range", (1, 4)),
    ],
)
def test_what_is_not_well_formed_is_told_with_its_place(
    text: str, reason: str, place: tuple[int, int]
) -> None:
    with pytest.raises(XmlError) as caught:
        read(text)

    assert str(caught.value) == reason
    assert (caught.value.line, caught.value.column) == place


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a><a/>",
        '<!DOCTYPE a SYSTEM "http://evil.test/a.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a b="&x;"/>',
    ],
)
def test_any_doctype_is_refused(text: str) -> None:
    with pytest.raises(XmlError, match="DOCTYPE is not allowed"):
        read(text)


def test_an_entity_bomb_is_refused_quickly() -> None:
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "aaaaaaaaaa">'
        for n in range(12)
    )
    with pytest.raises(XmlError):
        read(f'<!DOCTYPE a [{entities}]><a b="&e11;"/>')


def test_names_ignore_a_default_namespace_but_not_a_prefix() -> None:
    root = read('<a xmlns="urn:x" xmlns:p="urn:y">\n<p:b/></a>')

    assert [name(root), name(root[0])] == ["a", "p:b"]


def test_shown_text_is_short_and_on_one_line() -> None:
    assert shown("a\n b") == '"a b"'
    assert len(shown("x" * 1000)) == 43


@given(st.text())
def test_reading_raises_nothing_but_its_own_error(text: str) -> None:
    try:
        read(text)
    except XmlError as error:
        assert str(error)
