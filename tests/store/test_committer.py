"""The committing side by itself: what it answers, and that it ends with its other side."""

import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
from tests.store.samples import event

from offhook.clock import Clock
from offhook.store import Store
from offhook.store.batch import Committer, encode
from offhook.store.committer import answer
from offhook.store.database import Database
from offhook.store.deputy import Batch, Trouble, receive, send


def message(*numbers: int) -> bytes:
    rows = [encode(event("c-1", number)).row for number in numbers]
    return msgspec.msgpack.encode(Batch(["Event"] * len(rows), rows))


def test_a_database_that_cannot_be_written_may_be_tried_again(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/empty.db")) as database:
        trouble = msgspec.msgpack.decode(answer(Committer(database), message(1)), type=Trouble)
    assert not trouble.refused
    assert "no such table" in trouble.reason


def test_it_commits_what_it_was_given_and_ends_when_the_other_side_has_gone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/offhook.db"
    Store.open(url, Clock(), threaded=False).close()
    ours, theirs = socket.socketpair()
    command = (sys.executable, "-m", "offhook.store.committer", str(theirs.fileno()))
    with subprocess.Popen(command, pass_fds=[theirs.fileno()]) as process:
        theirs.close()
        with ours:
            send(ours, url.encode())
            assert receive(ours) == b""
            process.send_signal(signal.SIGSTOP)
            send(ours, message(1, 2))
        process.send_signal(signal.SIGCONT)
        assert process.wait(10) == 0
    with closing(Store.open(url, Clock(), threaded=False)) as store:
        assert len(store.events("c-1")) == 2
