"""What is printed into pages: escaped, nothing hidden; times and lengths for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.console import rendering
from offhook.console.rendering import Rendering, shown


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("plain\ttext\nhere", "plain\ttext\nhere"),
        ("line\r\nline", "line\nline"),
        ("\x00\x1b[31m", "␀␛[31m"),
        ("\x7f", "␡"),
        ("user\u202etxt.exe", "user⟨U+202E⟩txt.exe"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("\ud800", "⟨U+D800⟩"),
    ],
)
def test_hidden_characters_are_shown(text: str, visible: str) -> None:
    assert shown(text) == visible


@given(st.text(st.characters()))
def test_every_text_can_be_sent(text: str) -> None:
    assert shown(text).encode() is not None


def test_templates_escape_what_they_print() -> None:
    made = Rendering()
    template = made._environment.from_string('<p title="{{ text }}">{{ text }}</p>')

    assert template.render(text="\"'><script>\x00") == (
        '<p title="&#34;&#39;&gt;&lt;script&gt;␀">&#34;&#39;&gt;&lt;script&gt;␀</p>'
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4234, "0.42 s"), (12.5, "12.5 s"), (65, "1:05"), (7207, "2:00:07"), (59.96, "60.0 s")],
)
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert rendering.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (5 << 20, "5.0 MB")]
)
def test_sizes(count: int, text: str) -> None:
    assert rendering.size(count) == text


def test_times_are_written_in_utc_for_the_script_to_change() -> None:
    assert rendering.clock(1.5) == (
        '<time datetime="1970-01-01T00:00:01.500Z" data-show="time">00:00:01 UTC</time>'
    )
    assert "1970-01-01 00:00:01 UTC" in rendering.moment(1.5)
