"""The process that commits for a `Deputy`: `python -m offhook.store.committer FD`."""

import signal
import socket
import sys

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from offhook.store.batch import Committer
from offhook.store.database import Database
from offhook.store.deputy import Batch, Trouble, receive, send
from offhook.store.writer import REFUSED

DONE = b""


def answer(committer: Committer, message: bytes) -> bytes:
    """Commit a batch and return what to say: nothing, or what the trouble is."""
    try:
        committer.commit(msgspec.msgpack.decode(message, type=Batch).changes)
    except REFUSED as error:
        return msgspec.msgpack.encode(Trouble(True, repr(error)))
    except (SQLAlchemyError, OSError) as error:
        return msgspec.msgpack.encode(Trouble(False, repr(error)))
    return DONE


def main() -> None:
    """Commit until the other side is gone; signals are its business, not ours."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        url = receive(channel)
        if url is None:
            return
        database = Database(url.decode())
        committer = Committer(database)
        send(channel, DONE)  # ready
        while (message := receive(channel)) is not None:
            try:
                send(channel, answer(committer, message))
            except OSError:  # gone meanwhile: what it gave us is committed all the same
                break
        database.close()


if __name__ == "__main__":
    main()
