"""Disk, database and memory: whether what is accepted can be kept."""

import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from offhook.config import ConfigError
from offhook.doctor.finding import Finding, Findings, Patient, fault, ok, warning
from offhook.serving.storage import open_files, recordings_folder
from offhook.store.directory import Parts, load
from offhook.store.files import StorageError

MEGABYTE = 1_000_000
CALL_BYTES = 100_000  # of memory for a call: three times what `make bench` measures of a silent one
BASE_BYTES = 300 * MEGABYTE  # for the processes themselves
MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True, slots=True)
class Needs:
    """How many free bytes are few, and how many are too few."""

    few: int = 1000 * MEGABYTE
    too_few: int = 100 * MEGABYTE


def check(patient: Patient) -> Findings:
    """Look at the folders of store and recordings, at the database, and at memory."""
    folders = {"recordings": recordings_folder(patient.settings)}
    if (file := sqlite_path(patient.settings.store.url)) is not None:
        folders = {"store": file.parent, **folders}
    for name, folder in folders.items():
        yield writable(name, folder)
        yield room(name, folder, Needs())
    yield database(patient)
    if patient.settings.recordings.storage != "folder":
        yield storage(patient)
    if (available := available_bytes()) is not None:
        yield memory(patient, available)


def sqlite_path(url: str) -> Path | None:
    """Return the database's file, if it is one."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(parsed.database or "").absolute()


def _standing(folder: Path) -> Path:
    """Return the folder, or the one that it will be made in."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())


def writable(name: str, folder: Path) -> Finding:
    """Write a file and remove it; a folder that is not there yet will be made."""
    check_ = f"{name} folder"
    there = _standing(folder)
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".offhook-doctor-") as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        seen = f"{there} cannot be written: {error.strerror}"
        fix = f"let the user that runs the server write there (`chown`), or set {_SETTING[name]}"
        return fault(check_, seen, fix)
    return ok(
        check_, f"{folder} can be written" + ("" if there == folder else " (it will be made)")
    )


_SETTING = {"store": "store.url", "recordings": "recordings.folder"}


def room(name: str, folder: Path, needs: Needs) -> Finding:
    """Compare the free space with what is needed."""
    free = shutil.disk_usage(_standing(folder)).free
    seen = f"{free / MEGABYTE:,.0f} MB are free for {name} at {folder}"
    fix = f"make room there, or move it with {_SETTING[name]}"
    if free < needs.too_few:
        return fault("disk space", seen, fix)
    return warning("disk space", seen, fix) if free < needs.few else ok("disk space", seen)


def database(patient: Patient) -> Finding:
    """Connect, and read nothing: a database that is not there yet will be made."""
    url = patient.settings.store.url
    file = sqlite_path(url)
    if file is not None:
        return _sqlite(file)
    shown = make_url(url).render_as_string(hide_password=True)
    try:
        engine = create_engine(url, hide_parameters=True)
        with engine.connect():
            pass
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        seen = f"{shown} does not let us in: {reason}"
        return fault("database", seen, "see that it runs and store.url has the right user")
    return ok("database", f"{shown} lets us in")


def stored(url: str) -> Parts:
    """Return the directory's entries in the store: none where there is no store, or no reading it.

    Nothing is made and nothing is upgraded.
    """
    file = sqlite_path(url)
    if file is not None and not file.exists():
        return NOTHING
    try:
        engine = create_engine(url, hide_parameters=True)
        if file is not None:
            engine = create_engine("sqlite://", creator=lambda: _opened(file))
        with engine.connect() as connection:
            return load(connection)
    except (SQLAlchemyError, ImportError, ValueError):  # ValueError: rows of another version
        return NOTHING


NOTHING = Parts((), (), (), (), (), ())


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)


def _sqlite(file: Path) -> Finding:
    if not file.exists():
        return ok("database", f"{file} will be made at the first start")
    try:
        connection = _opened(file)
        try:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        said = str(error)
    if said == "ok":
        return ok("database", f"{file} is sound")
    fix = "stop the server, move the file away and put a backup in its place"
    return fault("database", f"{file} is damaged or no database: {said}", fix)


def storage(patient: Patient) -> Finding:
    """Ask the bucket of recordings for the name of one object."""
    recordings = patient.settings.recordings
    shown = f"bucket {recordings.bucket} at {recordings.endpoint or recordings.region}"
    try:
        open_files(patient.settings).check()
    except ConfigError as error:
        return fault("recordings storage", error.fault, error.fix)
    except StorageError as error:
        fix = "see that endpoint, bucket, keys and the bucket's policy are right"
        return fault("recordings storage", f"{shown}: {error}", fix)
    return ok("recordings storage", f"{shown} lets us in")


def available_bytes() -> int | None:
    """Return how much memory can be had without swapping; None where nobody tells."""
    try:
        rows = dict(row.split(":", 1) for row in MEMINFO.read_text().splitlines())
        return int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


def memory(patient: Patient, available: int) -> Finding:
    """Compare memory with what the configured calls take."""
    calls = patient.settings.limits.calls
    need = BASE_BYTES + calls * CALL_BYTES
    seen = f"{available / MEGABYTE:,.0f} MB are free; {calls} calls take {need / MEGABYTE:,.0f}"
    if available >= need:
        return ok("memory", seen)
    return warning("memory", seen, "add memory, or lower limits.calls")
