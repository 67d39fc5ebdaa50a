"""The checker and the server agree, and the checker never fails."""

import ast
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.verbs.test_document import ELEMENTS

from offhook.lint import Context, Finding, Severity, check
from offhook.verbs.document import InvalidBxml, parse

SCENARIOS = Path(__file__).parents[1] / "scenarios"
CONTEXTS = st.sampled_from(list(Context))


def texts(path: Path) -> set[str]:
    """Return all strings of a module with markup, each as a document."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.JoinedStr(values=values):
                text = "".join(
                    str(each.value) if isinstance(each, ast.Constant) else "1" for each in values
                )
            case ast.Constant(value=str(text)):
                pass
            case _:
                continue
        if "<" in text and ">" in text:
            rooted = "<Response" in text or "<Bxml" in text
            found.add(text if rooted else f"<Response>{text}</Response>")
    return found


DOCUMENTS = sorted(set().union(*map(texts, SCENARIOS.glob("*.py"))))


def refused(body: bytes, context: Context, charset: str | None = None) -> Finding | None:
    """Return why the server refuses a document."""
    try:
        parse(body, charset=charset, context=context)
    except InvalidBxml as fault:
        return fault.finding
    return None


def agree(body: bytes, context: Context, charset: str | None = None) -> None:
    found = check(body, context, charset=charset)
    errors = [each for each in found if each.severity is Severity.ERROR]
    fault = refused(body, context, charset)

    assert bool(errors) == (fault is not None)
    assert fault is None or fault in errors
    lines = body.count(b"\n") + 1
    assert all(1 <= (each.line or 1) <= lines and (each.column or 1) >= 1 for each in found)


def test_there_are_documents_of_both_kinds() -> None:
    bad = [text for text in DOCUMENTS if refused(text.encode(), Context.CALL)]

    assert len(bad) > 40
    assert len(DOCUMENTS) - len(bad) > 80


@pytest.mark.parametrize("context", Context)
def test_the_checker_agrees_with_the_server_about_all_documents_of_the_stories(
    context: Context,
) -> None:
    for text in DOCUMENTS:
        agree(text.encode(), context)


PIECES = [
    *["<Pause/>", "<Hangup>", "</Gather>", "<Dance/>", "<break/>", "&", "<", '"', "'", ">", "\n"],
    *[" x='1'", " tag=''", "<!--", "-->", "<![CDATA[", "]]>", "0", "99999", "http://", "é", "\0"],
]


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """Draw a document with a few slips: something left out, put in, written twice, or moved."""
    text = draw(st.sampled_from(DOCUMENTS))
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.integers(0, 12)))
        piece = draw(st.sampled_from(["", text[begin:end] * 2, text[begin:end].swapcase()]))
        text = text[:begin] + piece + draw(st.sampled_from(["", *PIECES])) + text[end:]
    return text


@pytest.mark.slow
@given(mutants(), CONTEXTS)
def test_the_checker_agrees_with_the_server_about_slips(text: str, context: Context) -> None:
    agree(text.encode(), context)


@pytest.mark.slow
@given(ELEMENTS, CONTEXTS)
def test_the_checker_agrees_with_the_server_about_any_tree(xml: str, context: Context) -> None:
    agree(f"<Response>{xml}</Response>".encode("utf-8", "surrogatepass"), context)


@pytest.mark.slow
@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "utf-16", "\0"]))
@example(b"\xff\xfe<", None)
@example(b"\xef\xbb\xbf", None)
def test_the_checker_agrees_with_the_server_about_any_bytes(
    body: bytes, charset: str | None
) -> None:
    found = check(body, charset=charset)

    assert bool(found) >= bool(refused(body, Context.CALL, charset))


@pytest.mark.slow
@given(st.text(), CONTEXTS, st.booleans())
@example("\ud800", Context.CALL, True)
@example("<Response>\ud800</Response>", Context.CALL, True)
@example("<?xml version='1.0' encoding='utf-16'?><Response/>", Context.CALL, False)
def test_any_text_is_checked(text: str, context: Context, based: bool) -> None:
    for each in check(text, context, based=based):
        assert each.message
        assert each.fix


def test_findings_come_in_the_order_of_the_text() -> None:
    text = "<Response>\n<Pause x='1'/>\noops<Dance/><Gather maxDigits='0' a='1'/></Response>"

    assert [(each.line, each.column) for each in check(text)] == [
        (2, 8),
        (3, 1),
        (3, 5),
        (3, 32),
        (3, 35),
    ]


def test_a_text_may_declare_any_encoding_since_it_is_decoded() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?><Response><Tag>日本</Tag></Response>'

    assert check(text) == []


def test_a_context_is_given_by_its_name() -> None:
    assert [each.rule.id for each in check("<Bxml><Hangup/></Bxml>", "conference")] == [
        "verb-context"
    ]
