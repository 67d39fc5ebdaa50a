"""Which storage a configuration means."""

import sys
from pathlib import Path

import pytest

from offhook.config import ConfigError, load
from offhook.serving.storage import open_files, recordings_folder
from offhook.store.files import Folder

BUCKET = {"recordings.storage": "s3", "recordings.bucket": "b", "recordings.folder": "/drafts"}


@pytest.mark.parametrize(
    ("values", "folder"),
    [
        ({}, "recordings"),
        ({"store.url": "sqlite:///a.sqlite3"}, "recordings"),
        ({"store.url": "sqlite:////var/lib/a.sqlite3"}, "/var/lib/recordings"),
        ({"store.url": "sqlite:///data/a.sqlite3?timeout=3"}, "data/recordings"),
        ({"store.url": "postgresql://db/offhook"}, "recordings"),
        ({"recordings.folder": "/srv/r", "store.url": "sqlite:////x/a"}, "/srv/r"),
    ],
)
def test_recordings_lie_beside_the_database_unless_told_otherwise(
    values: dict[str, str], folder: str
) -> None:
    assert recordings_folder(load(None, {}, values).settings) == Path(folder)


def test_a_folder_is_the_default() -> None:
    assert isinstance(open_files(load().settings), Folder)


def test_a_bucket_has_its_drafts_on_this_machine() -> None:
    pytest.importorskip("obstore", reason="needs offhook[s3]")
    files = open_files(load(None, {}, BUCKET).settings)

    assert not isinstance(files, Folder)
    assert files.draft("r-1").parent == Path("/drafts")


def test_without_its_package_a_bucket_is_refused_with_the_fix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)  # as if it were not installed
    monkeypatch.delitem(sys.modules, "offhook.store.bucket", raising=False)
    with pytest.raises(ConfigError) as told:
        open_files(load(None, {}, BUCKET).settings)

    assert str(told.value) == (
        "configuration: recordings.storage: needs the package obstore, which is not installed\n"
        "  fix: pip install 'offhook[s3]'"
    )
