"""Software: Python, libraries, and whether a media worker starts and opens a port."""

import asyncio
import re
import sys
from collections.abc import Mapping
from importlib import metadata

from offhook.doctor.finding import Finding, Findings, Patient, fault, ok
from offhook.media.control import WorkerMedia
from offhook.media.messages import Close, Open, Opened, OpenFailed, Report
from offhook.media.work import WorkerSettings

PYTHON = (3, 11)
OPEN_S = 10.0
_NEED = re.compile(r"^([\w.-]+)>=([\d.]+)[^;]*(;.*)?$")


def check(patient: Patient) -> Findings:
    """Look at versions, and start a worker."""
    yield python(sys.version_info[:3])
    yield libraries(installed())
    yield asyncio.run(worker(patient))


def python(version: tuple[int, ...]) -> Finding:
    """Python must be new enough."""
    shown = ".".join(map(str, version))
    if version >= PYTHON:
        return ok("Python", shown)
    return fault("Python", f"{shown} is too old", "install Offhook with Python 3.11 or newer")


def installed() -> dict[str, tuple[str, str | None]]:
    """Return what Offhook needs at least of each library, and what there is (None: nothing)."""
    found: dict[str, tuple[str, str | None]] = {}
    for line in metadata.requires("offhook") or ():
        need = _NEED.match(line.replace(" ", ""))
        if need is None or "extra" in (need[3] or ""):
            continue
        try:
            version: str | None = metadata.version(need[1])
        except metadata.PackageNotFoundError:
            version = None
        found[need[1]] = (need[2], version)
    return found


def libraries(found: Mapping[str, tuple[str, str | None]]) -> Finding:
    """Libraries must be there, and new enough."""
    faults = [
        f"{name} {version or 'is missing'} (needs {least})"
        for name, (least, version) in found.items()
        if version is None or _numbers(version) < _numbers(least)
    ]
    if faults:
        fix = "install Offhook again in an environment of its own: `pip install --upgrade offhook`"
        return fault("libraries", ", ".join(faults), fix)
    numpy = found.get("numpy", ("", "?"))[1]
    return ok("libraries", f"numpy {numpy}, and {len(found) - 1} others that are new enough")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


async def worker(patient: Patient) -> Finding:
    """Start a media worker as the server does, and open one leg in it."""
    reports: asyncio.Queue[Report] = asyncio.Queue()
    media = patient.settings.media
    settings = WorkerSettings(
        host=media.host,
        advertised=media.advertised_host,
        first_port=media.first_port,
        last_port=media.last_port,
        capacity=2,
    )
    client = WorkerMedia(reports.put_nowait, settings)
    try:
        await client.start()
    except (OSError, TimeoutError) as error:
        seen = f"no media worker starts: {error or 'it never says that it is ready'}"
        fix = "run `offhook serve --log-format text` and look at what it says of the worker"
        return fault("media worker", seen, fix)
    try:
        async with asyncio.timeout(OPEN_S):
            return await _opened(client, reports)
    except TimeoutError:
        seen = "a media worker starts, but does not answer"
        return fault("media worker", seen, "see whether this machine has a core to spare for it")
    finally:
        await client.close()


async def _opened(client: WorkerMedia, reports: "asyncio.Queue[Report]") -> Finding:
    client.send(Open("doctor"))
    while True:
        match await reports.get():
            case Opened(host=host, rtp_port=port):
                client.send(Close("doctor"))
                return ok("media worker", f"it starts, and takes RTP at {host}:{port}")
            case OpenFailed(reason=reason):
                seen = f"it starts, but opens no port: {reason}"
                return fault("media worker", seen, "see to media.host and media.ports")
            case _:
                pass
