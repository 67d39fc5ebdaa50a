"""A folder of media."""

from pathlib import Path

import pytest

from offhook.store.files import Files, Folder, StorageError


def test_what_is_kept_can_be_read_in_parts(tmp_path: Path) -> None:
    files: Files = Folder(tmp_path)
    draft = files.draft("r-1")
    draft.write_bytes(b"0123456789")
    files.keep("r-1", "wav", draft)

    assert not draft.exists()
    assert files.size("r-1", "wav") == 10
    assert files.read("r-1", "wav", 3, 4) == b"3456"
    assert files.read("r-1", "wav", 8, 100) == b"89"


def test_what_is_not_there_is_a_named_failure(tmp_path: Path) -> None:
    files = Folder(tmp_path / "not made yet")
    with pytest.raises(FileNotFoundError):
        files.size("r-1", "wav")
    with pytest.raises(FileNotFoundError):
        files.read("r-1", "wav", 0, 1)
    files.remove("r-1")


def test_removing_leaves_nothing_of_a_recording_and_all_of_others(tmp_path: Path) -> None:
    files = Folder(tmp_path)
    for name in ("r-1.wav", "r-1.draft", "r-1.made", "r-12.wav"):
        (tmp_path / name).touch()
    files.remove("r-1")

    assert [path.name for path in tmp_path.iterdir()] == ["r-12.wav"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    Folder(tmp_path / "not" / "made yet").check()
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"file is no folder that may be written$"):
        Folder(tmp_path / "file" / "recordings").check()
