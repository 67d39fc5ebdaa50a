"""Documents (bxml.md 1.1, 1.2 and 12)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.verbs.reading import document, fault

from offhook.verbs import attributes, registry
from offhook.verbs.document import LONGEST_BYTES, MOST_WARNINGS, Document, InvalidBxml, parse
from offhook.verbs.hangup import Hangup
from offhook.verbs.pause import Pause
from offhook.verbs.tag import Tag


def reason(body: bytes | str, charset: str | None = None) -> str:
    with pytest.raises(InvalidBxml) as caught:
        parse(body.encode() if isinstance(body, str) else body, charset=charset)
    return str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        "<Response/>",
        "<Bxml/>",
        "<Response></Response>",
        "<Response>\n  \n</Response>",
        "<Response><!-- nothing --></Response>",
        "<?xml version='1.0' encoding='utf-8'?><Response/>",
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Bxml />\n',
        "<!-- before --><Response/><!-- after -->",
        "<Response><?php nothing ?></Response>",
    ],
)
def test_empty_documents_are_valid(body: str) -> None:
    assert parse(body.encode()) == Document(verbs=())


@pytest.mark.parametrize("root", ["Response", "Bxml"])
def test_verbs_come_in_order_whatever_the_root(root: str) -> None:
    body = f"<{root}><Pause/><!-- x --><Tag>a</Tag><Hangup/></{root}>".encode()

    assert parse(body).verbs == (Pause(), Tag(tag="a"), Hangup())


def test_verbs_know_the_line_they_begin_on() -> None:
    verbs = document("\n<Pause/>\n\n<Pause\n duration='1'\n/><Hangup/>").verbs

    assert [verb.line_number for verb in verbs] == [2, 4, 6]


@pytest.mark.parametrize(
    "root",
    [
        '<Response xmlns="http://a.test/ns">',
        '<Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:noNamespaceSchemaLocation="b.xsd">',
        '<Response xml:lang="en">',
    ],
)
def test_namespaces_on_the_root_are_ignored(root: str) -> None:
    assert parse(f"{root}<Pause/></Response>".encode()) == Document(verbs=(Pause(),))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<Foo/>", "root must be <Response> or <Bxml>, but was <Foo> (line 1)"),
        ("<response/>", "root must be <Response> or <Bxml>, but was <response> (line 1)"),
        ("<Pause/>", "root must be <Response> or <Bxml>, but was <Pause> (line 1)"),
        ("", "document is empty: send at least <Response/>"),
        (" \n ", "document is empty: send at least <Response/>"),
        ("{}", "not well-formed: Start tag expected, '<' not found (line 1, column 1)"),
        (
            "<Response><Pause></Response>",
            "not well-formed: Opening and ending tag mismatch: Pause line 1 and Response"
            " (line 1, column 18)",
        ),
        (
            "<Response>\n<Pause duration='1' duration='2'/></Response>",
            "not well-formed: Attribute duration redefined (line 2, column 21)",
        ),
        (
            "<!DOCTYPE Response><Response/>",
            "not well-formed: DOCTYPE is not allowed: remove it (line 1)",
        ),
        (
            "<Response>hello</Response>",
            'text "hello" is not allowed directly in <Response>: put it into a verb (line 1)',
        ),
        (
            "<Response>\n<Pause/>\noops</Response>",
            'text "oops" is not allowed directly in <Response>: put it into a verb (line 3)',
        ),
    ],
)
def test_a_bad_shape_is_told(body: str, fault: str) -> None:
    assert reason(body) == fault


def test_an_external_entity_is_refused() -> None:
    body = (
        '<!DOCTYPE r [<!ENTITY x SYSTEM "http://evil.test/">]><Response><Tag>&x;</Tag></Response>'
    )

    assert "DOCTYPE is not allowed" in reason(body)


def test_a_document_may_have_64_kilobytes_and_no_more() -> None:
    head, tail = b"<Response><Hangup/><!--", b"--></Response>"
    padding = b"x" * (LONGEST_BYTES - len(head) - len(tail))

    assert LONGEST_BYTES == 65_536
    assert parse(head + padding + tail).verbs == (Hangup(),)
    assert reason(head + padding + b"x" + tail) == "must not exceed 64 KB"


@pytest.mark.parametrize(
    ("xml", "fault_text"),
    [
        ("<Dance/>", "<Dance> is not a verb (line 1)"),
        (
            "<playaudio>a</playaudio>",
            "<playaudio> is not a verb: did you mean <PlayAudio>? (line 1)",
        ),
        ("<Gahter/>", "<Gahter> is not a verb: did you mean <Gather>? (line 1)"),
        ("<Tranfser/>", "<Tranfser> is not a verb: did you mean <Transfer>? (line 1)"),
        ("<PhoneNumber/>", "<PhoneNumber> is not a verb: it belongs in <Transfer> (line 1)"),
        ("<break/>", "<break> is not a verb: it belongs in <SpeakSentence> (line 1)"),
        ("<Response/>", "<Response> is not a verb: it belongs in the root (line 1)"),
        ("<x:Pause xmlns:x='urn:x'/>", "<x:Pause> is not a verb: did you mean <Pause>? (line 1)"),
        (
            "<Pause><Hangup/></Pause>",
            "<Hangup> is not allowed inside <Pause>: it takes no",
        ),
    ],
)
def test_what_is_no_verb_is_told(xml: str, fault_text: str) -> None:
    assert fault_text in fault(xml)


def test_one_fault_anywhere_spoils_the_document() -> None:
    assert fault("<Tag>a</Tag>\n<Pause duration='0'/>").endswith("(line 2)")


def test_unknown_attributes_are_warnings() -> None:
    found = document('<Pause duration="1" colour="red"/><Gather maxdigits="1" gatherURL="/g"/>')

    assert len(found.verbs) == 2
    assert found.warnings == (
        "<Pause> attribute colour is unknown and was ignored (line 1)",
        "<Gather> attribute maxdigits is unknown and was ignored: did you mean maxDigits? (line 1)",
        "<Gather> attribute gatherURL is unknown and was ignored: did you mean gatherUrl? (line 1)",
    )


def test_warnings_are_bounded() -> None:
    many = " ".join(f'maxDigit{number}="1"' for number in range(1000))

    assert len(document(f"<Gather {many}/><Gather {many}/>").warnings) == MOST_WARNINGS


def test_text_in_a_verb_that_takes_none_is_ignored() -> None:
    assert document("<Pause> a while </Pause><Gather>x</Gather>").warnings == ()


@pytest.mark.parametrize(
    "name",
    [
        f'{verb.name} {name}=""'
        for verb in registry.verbs().values()
        for name, attribute in attributes.attributes(verb).items()
        if not attribute.required and attributes.content(verb) is None
    ],
)
def test_an_empty_attribute_is_an_absent_one(name: str) -> None:
    """All but `tag` and Record's `terminatingDigits`, which have tests of their own."""
    element = name.split(maxsplit=1)[0]
    required = attributes.attributes(registry.verbs()[element]).items()
    values = {"to": "+12025550111"}
    url = "".join(f' {n}="{values.get(n, "/r")}"' for n, each in required if each.required)
    bare = document(f"<{element}{url}/>")
    found = document(f"<{name}{url}/>")

    assert found.warnings == ()
    keeps_empty = "tag=" in name or name.startswith("Record terminatingDigits=")
    assert found.verbs == bare.verbs or keeps_empty


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        *[(text, True) for text in ("2.0", "+2", "2.", " 2 ")],
        *[(text, False) for text in ("2e0", "two", "٢", "0x2", "2,0", "nan", "inf")],
    ],
)
def test_decimals_have_no_exponent(text: str, valid: bool) -> None:
    xml = f'<Pause duration="{text}"/>'
    if valid:
        assert document(xml).verbs == (Pause(duration_s=2.0),)
    else:
        assert "<Pause> attribute duration must be a number" in fault(xml)


