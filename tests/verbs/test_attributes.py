"""Declared attributes."""

from dataclasses import dataclass, field
from typing import ClassVar

import pytest
from tests.verbs.reading import document, fault, verb

from offhook.hooks import Hook, Target
from offhook.verbs import Line, Step, Verb
from offhook.verbs import attributes as declare
from offhook.verbs.attributes import attributes, content, declarations, wire_name
from offhook.verbs.bridge import Bridge


@dataclass(frozen=True, kw_only=True)
class Sample(Verb):
    """A verb with two webhooks that share their credentials."""

    name: ClassVar[str] = "Sample"

    wait_for_s: float = declare.decimal(1.5, (0, 2), "how long")
    loud: bool = declare.flag(False, "how loud")
    done: Hook | None = field(default=None, metadata=declare.webhook("done"))
    left: Hook | None = field(default=None, metadata=declare.webhook("left", fallback=False))
    own: int = 7

    async def run(self, line: Line) -> Step:
        """Do nothing."""
        return None


@pytest.mark.parametrize(
    ("field_name", "expected"),
    [
        ("voice", "voice"),
        ("max_digits", "maxDigits"),
        ("first_digit_timeout_s", "firstDigitTimeout"),
        ("tone_duration_ms", "toneDuration"),
    ],
)
def test_names_are_camel_case_without_the_unit(field_name: str, expected: str) -> None:
    assert wire_name(field_name) == expected


def test_attributes_of_a_verb_are_known_once_by_their_wire_names() -> None:
    assert list(attributes(Sample)) == [
        *("waitFor", "loud", "doneUrl", "doneMethod", "username", "password", "doneFallbackUrl"),
        *("doneFallbackMethod", "fallbackUsername", "fallbackPassword", "leftUrl", "leftMethod"),
    ]


def test_defaults_are_printed_for_the_manual() -> None:
    found = attributes(Sample)

    assert [found[name].default for name in ("waitFor", "loud", "doneMethod", "doneUrl")] == [
        "1.5",
        "false",
        "POST",
        "",
    ]


def test_what_a_document_leaves_out_keeps_the_default_of_the_field() -> None:
    built = {name: each.build({}) for name, each in declarations(Sample).items()}

    assert set(built) == {"wait_for_s", "loud", "done", "left"}
    assert all(value is declare.ABSENT for value in built.values())


def test_a_fallback_without_a_primary_is_ignored() -> None:
    build = declarations(Sample)["done"].build

    assert build({"doneFallbackUrl": "/f"}) is declare.ABSENT
    assert build({"doneUrl": "/d"}) == Hook(Target("/d"))


def test_a_verb_without_content_has_none() -> None:
    assert content(Sample) is None


def test_slips_of_client_libraries_are_taken_for_what_they_mean() -> None:
    slips = "recordCompleteFallback_url='/f' recordCompleteFallback_method='GET'"
    found = document(f"<Record recordCompleteUrl='/r' {slips}/>")

    assert found == document(
        "<Record recordCompleteUrl='/r' recordCompleteFallbackUrl='/f'"
        " recordCompleteFallbackMethod='GET'/>"
    )
    assert found.warnings == ()


def test_the_right_name_wins_over_a_slip() -> None:
    bridge = verb(
        "<Bridge bridgeTargetCompleteUrl='/b' bridgeTargetCompleteFallback_url='/no'"
        " bridgeTargetCompleteFallbackUrl='/yes'>c-1</Bridge>"
    )

    assert isinstance(bridge, Bridge)
    assert bridge.target_complete
    assert bridge.target_complete.fallback == Target("/yes")


def test_a_slip_means_nothing_elsewhere_and_is_checked_where_it_does() -> None:
    assert document("<Pause recordCompleteFallback_url='/f'/>").warnings
    assert "recordCompleteFallbackUrl must be" in fault("<Record recordCompleteFallback_url='x:'/>")
