"""Where the media of recordings is kept: one small protocol, and a folder that fulfils it.

A recording is written as a draft, a WAV file on this machine, and kept in its format when it has
ended. Everything here blocks: call it through an Offload. `store/bucket.py` keeps media elsewhere.
"""

import os
from pathlib import Path
from typing import Protocol

from offhook.store.writer import StoreError


class StorageError(StoreError):
    """Media can be neither kept nor had at the moment; what is on this machine stays there."""


class Files(Protocol):
    """Media by the id of its recording."""

    def check(self) -> None:
        """See whether media could be kept now; raises StorageError, which says why not."""
        ...

    def draft(self, recording_id: str) -> Path:
        """Return where the WAV file is written while the recording runs."""
        ...

    def keep(self, recording_id: str, file_format: str, made: Path) -> None:
        """Take in a finished file, which then leaves its place; raises OSError, StorageError."""
        ...

    def size(self, recording_id: str, file_format: str) -> int:
        """Return the bytes of what is kept; raises FileNotFoundError, StorageError."""
        ...

    def read(self, recording_id: str, file_format: str, start: int, length: int) -> bytes:
        """Return a part of what is kept; raises FileNotFoundError, StorageError."""
        ...

    def remove(self, recording_id: str) -> None:
        """Remove everything of a recording, drafts included; raises OSError, StorageError."""
        ...


class Folder:
    """A folder of this machine; made when the first recording begins."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

    def check(self) -> None:
        """See whether we may write there, or make the folder."""
        there = next(path for path in (self._path, *self._path.parents) if path.exists())
        if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
            raise StorageError(f"{there} is no folder that may be written")

    def draft(self, recording_id: str) -> Path:
        """Return where the WAV file is written while the recording runs."""
        return self._path / f"{recording_id}.draft"

    def keep(self, recording_id: str, file_format: str, made: Path) -> None:
        """Take in a finished file: from one moment to the next it is there, whole."""
        made.replace(self._kept(recording_id, file_format))

    def size(self, recording_id: str, file_format: str) -> int:
        """Return the bytes of what is kept."""
        return self._kept(recording_id, file_format).stat().st_size

    def read(self, recording_id: str, file_format: str, start: int, length: int) -> bytes:
        """Return a part of what is kept."""
        with self._kept(recording_id, file_format).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def remove(self, recording_id: str) -> None:
        """Remove everything of a recording."""
        for path in self._path.glob(f"{recording_id}.*"):
            path.unlink(missing_ok=True)

    def _kept(self, recording_id: str, file_format: str) -> Path:
        return self._path / f"{recording_id}.{file_format}"
