"""`<Tag>` (bxml.md 4.20, 2.3)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.verbs.tag import Tag


@pytest.mark.parametrize(
    ("xml", "tag"),
    [
        ("<Tag> a b </Tag>", "a b"),
        ("<Tag/>", ""),
        ("<Tag>  \n</Tag>", ""),
        ("<Tag>Grüße</Tag>", "Grüße"),
        ("<Tag><![CDATA[<x> & y]]></Tag>", "<x> & y"),
        ("<Tag>a<!-- comment -->b</Tag>", "ab"),
        (f"<Tag>{'t' * 256}</Tag>", "t" * 256),
    ],
)
def test_its_text_is_the_tag(xml: str, tag: str) -> None:
    assert verb(xml) == Tag(tag=tag)


def test_a_long_tag_is_refused() -> None:
    reason = "<Tag> text must be at most 256 characters, but has 257 (line 1)"

    assert fault(f"<Tag>{'t' * 257}</Tag>") == reason


def test_it_sets_the_tag_at_once_without_answering() -> None:
    line = ScriptedLine()

    assert line.run(Tag(tag="x"), Tag(tag="")) == (None, 0.0)
    assert line.tags == ["x", ""]
    assert (Tag(tag="x").answers, Tag.blocks) == (False, False)
