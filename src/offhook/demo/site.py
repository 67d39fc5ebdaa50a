"""The demo's processes: the server with a temporary store, and the example app."""

import asyncio
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import offhook

ACCOUNT = "9900000"
APPLICATION = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
APP_NUMBER = "+12025550100"  # calls to it reach the app
PHONE_NUMBER = "+12025550143"  # the telephone that is called
CALLER_NUMBER = "+12025550177"  # the telephone that calls
START_S = 30.0  # for a process to open its port
STOP_S = 10.0

CONFIG = """
[server]
port = {http}

[sip]
port = {sip}

[store]
url = "sqlite:///{folder}/demo.sqlite3"

[[accounts]]
id = "{account}"
name = "demo"

[[users]]
name = "demo"
password = "{password}"
roles = {{ "{account}" = ["voice"] }}

[[applications]]
id = "{application}"
account_id = "{account}"
name = "opening hours"
initiate_url = "http://127.0.0.1:{app}/voice/initiate"
status_url = "http://127.0.0.1:{app}/voice/status"

[[numbers]]
number = "{number}"
application_id = "{application}"

[[trunks]]
name = "phones"
host = "127.0.0.1"
port = {phones}
"""


class DemoError(Exception):
    """The demo did not go as it must; the text says what was missing."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything listens."""

    folder: Path
    http: int
    sip: int
    app: int
    phones: int
    password: str

    @property
    def api(self) -> str:
        """The base URL for SDKs."""
        return f"http://127.0.0.1:{self.http}/api/v2"

    @property
    def app_url(self) -> str:
        """The voice app."""
        return f"http://127.0.0.1:{self.app}"


def example_app() -> Path:
    """Return the example app: in a checkout beside `src`, in a wheel inside the package."""
    package = Path(offhook.__file__).parent
    for folder in (package.parents[1] / "examples", package / "examples"):
        if (path := folder / "opening_hours" / "app.py").exists():
            return path
    raise DemoError("the example app (examples/opening_hours/app.py) is missing")


@asynccontextmanager
async def running_site(folder: Path) -> AsyncIterator[Site]:
    """Start server and app, wait until both listen, and stop them at the end."""
    http, sip, app, phones = _free_ports(4)
    site = Site(folder, http, sip, app, phones, secrets.token_hex(8))
    config = folder / "offhook.toml"
    config.write_text(
        CONFIG.format(
            http=http,
            sip=sip,
            app=app,
            phones=phones,
            folder=folder,
            password=site.password,
            account=ACCOUNT,
            application=APPLICATION,
            number=APP_NUMBER,
        )
    )
    serve = ["-m", "offhook", "serve", "--config", str(config)]
    async with AsyncExitStack() as stack:
        for name, port, command in (
            ("server", http, serve),
            ("app", app, [str(example_app()), "--port", str(app)]),
        ):
            log = folder / f"{name}.log"
            process = await stack.enter_async_context(_process(command, log))
            await _listening(port, process, name, log)
        yield site


@asynccontextmanager
async def _process(arguments: list[str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("wb") as output:  # opened once, before anything runs
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdout=output, stderr=output
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _listening(port: int, process: asyncio.subprocess.Process, name: str, log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + START_S
    while asyncio.get_running_loop().time() < deadline and process.returncode is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
    said = await asyncio.to_thread(log.read_text)
    raise DemoError(f"the {name} did not start; it said:\n{said}")


def _free_ports(count: int) -> list[int]:
    """Return ports that are free for UDP and TCP right now."""
    held: list[socket.socket] = []
    ports: list[int] = []
    while len(ports) < count:
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        held += [tcp, udp]
        tcp.bind(("127.0.0.1", 0))
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            continue
        ports.append(tcp.getsockname()[1])
    for each in held:
        each.close()
    return ports
