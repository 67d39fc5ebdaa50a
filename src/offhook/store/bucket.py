"""A bucket of S3-compatible storage for the media of recordings; needs `offhook[s3]` (obstore).

Drafts are written on this machine all the same, and leave it when the bucket has the whole file.
Large files go up in parts, of which a few are in memory. Everything here blocks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from offhook.store.files import Folder, StorageError

if TYPE_CHECKING:
    from obstore.store import S3Config  # which is no name at run time

PART_BYTES: Final = 5 * 2**20  # the least that S3 takes; 10,000 of them are more than any recording
PARTS_AT_ONCE: Final = 2
CONNECT_TIMEOUT: Final = timedelta(seconds=5)
TIMEOUT: Final = timedelta(seconds=60)  # for one request: a part
RETRY_TIMEOUT: Final = timedelta(seconds=10)
RETRIES: Final = 1  # a connection that had just been closed; who waits longer is told of it
FORMATS: Final = ("wav", "mp3")
REASON_CHARS: Final = 300
NO_BUCKET: Final = "<Code>NoSuchBucket</Code>"  # in the answer, where it has a body


@dataclass(frozen=True, slots=True)
class Access:
    """Where a bucket is and what opens it."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None  # None: AWS
    region: str = "us-east-1"
    access_key_id: str | None = None  # None: AWS_ACCESS_KEY_ID and its like, or the machine's role
    secret_access_key: str | None = field(default=None, repr=False)
    path_style: bool = True
    allow_http: bool = False


class Bucket:
    """Files whose finished media is in a bucket."""

    def __init__(self, folder: Path, access: Access) -> None:
        self._drafts = Folder(folder)
        self._name = access.bucket
        self._store = _opened(access)

    def check(self) -> None:
        """See whether the bucket is there and open to us."""
        with self._reaching():
            next(iter(obstore.list(self._store, chunk_size=1)), None)

    def draft(self, recording_id: str) -> Path:
        """Return where the WAV file is written while the recording runs."""
        return self._drafts.draft(recording_id)

    def keep(self, recording_id: str, file_format: str, made: Path) -> None:
        """Send a finished file to the bucket; only then it leaves its place."""
        made.stat()  # a file that is gone is no fault of the bucket
        with self._reaching():
            obstore.put(
                self._store,
                _key(recording_id, file_format),
                made,
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )
        made.unlink()

    def size(self, recording_id: str, file_format: str) -> int:
        """Return the bytes of what is kept."""
        with self._reaching(asks_object=True):
            return int(obstore.head(self._store, _key(recording_id, file_format))["size"])

    def read(self, recording_id: str, file_format: str, start: int, length: int) -> bytes:
        """Return a part of what is kept; no more than that is fetched."""
        key = _key(recording_id, file_format)
        with self._reaching(asks_object=True):
            return bytes(obstore.get_range(self._store, key, start=start, length=length))

    def remove(self, recording_id: str) -> None:
        """Remove everything of a recording; what is not there needs no removing."""
        self._drafts.remove(recording_id)
        with self._reaching():
            obstore.delete(self._store, [_key(recording_id, each) for each in FORMATS])

    @contextmanager
    def _reaching(self, *, asks_object: bool = False) -> Iterator[None]:
        """Say in our words that the bucket does not let us."""
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            not_found = isinstance(error, FileNotFoundError)
            if asks_object and not_found and NO_BUCKET not in str(error):
                raise
            gone = not_found or NO_BUCKET in str(error)
            reason = "does not exist" if gone else _reason(error)
            raise StorageError(f"bucket {self._name}: {reason}") from None


def _opened(access: Access) -> S3Store:
    config: S3Config = {
        "region": access.region,
        "virtual_hosted_style_request": not access.path_style,
    }
    if access.endpoint is not None:
        config["endpoint"] = access.endpoint
    if access.access_key_id is not None and access.secret_access_key is not None:
        config["access_key_id"] = access.access_key_id
        config["secret_access_key"] = access.secret_access_key
    return S3Store(
        access.bucket,
        prefix=access.prefix or None,
        config=config,
        client_options={
            "allow_http": access.allow_http,
            "connect_timeout": CONNECT_TIMEOUT,
            "timeout": TIMEOUT,
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_TIMEOUT},
    )


def _key(recording_id: str, file_format: str) -> str:
    assert file_format in FORMATS and "/" not in recording_id, "keys are made of our own ids"
    return f"{recording_id}.{file_format}"


def _reason(error: Exception) -> str:
    """Return the first line: what follows repeats it for programmers."""
    return str(error).partition("\n")[0][:REASON_CHARS]