def test_huge_numbers_are_out_of_bounds_and_nothing_worse() -> None:
    assert "must be within [0.1, 86400]" in fault(f'<Pause duration="{"9" * 9000}"/>')
    assert "must be within [1, 50]" in fault(f'<Gather maxDigits="{"9" * 9000}"/>')


def test_messages_stay_short_whatever_is_sent() -> None:
    assert len(fault(f'<Pause duration="{"x" * 40_000}"/>')) < 200
    assert len(fault(f"<{'x' * 40_000}/>")) < 200
    assert len(fault(f"<{'x' * 20_000}></y>")) < 300
    assert len(document(f'<Pause {"x" * 40_000}="1"/>').warnings[0]) < 200


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("utf-8", None, None),
        ("utf-8-sig", None, None),
        ("utf-8", "UTF-8", "iso-8859-1"),
        ("iso-8859-1", "iso-8859-1", None),
        ("iso-8859-1", "ISO-8859-1", "utf-8"),
        ("iso-8859-1", None, "ISO-8859-1"),
        ("utf-16", "UTF-16", None),
        ("utf-16", None, None),
        ("utf-16-le", "utf-16", "utf-16"),
        ("utf-16-be", None, None),
        ("utf-8", "utf-16", None),
    ],
)
def test_encodings_are_honoured(encoding: str, declared: str | None, charset: str | None) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = f"{declaration}<Response><Tag>Grüße</Tag></Response>".encode(encoding)

    assert parse(body, charset=charset).verbs == (Tag(tag="Grüße"),)


