"""What a media worker is told at its start; control need not know how it works."""

from typing import Literal

import msgspec


class WorkerSettings(msgspec.Struct, frozen=True):
    """What a worker needs to know; travels as JSON on its command line."""

    host: str = "127.0.0.1"  # where RTP sockets are bound
    advertised: str | None = None  # what SDP says, when that is another address
    first_port: int = 20000
    last_port: int = 40000
    sockets: Literal["shared", "per-leg"] = "shared"  # shared where the system can
    capacity: int = 1000  # legs and rooms
    realtime: bool = True  # ahead of everything else, where that is allowed
    patches: int = 0  # to other workers
    patch_file: int = -1  # the descriptor of their memory
