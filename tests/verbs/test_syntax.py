"""What is told of texts that are no XML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook import safexml
from offhook.verbs.places import Place
from offhook.verbs.syntax import Told, told


def fault(text: str) -> Told:
    with pytest.raises(safexml.XmlError) as caught:
        safexml.read(text)
    return told(text, caught.value)


@pytest.mark.parametrize(
    ("text", "message", "place", "cure"),
    [
        ("<R>a &amp b</R>", "a bare & begins no reference", (6, 4), "write & as &amp;"),
        ("<R>a && b</R>", "a bare & begins no reference", (6, 1), "write & as &amp;"),
        ("<R u='é?b=1&c=2'/>", "a bare & begins no reference", (12, 2), "write & as &amp;"),
        ("<R>a&nbsp;b</R>", "Entity 'nbsp' not defined", (5, 6), "write & as &amp;, or use"),
        ("<R>&#x0;</R>", "xmlParseCharRef: invalid xmlChar", (4, 5), "write & as &amp;, or"),
        ("<R><P>x</Q ></R>", "Opening and ending tag mismatch", (8, 5), "close each element"),
        ("<R><P>", "Premature end of data in tag P", (7, 1), "close every element"),
        ("<R/><P/>", "Extra content at the end", (5, 1), "put everything into one root"),
        ("<R a=5/>", "a value must stand in quotes", (6, 1), "put the value into quotes"),
        ("<R a='5/>", "a value must stand in quotes", (10, 1), "put the value into quotes"),
        ("<R a='<'/>", "Unescaped '<' not allowed", (7, 1), "write < as &lt;, or close"),
        ("<R a='x a=1' b='2' a='3' c='4'/>", "Attribute a redefined", (20, 1), "keep one"),
        ("<R a/>", "Specification mandates value", (5, 1), "give the attribute a value"),
        ("<R a='1'b='2'/>", "attributes construct error", (9, 1), "put blanks between"),
        ("<R>a < b</R>", "a bare < begins no element", (6, 1), "write < as &lt;"),
        ("hello", "Start tag expected, '<' not found", (1, 1), "begin with <Response>"),
        ("<R>" * 300, "Excessive depth in document", (771, 1), "nest less deeply"),
        ("<R><q:d/></R>", "Namespace prefix q on d is not", (8, 1), "leave out the prefix"),
        (" <?xml version='1.0'?><R/>", "XML declaration allowed only", (2, 5), "remove what"),
        ("<R>]]></R>", "Sequence ']]>' not allowed in content", (4, 1), ""),
        ("<!-- --><!DOCTYPE R><R/>", "DOCTYPE is not allowed: remove it", (9, 9), ""),
    ],
)
def test_the_author_is_told_what_where_and_how_to_mend_it(
    text: str, message: str, place: tuple[int, int], cure: str
) -> None:
    found = fault(text)

    assert found.message.startswith(message)
    assert found.place == Place(1, *place)
    assert found.cure.startswith(cure)
    assert bool(found.cure) == bool(cure)


def test_a_text_that_cannot_even_be_parsed_has_no_place() -> None:
    assert fault("<R>\ud800</R>").place is None


@given(st.text(st.sampled_from("<>/R &;='\"\n\ra!-[]?é\0"), max_size=40))
def test_a_place_is_in_the_text(text: str) -> None:
    try:
        safexml.read(text)
    except safexml.XmlError as error:
        place = told(text, error).place
        assert place is not None
        lines = text.split("\n")
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1
        assert place.length >= 1
