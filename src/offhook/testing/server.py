"""A real server in a process of its own, for tests, benchmarks and the demo in real time.

Everything listens on loopback, on ports that were free a moment ago; the store is temporary. The
process is stopped at the end, and a server that does not start says why.
"""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from offhook.config import PREFIX

ACCOUNT = "9900000"
APPLICATION = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
APP_NUMBER = "+12025550100"  # calls to it reach the application
NEVER_FULL = "load = 1.0"  # however busy others keep the machine
START_S = 30.0  # for a process to open its port
STOP_S = 15.0

CONFIG = """
[server]
port = {http}

[sip]
port = {sip}

[media]
ports = "{ports}"
{media}

[limits]
{node}

[store]
url = "sqlite:///{folder}/offhook.sqlite3"

[[accounts]]
id = "{account}"
name = "test"
{limits}

[[users]]
name = "test"
password = "{password}"
accounts = ["{account}"]

[[applications]]
id = "{application}"
account = "{account}"
name = "test"
initiate_url = "{app_url}{initiate}"
status_url = "{app_url}{status}"

[[numbers]]
number = "{number}"
application = "{application}"

[[trunks]]
name = "phones"
host = "127.0.0.1"
port = {trunk}
{trunk_settings}
"""


class ServerError(Exception):
    """A process did not start; the text holds what it said."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the server is configured with beside its ports."""

    app_url: str  # of the application, without a final slash
    trunk: int  # SIP port on loopback where outbound calls go
    initiate: str = "/voice/initiate"
    status: str = "/voice/status"
    limits: str = ""  # TOML lines of the account
    media: str = ""  # TOML lines of the RTP side
    ports: str = "20000-32000"  # below those that the system picks, so that free ones stay free
    node: str = NEVER_FULL  # TOML lines of [limits]
    trunk_settings: str = ""  # TOML lines of the trunk
    more: str = ""  # TOML after all else


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where the server listens and what opens it."""

    folder: Path
    http: int
    sip: int
    process: asyncio.subprocess.Process = field(repr=False)
    user: str = "test"
    password: str = field(default="", repr=False)
    account: str = ACCOUNT
    application: str = APPLICATION
    number: str = APP_NUMBER

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.http}"

    @property
    def api(self) -> str:
        """The base URL for SDKs."""
        return f"{self.url}/api/v2"

    @property
    def store_url(self) -> str:
        """The database, which may be read while the server runs."""
        return f"sqlite:///{self.folder}/offhook.sqlite3"


@asynccontextmanager
async def running_server(folder: Path, wishes: Wishes) -> AsyncIterator[RunningServer]:
    """Start a server, wait until it serves, and stop it at the end; raises ServerError."""
    http, sip = free_ports(2)
    password = secrets.token_hex(8)
    config = folder / "offhook.toml"
    text = CONFIG.format(
        http=http,
        sip=sip,
        folder=folder,
        account=ACCOUNT,
        application=APPLICATION,
        number=APP_NUMBER,
        password=password,
        app_url=wishes.app_url,
        initiate=wishes.initiate,
        status=wishes.status,
        limits=wishes.limits,
        media=wishes.media,
        node=wishes.node,
        ports=wishes.ports,
        trunk=wishes.trunk,
        trunk_settings=wishes.trunk_settings,
    )
    config.write_text(text + wishes.more)
    command = ["-m", "offhook", "serve", "--with-stdin", "--config", str(config)]
    async with running_process(command, http, folder / "server.log") as process:
        yield RunningServer(folder, http, sip, process, password=password)


@asynccontextmanager
async def running_again(server: RunningServer) -> AsyncIterator[RunningServer]:
    """Start a server that has ended once more: same configuration, ports and store."""
    config = str(server.folder / "offhook.toml")
    command = ["-m", "offhook", "serve", "--with-stdin", "--config", config]
    async with running_process(command, server.http, server.folder / "server-2.log") as process:
        yield replace(server, process=process)


@asynccontextmanager
async def running_process(
    arguments: list[str], port: int, log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run Python with arguments until the body ends; the body begins when HTTP is answered.

    A server that is told `--with-stdin` also ends when this process does, however that dies.
    """
    async with _process(arguments, log) as process:
        await _answering(port, process, log)
        yield process


@asynccontextmanager
async def _process(arguments: list[str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("wb") as output:  # opened once, before anything runs
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.PIPE,  # held open as long as we live
            stdout=output,
            stderr=output,
            env=_environment(),
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


def _environment() -> dict[str, str]:
    """Return the environment without what configures servers: ours has its own file and store."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


async def _answering(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait for an HTTP answer, of any kind: a port may be open long before."""
    deadline = asyncio.get_running_loop().time() + START_S
    while asyncio.get_running_loop().time() < deadline and process.returncode is None:
        try:
            async with asyncio.timeout_at(deadline):
                if await _says_something(port):
                    return
        except OSError:  # TimeoutError is one
            await asyncio.sleep(0.05)
    said = await asyncio.to_thread(log.read_text)
    raise ServerError(f"nothing answers on port {port}; {log.name} says:\n{said}")


async def _says_something(port: int) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET /console/static/icon.svg HTTP/1.0\r\n\r\n")
        return bool(await reader.read(1))
    finally:
        writer.close()


def free_ports(count: int) -> list[int]:
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
