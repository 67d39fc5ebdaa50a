"""The demo's processes: the server with a temporary store, and the example app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import offhook
from offhook.testing.server import (
    RunningServer,
    Wishes,
    free_ports,
    running_process,
    running_server,
)

PHONE_NUMBER = "+12025550143"  # the telephone that is called
CALLER_NUMBER = "+12025550177"  # the telephone that calls


class DemoError(Exception):
    """The demo did not go as it must; the text says what was missing."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything listens."""

    server: RunningServer
    app_url: str
    phones: int  # SIP port of the telephones


def example_app() -> Path:
    """Return the example app: in a checkout beside `src`, in a wheel inside the package."""
    package = Path(offhook.__file__).parent
    for folder in (package.parents[1] / "examples", package / "examples"):
        if (path := folder / "opening_hours" / "app.py").exists():
            return path
    raise DemoError("the example app (examples/opening_hours/app.py) is missing")


@asynccontextmanager
async def running_site(folder: Path, app: Path) -> AsyncIterator[Site]:
    """Start app and server, wait until both serve, and stop them at the end."""
    port, phones = free_ports(2)
    url = f"http://127.0.0.1:{port}"
    async with (
        running_process([str(app), "--port", str(port)], port, folder / "app.log"),
        running_server(folder, Wishes(app_url=url, trunk=phones)) as server,
    ):
        yield Site(server, url, phones)
