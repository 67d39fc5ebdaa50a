"""Disk, database and memory: each fault present and absent."""

import os
from pathlib import Path

import pytest
from tests.doctor.patients import is_fault, is_ok, is_warning, only, patient
from tests.interop.s3 import KEY, SECRET, running_s3

from offhook.clock import Clock
from offhook.directory import Account
from offhook.doctor import disk
from offhook.doctor.disk import MEGABYTE, Needs
from offhook.store import Store


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/offhook.sqlite3"


def made(folder: Path) -> None:
    store = Store.open(url(folder), Clock(), threaded=False)
    store.put(Account("7"))
    store.close()


def test_folders_that_can_be_written_are_well(tmp_path: Path) -> None:
    later = tmp_path / "var" / "offhook"

    assert is_ok(disk.writable("store", tmp_path), f"{tmp_path} can be written")
    assert is_ok(disk.writable("store", later), "will be made")
    assert list(tmp_path.iterdir()) == []


def test_folders_that_cannot_be_written_are_faults(tmp_path: Path) -> None:
    """Below a file nobody writes, not even root, and below /proc neither."""
    (tmp_path / "file").write_text("")
    below_a_file = disk.writable("recordings", tmp_path / "file" / "x")

    assert is_fault(below_a_file, "cannot be written", "recordings.folder")
    assert is_fault(disk.writable("store", Path("/proc/offhook")), "store.url")


def test_little_room_is_a_warning_and_too_little_a_fault(tmp_path: Path) -> None:
    everything = 1 << 62

    assert is_fault(disk.room("store", tmp_path, Needs(everything, everything)), "MB are free")
    assert is_warning(disk.room("store", tmp_path, Needs(everything, 0)), "make room")
    assert is_ok(disk.room("store", tmp_path / "later", Needs(0, 0)), "MB are free")


def test_a_database_is_sound_or_will_be_made(tmp_path: Path) -> None:
    subject = patient(store={"url": url(tmp_path)})
    before = disk.database(subject)
    made(tmp_path)

    assert is_ok(before, "will be made")
    assert is_ok(disk.database(subject), "is sound")


def test_a_database_that_is_damaged_is_a_fault(tmp_path: Path) -> None:
    made(tmp_path)
    file = tmp_path / "offhook.sqlite3"
    data = bytearray(file.read_bytes())
    data[200:6000] = os.urandom(5800)
    file.write_bytes(data)
    damaged = disk.database(patient(store={"url": url(tmp_path)}))
    file.write_text("no database at all, though it is long enough to be one " * 20)
    other = disk.database(patient(store={"url": url(tmp_path)}))

    assert is_fault(damaged, "damaged", "backup")
    assert is_fault(other, "not a database")


def test_a_database_server_that_is_not_there_is_a_fault_and_its_password_is_not_told() -> None:
    found = disk.database(patient(store={"url": "postgresql://me:secret@127.0.0.1:9/offhook"}))

    assert is_fault(found, "postgresql://me:***@127.0.0.1:9/offhook", "store.url")
    assert "secret" not in found.seen


def test_what_is_stored_is_read_and_nothing_is_made(tmp_path: Path) -> None:
    nothing = disk.stored(url(tmp_path))
    there = list(tmp_path.iterdir())
    made(tmp_path)

    assert (nothing, there) == (disk.NOTHING, [])
    assert [each.id for each in disk.stored(url(tmp_path)).accounts] == ["7"]
    (tmp_path / "offhook.sqlite3").write_text("x" * 2000)
    assert disk.stored(url(tmp_path)) == disk.NOTHING
    assert disk.stored("postgresql://me@127.0.0.1:9/offhook") == disk.NOTHING


def test_memory_for_the_configured_calls() -> None:
    assert is_warning(disk.memory(patient(limits={"calls": 5000}), 500 * MEGABYTE), "limits.calls")
    assert is_ok(disk.memory(patient(limits={"calls": 100}), 500 * MEGABYTE), "500 MB")


def test_how_much_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    available = disk.available_bytes()
    monkeypatch.setattr(disk, "MEMINFO", tmp_path / "none")

    assert available is None or available > MEGABYTE
    assert disk.available_bytes() is None


def test_all_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    subject = patient(store={"url": url(tmp_path)}, recordings={"folder": str(folder)})
    found = list(disk.check(subject))

    assert is_ok(only(found, "store folder"), str(tmp_path))
    assert is_ok(only(found, "recordings folder"), str(folder))
    assert sum(each.check == "disk space" for each in found) == 2


@pytest.mark.slow
def test_a_bucket_that_lets_us_in_is_well_and_one_that_is_not_there_a_fault(tmp_path: Path) -> None:
    keys = {"access_key_id": KEY, "secret_access_key": SECRET}
    with running_s3() as there:
        there.create("kept")
        found = []
        for bucket in ("kept", "missing"):
            wanted = {"storage": "s3", "bucket": bucket, "endpoint": there.url} | keys
            subject = patient(store={"url": url(tmp_path)}, recordings=wanted)
            found.append(only(disk.check(subject), "recordings storage"))
        kept = there.objects("kept")

    assert is_ok(found[0], "bucket kept", there.url)
    assert is_fault(found[1], "bucket missing", "policy")
    assert kept == {}
    assert SECRET not in found[1].seen
