"""Pairs of UDP sockets from a range of ports: RTP on the even one, RTCP on the odd one above it."""

import errno
import random
import socket
import sys
from dataclasses import dataclass

RTCP_BUFFER_BYTES = 16384
_MTU_DISCOVER, _DO_NOT_FRAGMENT = 10, 2  # Linux: IP_MTU_DISCOVER, IP_PMTUDISC_DO
EXPEDITED_FORWARDING = 46 << 2  # DSCP EF as a TOS byte, for voice (RFC 4594 4.1)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two sockets (RFC 3550 11)."""

    rtp: socket.socket
    rtcp: socket.socket

    def close(self) -> None:
        """Give both ports back."""
        self.rtp.close()
        self.rtcp.close()


class PortRange:
    """Hands out the pairs of a range in turn, so that a port rests before it is used again."""

    def __init__(self, host: str, first: int, last: int, rng: random.Random | None = None) -> None:
        self.host = host
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._evens = range(first + first % 2, last, 2)
        if not self._evens:
            raise ValueError(f"no pair of ports between {first} and {last}")
        self._next = rng.randrange(len(self._evens)) if rng else 0

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self._evens)

    def bind(self, rtp_buffer_bytes: int) -> tuple[Pair, int]:
        """Return the next free pair and its RTP port; raises OSError when there is none."""
        for _ in self._evens:
            port = self._evens[self._next]
            self._next = (self._next + 1) % len(self._evens)
            try:
                rtp = self._bind(port, rtp_buffer_bytes)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
            try:
                return Pair(rtp, self._bind(port + 1, RTCP_BUFFER_BYTES)), port
            except OSError as error:
                rtp.close()
                if error.errno != errno.EADDRINUSE:
                    raise
        raise OSError(errno.EADDRINUSE, "every media port is in use")

    def _bind(self, port: int, buffer_bytes: int) -> socket.socket:
        bound = socket.socket(self.family, socket.SOCK_DGRAM)
        try:
            bound.setblocking(False)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
            if self.family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, EXPEDITED_FORWARDING)
            else:
                bound.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED_FORWARDING)
                if sys.platform == "linux":  # what is never cut needs no number, which costs 2 %
                    bound.setsockopt(socket.IPPROTO_IP, _MTU_DISCOVER, _DO_NOT_FRAGMENT)
            bound.bind((self.host, port))
        except BaseException:
            bound.close()
            raise
        return bound
