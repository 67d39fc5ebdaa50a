"""Where documents come from; URLs and the standard input have their tests with the command."""

from pathlib import Path

import pytest

from offhook.lint.sources import LIMIT_BYTES, Source, UnreadableError, read


def test_no_more_of_a_file_is_read_than_shows_its_excess(tmp_path: Path) -> None:
    path = tmp_path / "big.xml"
    path.write_bytes(b"x" * 1_000_000)

    assert len(read(str(path)).body) == LIMIT_BYTES


@pytest.mark.parametrize("name", ["", "no\0file", "missing.xml"])
def test_a_name_of_no_file_is_told(name: str) -> None:
    with pytest.raises(UnreadableError, match=r".*: .+"):
        read(name)


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("é".encode(), None, "é"),
        ("é".encode("latin-1"), "iso-8859-1", "é"),
        ("é".encode("utf-16"), None, "é"),
        (b"a\xff", None, "a\ufffd"),
        (b"a", "klingon", "a"),
    ],
)
def test_there_is_something_to_see_of_any_bytes(
    body: bytes, charset: str | None, text: str
) -> None:
    assert Source("a.xml", body, charset).text == text
