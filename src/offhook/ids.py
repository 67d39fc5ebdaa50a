"""Identifiers of the contract (rest.md 3.1) and unguessable tokens, from one injected source."""

import os
import random
import uuid

POOL_BYTES = 4096


class SystemRandom(random.SystemRandom):
    """The system's randomness, fetched by the page: a call needs a dozen numbers, not system calls.

    For one process and one thread: each has its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pool = b""
        self._at = 0

    def getrandbits(self, k: int, /) -> int:
        """Return an integer of k random bits."""
        count = (k + 7) // 8
        return int.from_bytes(self.randbytes(count), "big") >> (count * 8 - k)

    def randbytes(self, n: int) -> bytes:
        """Return n random bytes, none of them twice."""
        if n > len(self._pool) - self._at:
            self._pool = os.urandom(max(n, POOL_BYTES))
            self._at = 0
        taken = self._pool[self._at : self._at + n]
        self._at += n
        return taken


class Ids:
    """Makes identifiers; production passes a `SystemRandom`, tests a seeded `Random`."""

    def __init__(self, rng: random.Random, node: str = "00000001") -> None:
        self.rng = rng
        self.node = node  # 8 hex digits naming the server instance

    def uuid(self) -> str:
        """Return a version 4 UUID (36 characters)."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def call(self) -> str:
        """Return a call id: `c-`, 8 hex digits, `-`, UUID (47 characters)."""
        return f"c-{self.node}-{self.uuid()}"

    def recording(self) -> str:
        """Return a recording id: like a call's, with `r-`."""
        return f"r-{self.node}-{self.uuid()}"

    def transcription(self) -> str:
        """Return a transcription id: like a call's, with `t-`."""
        return f"t-{self.node}-{self.uuid()}"

    def stream(self) -> str:
        """Return a stream id: like a call's, with `s-`."""
        return f"s-{self.node}-{self.uuid()}"

    def conference(self) -> str:
        """Return a conference id: like a call's, with `conf-` (50 characters)."""
        return f"conf-{self.node}-{self.uuid()}"

    def endpoint(self) -> str:
        """Return the id of an endpoint: like a call's, with `e-`."""
        return f"e-{self.node}-{self.uuid()}"

    def device(self) -> str:
        """Return the id of a device: like a call's, with `d-`."""
        return f"d-{self.node}-{self.uuid()}"

    def token(self, bits: int = 96) -> str:
        """Return a hex token for SIP tags, branches and Call-IDs (RFC 3261 19.3)."""
        return f"{self.rng.getrandbits(bits):0{bits // 4}x}"
