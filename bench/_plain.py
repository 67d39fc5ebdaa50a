"""The least that Python can do per packet: one recv_into and one send. See `_plain.c`."""

import contextlib
import os
import select
import socket
import sys
import time

from bench._process import HOST, TICK_S


def main() -> None:
    """Run as a process: `python -m bench._plain LEGS`, see `Peers`."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(int(sys.argv[1]))]
    for each in sockets:
        each.bind((HOST, 0))
        each.setblocking(False)
    print(*(each.getsockname()[1] for each in sockets), flush=True)
    for each, port in zip(sockets, sys.stdin.readline().split(), strict=True):
        each.connect((HOST, int(port)))
    buffer, packet = bytearray(512), bytes([0x80]) + bytes(171)
    pairs = [(each.recv_into, each.send) for each in sockets]
    began, tick = time.monotonic(), 0
    os.set_blocking(0, False)
    while True:
        tick += 1
        for receive, send in pairs:
            with contextlib.suppress(BlockingIOError, ConnectionError):
                receive(buffer)
            with contextlib.suppress(BlockingIOError, ConnectionError):
                send(packet)
        with contextlib.suppress(BlockingIOError):
            if not os.read(0, 1):
                break
        select.select([], [], [], max(0.0, began + tick * TICK_S - time.monotonic()))


if __name__ == "__main__":
    main()
