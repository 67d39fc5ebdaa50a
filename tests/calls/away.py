"""A storage that can be out of reach: a folder, and what is between."""

from pathlib import Path

from offhook.store.files import Folder, StorageError


class Away(Folder):
    """Does what a folder does, unless it is away."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.away = False
        self.asked = 0  # how often, while away
        self.kept: list[str] = []

    def keep(self, recording_id: str, file_format: str, made: Path) -> None:
        self._reach()
        super().keep(recording_id, file_format, made)
        self.kept.append(f"{recording_id}.{file_format}")

    def size(self, recording_id: str, file_format: str) -> int:
        self._reach()
        return super().size(recording_id, file_format)

    def read(self, recording_id: str, file_format: str, start: int, length: int) -> bytes:
        self._reach()
        return super().read(recording_id, file_format, start, length)

    def remove(self, recording_id: str) -> None:
        self._reach()
        super().remove(recording_id)

    def _reach(self) -> None:
        if self.away:
            self.asked += 1
            raise StorageError("bucket b: cannot be reached")
