"""A bucket of media, against a real server of the S3 protocol."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.interop.s3 import KEY, S3, SECRET, running_s3

from offhook.store.files import Files, StorageError
from offhook.testing.server import free_ports

pytest.importorskip("obstore", reason="needs offhook[s3]")

from offhook.store.bucket import Access, Bucket  # only where obstore is installed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with running_s3() as server:
        yield server


@pytest.fixture
def bucket(s3: S3, request: pytest.FixtureRequest) -> str:
    """The name of a new, empty bucket."""
    name = f"b{abs(hash(request.node.name))}"
    s3.create(name)
    return name


def access(port: int, bucket: str, prefix: str = "") -> Access:
    return Access(
        bucket=bucket,
        prefix=prefix,
        endpoint=f"http://127.0.0.1:{port}",
        access_key_id=KEY,
        secret_access_key=SECRET,
        allow_http=True,
    )


def made(files: Files, name: str, data: bytes) -> Path:
    draft = files.draft(name)
    draft.parent.mkdir(exist_ok=True)
    draft.write_bytes(data)
    return draft


def test_what_is_kept_can_be_read_in_parts(s3: S3, bucket: str, tmp_path: Path) -> None:
    files: Files = Bucket(tmp_path, access(s3.port, bucket, "offhook/east"))
    files.check()
    draft = made(files, "r-1", b"0123456789")
    files.keep("r-1", "wav", draft)

    assert s3.objects(bucket) == {"offhook/east/r-1.wav": b"0123456789"}
    assert not draft.exists()
    assert files.size("r-1", "wav") == 10
    assert files.read("r-1", "wav", 3, 4) == b"3456"
    assert files.read("r-1", "wav", 8, 100) == b"89"


def test_a_file_of_several_parts_arrives_whole(s3: S3, bucket: str, tmp_path: Path) -> None:
    files = Bucket(tmp_path, access(s3.port, bucket))
    data = bytes(range(256)) * 4 * 12_000  # 12 MB
    files.keep("r-1", "wav", made(files, "r-1", data))

    assert s3.objects(bucket) == {"r-1.wav": data}
    assert files.read("r-1", "wav", 11_000_000, 256) == data[11_000_000:11_000_256]


def test_keeping_a_file_again_replaces_it(s3: S3, bucket: str, tmp_path: Path) -> None:
    files = Bucket(tmp_path, access(s3.port, bucket))
    for data in (b"first", b"second"):
        files.keep("r-1", "mp3", made(files, "r-1", data))

    assert s3.objects(bucket) == {"r-1.mp3": b"second"}


def test_what_is_not_there_is_a_named_failure(s3: S3, bucket: str, tmp_path: Path) -> None:
    files = Bucket(tmp_path, access(s3.port, bucket))
    with pytest.raises(FileNotFoundError):
        files.size("r-1", "wav")
    with pytest.raises(FileNotFoundError):
        files.read("r-1", "wav", 0, 1)
    with pytest.raises(FileNotFoundError):
        files.keep("r-1", "wav", tmp_path / "gone")
    files.remove("r-1")


def test_removing_leaves_nothing_of_a_recording_and_all_of_others(
    s3: S3, bucket: str, tmp_path: Path
) -> None:
    files = Bucket(tmp_path, access(s3.port, bucket))
    for name in ("r-1", "r-12"):
        files.keep(name, "wav", made(files, name, b"media"))
    made(files, "r-1", b"a draft")
    files.remove("r-1")

    assert list(s3.objects(bucket)) == ["r-12.wav"]
    assert list(tmp_path.iterdir()) == []


def test_a_bucket_that_does_not_exist_leaves_the_file_where_it_is(s3: S3, tmp_path: Path) -> None:
    files = Bucket(tmp_path, access(s3.port, "no-such-bucket"))
    draft = made(files, "r-1", b"media")
    for work in (
        files.check,
        lambda: files.keep("r-1", "wav", draft),
        lambda: files.remove("r-2"),
    ):
        with pytest.raises(StorageError, match=r"^bucket no-such-bucket: does not exist$"):
            work()

    assert draft.read_bytes() == b"media"


def test_a_server_that_cannot_be_reached_is_told_in_one_line(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    files = Bucket(tmp_path, access(port, "bucket"))
    draft = made(files, "r-1", b"media")
    for work in (
        files.check,
        lambda: files.keep("r-1", "wav", draft),
        lambda: files.size("r-1", "wav"),
        lambda: files.read("r-1", "wav", 0, 1),
        lambda: files.remove("r-2"),
    ):
        with pytest.raises(StorageError, match=r"^bucket bucket: [^\n]+$") as told:
            work()
        assert SECRET not in str(told.value)

    assert draft.read_bytes() == b"media"


def test_without_leave_nothing_goes_in_the_clear(s3: S3, bucket: str, tmp_path: Path) -> None:
    """The settings refuse such an endpoint; this is the lock behind that door."""
    closed = Access(bucket=bucket, endpoint=s3.url, access_key_id=KEY, secret_access_key=SECRET)
    files = Bucket(tmp_path, closed)
    with pytest.raises(StorageError):
        files.keep("r-1", "wav", made(files, "r-1", b"media"))

    assert s3.objects(bucket) == {}


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(access(1, "b"))
