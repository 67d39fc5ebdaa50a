"""Where this node keeps the media of recordings, as configured."""

from pathlib import Path

import structlog

from offhook.config import ConfigError
from offhook.settings import Recordings, Settings
from offhook.store.files import Files, Folder

log = structlog.get_logger(__name__)


def recordings_folder(settings: Settings) -> Path:
    """Return the folder of recordings: as configured, else beside the SQLite file."""
    if settings.recordings.folder is not None:
        return Path(settings.recordings.folder)
    kind, _, file = settings.store.url.partition(":///")
    beside = Path(file.partition("?")[0]).parent if kind.startswith("sqlite") else Path()
    return beside / "recordings"


def open_files(settings: Settings) -> Files:
    """Return the storage; raises ConfigError. A bucket is looked at when it is needed."""
    folder = recordings_folder(settings)
    if settings.recordings.storage == "folder":
        return Folder(folder)
    return _bucket(folder, settings.recordings)


def _bucket(folder: Path, recordings: Recordings) -> Files:
    try:
        from offhook.store.bucket import Access, Bucket
    except ModuleNotFoundError as error:
        fault = f"needs the package {error.name}, which is not installed"
        fix = "pip install 'offhook[s3]'"
        raise ConfigError("configuration", "recordings.storage", fault, fix) from error
    return Bucket(
        folder,
        Access(
            bucket=recordings.bucket or "",
            prefix=recordings.prefix,
            endpoint=recordings.endpoint,
            region=recordings.region,
            access_key_id=recordings.access_key_id,
            secret_access_key=recordings.secret_access_key,
            path_style=recordings.path_style,
            allow_http=recordings.http_allowed,
        ),
    )
