"""`offhook dev` and `offhook dial`, as a user runs them: real processes, real SIP and RTP."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from offhook.testing.server import free_ports

pytestmark = pytest.mark.slow

LIMIT_S = 120


class Network:
    """A running `offhook dev`."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.said: list[str] = []
        self.until(r"explain CALL_ID")

    def until(self, pattern: str) -> "re.Match[str]":
        """Read on until a line matches; the process ends itself if that takes too long."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"no {pattern!r} in:\n{''.join(self.said)}")

    def find(self, pattern: str) -> str:
        """Return a word of what was said so far."""
        found = re.search(pattern, "".join(self.said))
        assert found
        return found[1]

    def create_call(self, to: str = "+12025550101") -> None:
        """Place the call that was printed, or the same to another number, as curl would."""
        url = self.find(r"curl -u dev:dev (\S+)")
        body = self.find(r"-d '(.*)'").replace("+12025550101", to)
        request = urllib.request.Request(url, body.encode(), method="POST")
        request.add_header("Authorization", f"Basic {b64encode(b'dev:dev').decode()}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            placed: dict[str, Any] = json.loads(answer.read())
        assert placed["to"] == to

    def dial(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `offhook dial` to its end."""
        return offhook("dial", *arguments, "--folder", str(self.folder))


def offhook(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    command = [sys.executable, "-m", "offhook", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


@contextmanager
def network(folder: Path) -> Iterator[Network]:
    """Run `offhook dev` on a free port; what it says ends when it does, at the latest in time."""
    (port,) = free_ports(1)
    limited = f"import signal; signal.alarm({LIMIT_S}); from offhook.cli import main; main()"
    command = [sys.executable, "-c", limited, "dev", "--folder", str(folder), "--port", str(port)]
    elsewhere = os.environ | {"OFFHOOK_SERVER_PORT": "1", "OFFHOOK_STORE_URL": "sqlite:///no"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=elsewhere
    ) as process:
        try:
            yield Network(process, folder)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(LIMIT_S)


def test_calls_out_and_in_and_an_end_that_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "box"
    with network(folder) as box:
        box.create_call()
        label = box.until(r"^(#\d+) .*: \+12025550100 calls \+12025550101")[1]
        box.until(rf"^{label} .*speech +[\d.]+ s of speech")
        lines = [  # in any order
            rf"^{label} .* packets sent, (\d+) received",
            rf"^{label} .*disconnect POST .*: 200",
        ]
        box.until("|".join(lines))
        box.until("|".join(lines))
        heard = box.find(rf"(?m){lines[0]}")
        dialled = box.dial("+12025550125")
        box.until(r"key 5")
        second = offhook("dev", "--folder", str(folder))

        assert int(heard) > 100
        assert dialled.stdout.splitlines() == [
            "presses calls",
            "answered",
            "hung up by the far end",
        ]
        assert dialled.returncode == 0
        assert second.returncode == 1
        assert "already runs in" in second.stderr
        port = int(box.find(r":(\d+)/api/v2"))
        taken = offhook("dev", "--folder", str(tmp_path / "other"), "--port", str(port))
        assert taken.returncode == 1
        assert f"port {port} is taken" in taken.stderr

    assert box.process.returncode == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
    assert not list(folder.glob("*-wal")), "the store is not closed"


def test_nothing_outlives_a_box_that_is_killed(tmp_path: Path) -> None:
    """SIGKILL: no handler runs, and yet the server, its workers and its ports are gone."""
    with network(tmp_path / "box") as box:
        children = [os.pidfd_open(pid) for pid in descendants(box.process.pid)]
        box.process.kill()
        ended = [select.select([each], [], [], LIMIT_S)[0] for each in children]
        for each in children:
            os.close(each)
    port = int(box.find(r":(\d+)/api/v2"))

    assert len(children) >= 2, "a server and its media worker"
    assert all(ended)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)


def descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and theirs."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [each for child in map(int, listed) for each in (child, *descendants(child))]


def test_dial_without_a_network_says_what_to_do(tmp_path: Path) -> None:
    done = offhook("dial", "--folder", str(tmp_path))

    assert done.returncode == 1
    assert "start one with `offhook dev`" in done.stderr
