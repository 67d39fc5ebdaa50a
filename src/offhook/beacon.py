"""How a running `offhook dev` makes itself known to the other commands of the same user.

It is a file in a folder that only this user can enter, and it is there as long as the process is:
whoever looks passes over files of processes that are gone. Where no such file can be written, other
commands have to be told by their options; nothing else changes.
"""

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

PRIVATE = 0o700
RUNTIME = "XDG_RUNTIME_DIR"


@dataclass(frozen=True, slots=True)
class Beacon:
    """Where a network in a box is, and what opens it."""

    pid: int
    url: str  # of the server, without a final slash
    config: str  # the server's configuration file
    account: str
    user: str
    password: str = field(repr=False)
    application: str
    number: str
    app_url: str  # of the app that calls lead to


@contextmanager
def lit(beacon: Beacon) -> Iterator[None]:
    """Make a network known during the body, if that is possible."""
    path: Path | None = None
    with contextlib.suppress(OSError):
        path = _written(beacon)
    try:
        yield
    finally:
        if path is not None:
            path.unlink(missing_ok=True)


def seen() -> list[Beacon]:
    """Return the networks of this user that run."""
    found = []
    with contextlib.suppress(OSError):
        folder = _folder()
        for path in sorted(folder.glob("dev-*.json")) if _is_ours(folder) else ():
            beacon = _read(path)
            if beacon is not None and _runs(beacon.pid):
                found.append(beacon)
    return found


def meant() -> list[Beacon]:
    """Return the networks that somebody in this folder can mean: its own, else all."""
    running = seen()
    here = [each for each in running if Path(each.config).parent.parent == Path.cwd()]
    return here if len(running) > 1 and here else running


def _written(beacon: Beacon) -> Path:
    folder = _folder()
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    if not _is_ours(folder):
        raise PermissionError(folder)
    path = folder / f"dev-{beacon.pid}.json"
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(beacon), file)
    return path


def _folder() -> Path:
    given = os.environ.get(RUNTIME)
    if given:
        return Path(given) / "offhook"
    return Path(tempfile.gettempdir()) / f"offhook-{os.getuid()}"


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can have put a file there: the temporary folder is everybody's."""
    with contextlib.suppress(FileNotFoundError):
        found = folder.lstat()
        private = not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and private
    return False


def _read(path: Path) -> Beacon | None:
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        known = {each.name for each in fields(Beacon)}
        return Beacon(**{name: value for name, value in data.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError):  # half written, or of another version
        return None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError, TypeError):
        return False
    return True
