"""Where documents come from; URLs and the standard input have their tests with the command."""

from pathlib import Path

import pytest

from offhook.lint.sources import LIMIT_BYTES, UnreadableError, names, read


def test_no_more_of_a_file_is_read_than_shows_its_excess(tmp_path: Path) -> None:
    path = tmp_path / "big.xml"
    path.write_bytes(b"x" * 1_000_000)

    assert len(read(str(path)).body) == LIMIT_BYTES


@pytest.mark.parametrize("name", ["", "no\0file", "missing.xml"])
def test_a_name_of_no_file_is_told(name: str) -> None:
    with pytest.raises(UnreadableError, match=r".*: .+"):
        read(name)


def test_a_source_is_read_once() -> None:
    assert names(["b", "a", "b", "-", "-"]) == ["b", "a", "-"]
