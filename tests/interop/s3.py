"""S3-compatible storage as a process of its own on loopback: moto's server (in memory)."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest

from offhook.testing.server import free_ports

START_S = 60.0
KEY = "offhook-key"
SECRET = "a-secret-that-no-log-may-hold"


@dataclass(frozen=True)
class S3:
    """Where it listens; it wants to know who asks, and believes everybody."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def create(self, bucket: str) -> None:
        self._ask("PUT", bucket)

    def objects(self, bucket: str) -> dict[str, bytes]:
        """Return everything in a bucket by its key."""
        return {key: self._ask("GET", f"{bucket}/{key}") for key in self.keys(bucket)}

    def keys(self, bucket: str) -> list[str]:
        """Return the names of what is in a bucket now."""
        listed = ET.fromstring(self._ask("GET", f"{bucket}?list-type=2"))
        return [str(found.text) for found in listed.iterfind(".//{*}Key")]

    def remove(self, bucket: str, key: str) -> None:
        self._ask("DELETE", f"{bucket}/{key}")

    def _ask(self, method: str, path: str) -> bytes:
        who = {"Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/s3/x"}
        request = urllib.request.Request(f"{self.url}/{path}", headers=who, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bytes(answer.read())


def lines(bucket: str, port: int, more: str = "") -> str:
    """Return the TOML section of a server that keeps recordings there."""
    return f"""
[recordings]
storage = "s3"
bucket = "{bucket}"
endpoint = "http://127.0.0.1:{port}"
access_key_id = "{KEY}"
secret_access_key = "{SECRET}"
{more}
"""


@contextmanager
def running_s3(port: int | None = None) -> Iterator[S3]:
    """Start it, wait until it answers, and stop it at the end; without moto the test is skipped."""
    pytest.importorskip("moto.server", reason="moto is not installed: pip install 'offhook[dev]'")
    server = S3(port or free_ports(1)[0])
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(server.port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(server, process)
        yield server
    finally:
        process.kill()
        process.wait()


def _await(server: S3, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "moto's server does not start"
        try:
            with urllib.request.urlopen(server.url, timeout=5):
                return
        except OSError:
            time.sleep(0.05)  # noqa: TID251  # for another process
    raise AssertionError("moto's server does not answer")