def test_bytes_that_are_not_what_they_say_are_told() -> None:
    assert reason(b"<Response>\xff</Response>").startswith("document is not valid utf-8 at byte 10")
    assert "unknown encoding" in reason(b'<?xml version="1.0" encoding="klingon"?><Response/>')
    assert "unknown encoding" in reason(b"<Response/>", "utf-7")


def test_the_minimal_shapes_of_clients_are_accepted() -> None:
    body = b"<?xml version='1.0' encoding='UTF-8'?>\n<Bxml><Pause duration=\"3.0\"/></Bxml>"

    assert parse(body).verbs == (Pause(duration_s=3.0),)


NAMES = [*registry.verbs(), "Transfer", "Response", "break", "p", "Dance", "x:y"]
ATTRIBUTES = [name for verb in registry.verbs().values() for name in attributes.attributes(verb)]
VALUES = st.one_of(
    st.sampled_from(["", "1", "2.0", "-1", "true", "/u", "http://a.test/", "GET", "1e5", "#*"]),
    st.text(max_size=8),
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


ELEMENTS = st.recursive(
    VALUES.map(escaped),
    lambda inner: st.builds(
        lambda name, given, content: "<{0}{1}>{2}</{0}>".format(
            name,
            "".join(f' {key}="{escaped(value)}"' for key, value in given.items()),
            "".join(content),
        ),
        st.sampled_from(NAMES),
        st.dictionaries(st.sampled_from([*ATTRIBUTES, "colour"]), VALUES, max_size=4),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)


@given(ELEMENTS)
def test_any_tree_is_a_document_or_invalid(xml: str) -> None:
    try:
        found = parse(f"<Response>{xml}</Response>".encode("utf-8", "surrogatepass"))
    except InvalidBxml as error:
        assert str(error)
    else:
        assert all(verb.name in registry.verbs() for verb in found.verbs)


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "utf-16", "ascii", "\0", "x y"]))
@example(b"\xff\xfe<", None)
@example(b"<\0R", None)
@example(b"\xef\xbb\xbf", None)
def test_any_bytes_are_a_document_or_invalid(body: bytes, charset: str | None) -> None:
    try:
        parse(body, charset=charset)
    except InvalidBxml as error:
        assert str(error)
