"""The code of a page, and a desk where somebody types it in, block after block.

Commands run as they are printed, but for ports and ids: a port that a page names is a free one
here, and an id is that of the latest call of the server that the page has started.
"""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SAVED = re.compile(r"[Ss]ave this as `([\w./]+)`")
CALL = re.compile(r"CALL_ID|\bc-[0-9a-f]{8}-[0-9a-f-]{36}")
STAYS = {
    "dev": ("offhook dev",),
    "serve": ("offhook serve",),
    "app": ("uvicorn ", "python examples/opening_hours"),
}
PATIENCE_S, POLL_S = 60.0, 0.05


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of code."""

    language: str
    text: str
    file: str | None  # the name that the page gives it

    @property
    def commands(self) -> list[str]:
        """What is typed, a command at a time."""
        return re.sub(r"\\\n\s*|\n\s+", " ", self.text).splitlines()


def blocks(page: Path) -> Iterator[Block]:
    """Return the code of a page."""
    text = page.read_text()
    end = 0
    for found in FENCE.finditer(text):
        saved = SAVED.findall(text[end : found.start()])
        yield Block(found[1], found[2], saved[-1] if saved else None)
        end = found.end()


def free_port() -> int:
    """Return a port that nobody has for TCP or UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            with suppress(OSError):
                udp.bind(tcp.getsockname())
                port: int = tcp.getsockname()[1]
                return port


@dataclass
class Desk:
    """A folder, a shell, and what runs in other windows of it."""

    folder: Path
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in ("8080", "5000", "5060", "9000")}
    )
    env: dict[str, str] = field(default_factory=dict)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("opening_hours/app.py", "offhook.toml"):
            (self.folder / "examples" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "examples" / name, self.folder / "examples" / name)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("OFFHOOK", "PYTEST"))}
        self.env = {**kept, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "BROWSER": "true"}

    def here(self, text: str) -> str:
        """Return a text with the ports and ids of this desk."""
        for name, port in self.ports.items():
            text = re.sub(rf"(?<=[\s:]){name}\b", str(port), text)
        if CALL.search(text):
            text = CALL.sub(self._latest_call(), text)
        return text.replace(".venv/bin/", "").replace("/etc/offhook.toml", "examples/offhook.toml")

    def type(self, command: str) -> None:
        """Run a command to its end, or until it serves."""
        for name, starts in STAYS.items():
            if command.removeprefix(".venv/bin/").startswith(starts):
                self._stay(name, command)
                return
        done = subprocess.run(
            ["bash", "-c", self.here(command)],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    def python(self, text: str) -> None:
        """Run a piece of Python."""
        script = self.folder / "piece.py"
        script.write_text(self.here(text))
        self.type("python piece.py")

    def close(self) -> None:
        """Close the other windows."""
        for name in list(self._running):
            self._stop(name)

    def _stay(self, name: str, command: str) -> None:
        for other in {name} | ({"dev", "serve"} if name in {"dev", "serve"} else set()):
            self._stop(other)  # a reader has stopped it, to have its port
        command = self.here(command)
        if name == "dev":
            command += f" --port {self.ports['8080']}"
        if name == "serve":
            command += f" --port {self.ports['8080']} --sip-port {self.ports['5060']}"
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait(name, self.ports["5000" if name == "app" else "8080"])

    def _wait(self, name: str, port: int) -> None:
        beat = threading.Event()
        for _ in range(int(PATIENCE_S / POLL_S)):
            log = (self.folder / f"{name}.log").read_text()
            assert self._running[name].poll() is None, log
            with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
                if name != "dev" or "Ctrl-C" in log:
                    return
            beat.wait(POLL_S)
        raise AssertionError(f"{name} does not serve:\n{log}")

    def _stop(self, name: str) -> None:
        if process := self._running.pop(name, None):
            process.terminate()
            with process:
                process.wait(PATIENCE_S)

    def _latest_call(self) -> str:
        stores = sorted(self.folder.rglob("*.sqlite3"), key=lambda path: path.stat().st_mtime)
        with closing(sqlite3.connect(stores[-1])) as store:
            found = store.execute("select call_id from calls order by rowid desc").fetchone()
        return str(found[0])
