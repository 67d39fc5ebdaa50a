"""Identifiers of the contract (rest.md 3.1) and unguessable tokens, from one injected source."""

import random
import uuid


class Ids:
    """Makes identifiers; production passes `random.SystemRandom()`, tests a seeded `Random`."""

    def __init__(self, rng: random.Random, node: str = "00000001") -> None:
        self.rng = rng
        self.node = node  # 8 hex digits naming the server instance

    def uuid(self) -> str:
        """Return a version 4 UUID (36 characters)."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def call(self) -> str:
        """Return a call id: `c-`, 8 hex digits, `-`, UUID (47 characters)."""
        return f"c-{self.node}-{self.uuid()}"

    def token(self, bits: int = 96) -> str:
        """Return a hex token for SIP tags, branches and Call-IDs (RFC 3261 19.3)."""
        return f"{self.rng.getrandbits(bits):0{bits // 4}x}"
