"""A process that commits in our place, so that the event loop shares its core with no database.

It is a helper, never a condition: it starts when there has been work enough to be worth it, and
until it is ready, while it is away and where there is no core for it, who asks commits by himself.
Changes go to it over a socket pair as MessagePack with their length before them; what comes back is
empty, or tells what the database said. A batch that it took with it into the grave is committed
again, which does no harm. It ends when the socket closes, however we ended (`committer.py` is its
side).
"""

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from struct import Struct

import msgspec
import structlog

from offhook.store.batch import KINDS, Encoded
from offhook.store.upsert import Row

WORTH = 2000  # changes, about a hundred calls: a quiet server has no such process
RESTART_S = 30.0  # between two starts: one that dies at once is not worth the CPU
LENGTH = Struct(">I")
KIND_OF = {kind.__name__: kind for kind in KINDS}
log = structlog.get_logger(__name__)


class Batch(msgspec.Struct, array_like=True):
    """Changes on their way there: the names of their kinds, and their rows."""

    kinds: list[str]
    rows: list[Row]

    @property
    def changes(self) -> list[Encoded]:
        """The changes as they were handed over."""
        return [
            Encoded(KIND_OF[kind], row) for kind, row in zip(self.kinds, self.rows, strict=True)
        ]


class Trouble(msgspec.Struct, array_like=True):
    """Why a batch is not committed."""

    refused: bool  # the changes themselves are at fault; otherwise it may be tried again
    reason: str


class RefusedError(ValueError):
    """The database does not take these changes, now or ever."""


def send(channel: socket.socket, message: bytes) -> None:
    """Send a message."""
    channel.sendall(LENGTH.pack(len(message)) + message)


def receive(channel: socket.socket) -> bytes | None:
    """Wait for a message; None when the other side is gone."""
    head = channel.recv(LENGTH.size, socket.MSG_WAITALL)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    message = channel.recv(size, socket.MSG_WAITALL) if size else b""
    return message if len(message) == size else None


class Deputy:
    """Commits in a process of its own; for one thread.

    `url` is the database's, which must be one that several processes can open.
    """

    def __init__(self, url: str, *, worth: int = WORTH) -> None:
        self._url = url
        self._idle = worth  # changes before it is started
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._ready = False
        self._started_at = -RESTART_S

    def commit(self, changes: Sequence[Encoded]) -> bool:
        """Return whether it is done: if not, do it yourself.

        Raises RefusedError if the database refuses the changes, OSError if it cannot be written.
        """
        self._idle -= len(changes)
        if self._idle > 0 or not self._there():
            return False
        assert self._channel is not None
        batch = Batch([kind.__name__ for kind, _ in changes], [row for _, row in changes])
        message = msgspec.msgpack.encode(batch)
        try:
            send(self._channel, message)
            answer = receive(self._channel)
        except OSError:
            answer = None
        if answer is None:
            self._lost()
            return False
        if answer:
            trouble = msgspec.msgpack.decode(answer, type=Trouble)
            raise RefusedError(trouble.reason) if trouble.refused else OSError(trouble.reason)
        return True

    def close(self) -> None:
        """End it."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            if not self._ready:  # it has nothing of ours, and would notice late
                self._process.kill()
            self._process.wait()
        self._channel = self._process = None
        self._ready = False

    def _there(self) -> bool:
        """Whether it can be asked; starts it if need be."""
        if self._channel is None and time.monotonic() - self._started_at >= RESTART_S:
            self._start()
        if self._channel is not None and not self._ready:
            readable, _, _ = select.select([self._channel], [], [], 0)
            if readable:
                self._ready = receive(self._channel) is not None
                if not self._ready:
                    self._lost()
        return self._ready

    def _start(self) -> None:
        self._started_at = time.monotonic()
        ours, theirs = socket.socketpair()
        with theirs:
            command = (sys.executable, "-P", "-m", "offhook.store.committer", str(theirs.fileno()))
            try:
                self._process = subprocess.Popen(  # noqa: S603  # ourselves
                    command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
                )
            except OSError as error:  # no memory, no process: then not
                ours.close()
                log.warning("store.alone", error=repr(error))
                return
        self._channel = ours
        send(ours, self._url.encode())  # not as an argument: it may hold a password

    def _lost(self) -> None:
        """Clear away what is left of it."""
        process = self._process
        self.close()
        log.warning("store.alone", returncode=process.returncode if process else None)


def deputy(url: str) -> Deputy | None:
    """Return one where there is a second core for it."""
    return Deputy(url) if (os.cpu_count() or 1) > 1 else None
