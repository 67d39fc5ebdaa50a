"""How long `offhook serve` takes to answer its first SIP request, from nothing.

With a store that exists and modules that are compiled, as on every start but the first.
"""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import Figure, Plan
from bench._process import HOST, cpu_s
from offhook.testing.server import Wishes, free_ports, running_server

STARTS = 5
PATIENCE_S = 30.0
ASK_EVERY_S = 0.005
OPTIONS = (
    "OPTIONS sip:{host}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{own};branch=z9hG4bK{turn}\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:bench@{host}>;tag=1\r\nTo: <sip:{host}>\r\n"
    "Call-ID: {turn}@bench\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def run(plan: Plan) -> list[Figure]:
    """Start it several times."""
    with tempfile.TemporaryDirectory(prefix="offhook-bench-") as name:
        folder = Path(name)
        sip = asyncio.run(_prepare(folder))
        _start(folder, sip)  # compiles what has not been compiled yet
        starts = [_start(folder, sip) for _ in range(1 if plan.quick else STARTS)]
    return [
        Figure(
            f"start: to the first answered OPTIONS, median of {len(starts)}",
            statistics.median(wall for wall, _ in starts),
            "s",
        ),
        Figure("start: CPU until then", statistics.median(used for _, used in starts), "s"),
    ]


async def _prepare(folder: Path) -> int:
    """Let a server write its configuration and make its store; return its SIP port."""
    (trunk,) = free_ports(1)
    async with running_server(folder, Wishes("http://127.0.0.1:9", trunk)) as server:
        return server.sip


def _start(folder: Path, sip: int) -> tuple[float, float]:
    """Return seconds of time and of CPU."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "offhook", "serve", "--config", str(folder / "offhook.toml")]
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
        (folder / "start.log").open("wb") as log,
    ):
        far.bind((HOST, 0))
        far.settimeout(ASK_EVERY_S)
        began = time.monotonic()
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            _ask(far, sip, began)
            return time.monotonic() - began, cpu_s(server.pid)
        finally:
            server.terminate()
            server.wait()


def _ask(far: socket.socket, sip: int, began: float) -> None:
    """Send a request again and again until one is answered."""
    own, turn = far.getsockname()[1], 0
    while time.monotonic() - began < PATIENCE_S:
        turn += 1
        request = OPTIONS.format(host=HOST, port=sip, own=own, turn=turn)
        try:
            far.sendto(request.encode(), (HOST, sip))
            if far.recv(2048).startswith(b"SIP/2.0 200"):
                return
        except TimeoutError:
            continue
        except ConnectionError:  # nobody listens yet
            time.sleep(ASK_EVERY_S)
    raise RuntimeError("the server does not start")
