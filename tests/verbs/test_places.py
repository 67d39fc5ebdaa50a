"""Where the pieces of a document stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook import safexml
from offhook.verbs.places import Place, Places

TEXT = """<?xml version="1.0"?><!-- <Not a="1"/> -->
<Response
   xmlns="urn:x">
  <Gather
      maxDigits = '51'
      gatherUrl="/a?b>c"   tag=""
      xml:lang="en">
    <![CDATA[<Nor>this</Nor>]]><PlayAudio>
      <!-- not this --> a.wav
    </PlayAudio>
  </Gather> oops
  <Pause/><?php <Pause/> ?><Tag>é😀 x</Tag><Hangup/>more
</Response>
"""
WINDOWS = TEXT.replace("\n", "\r\n")


@pytest.mark.parametrize("text", [TEXT, WINDOWS], ids=["lf", "crlf"])
def test_everything_is_found(text: str) -> None:
    places = Places(text)

    assert places.element(0) == Place(2, 1, 9)
    assert places.element(1) == Place(4, 3, 7)
    assert places.attribute(1, "maxDigits") == Place(5, 7, 9)
    assert places.value(1, "maxDigits") == Place(5, 20, 2)
    assert places.value(1, "gatherUrl") == Place(6, 18, 6)
    assert places.value(1, "tag") == Place(6, 33, 1)
    assert places.attribute(1, "lang") == Place(7, 7, 8)
    assert places.text(1) == Place(8, 5, 9)  # the CDATA section
    assert places.element(2) == Place(8, 32, 10)
    assert places.text(2) == Place(9, 25, 5)
    assert places.after(1) == Place(11, 13, 4)
    assert places.element(3) == Place(12, 3, 6)
    assert places.text(4) == Place(12, 33, 4)
    assert places.element(5) == Place(12, 43, 7)
    assert places.after(5) == Place(12, 52, 4)


def test_what_is_not_there_is_where_its_element_is() -> None:
    places = Places("<Response><Pause/><Tag></Tag></Response>")
    pause, tag = Place(1, 11, 6), Place(1, 19, 4)

    assert places.attribute(1, "duration") == places.value(1, "duration") == pause
    assert places.text(1) == places.after(1) == pause
    assert places.text(2) == places.after(2) == tag


NAMES = st.sampled_from(["a", "b-c", "d.e", "x1"])
VALUES = st.text(st.sampled_from("ab >'/=é\n\r\t"), max_size=6)
TREES = st.recursive(
    st.sampled_from(["", "t", " \n ", "<!-- <a b='c'> -->", "<?p <a> ?>", "<![CDATA[<a>]]>", ">"]),
    lambda inner: st.builds(
        lambda name, given, content, blank: "<{0}{1}{2}>{3}</{0}>".format(
            name,
            "".join(f'{blank}{key}{blank[1:]}="{value}"' for key, value in given.items()),
            blank[1:],
            "".join(content),
        ),
        NAMES,
        st.dictionaries(NAMES, VALUES, max_size=3),
        st.lists(inner, max_size=3),
        st.sampled_from([" ", "\n", "\r\n", "  \t"]),
    ),
    max_leaves=12,
)


@given(TREES)
def test_the_scanner_sees_the_elements_and_attributes_that_the_parser_sees(xml: str) -> None:
    text = f"<r>{xml}</r>"
    root = safexml.read(text)
    places, lines = Places(text), text.split("\n")

    for number, element in enumerate(root.iter()):
        place = places.element(number)
        begin = lines[place.line - 1][place.column - 1 :]
        assert begin.startswith(f"<{element.tag}")
        assert place.length == len(f"<{element.tag}")
        for name in map(str, element.attrib):
            spot = places.attribute(number, name)
            assert lines[spot.line - 1][spot.column - 1 :].startswith(name)
            value = places.value(number, name)
            assert lines[value.line - 1][: value.column - 1].endswith('"')
        assert places.text(number).line >= place.line
        assert places.after(number).line >= place.line
    assert len(places._starts) == len(list(root.iter()))
