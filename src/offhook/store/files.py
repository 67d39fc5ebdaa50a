"""Where the media of recordings is kept: one small protocol, and a folder that fulfils it.

A recording is written as a draft, a WAV file on this machine, and kept in its format when it has
ended. Everything here blocks: call it through an Offload.
"""

from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Media by the id of its recording."""

    def draft(self, recording_id: str) -> Path:
        """Return where the WAV file is written while the recording runs."""
        ...

    def keep(self, recording_id: str, file_format: str, made: Path) -> None:
        """Take in a finished file, which leaves its place; raises OSError."""
        ...

    def size(self, recording_id: str, file_format: str) -> int:
        """Return the bytes of what is kept; raises FileNotFoundError."""
        ...

    def read(self, recording_id: str, file_format: str, start: int, length: int) -> bytes:
        """Return a part of what is kept; raises FileNotFoundError."""
        ...

    def remove(self, recording_id: str) -> None:
        """Remove everything of a recording, drafts included."""
        ...


class Folder:
    """A folder of this machine; made when the first recording begins."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

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
