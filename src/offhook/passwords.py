"""Password hashes: scrypt (RFC 7914) with its parameters in the string.

A hash reads `scrypt$N$r$p$salt$key`, salt and key in base64. Both functions take some 50 ms and
16 MiB on purpose: the event loop must call them through an Offload.
"""

import base64
import hashlib
import hmac
import random

COST = 2**14  # N: with r = 8 this is 16 MiB
BLOCK_SIZE = 8
PARALLELISM = 1
SALT_BYTES = 16
KEY_BYTES = 32
MEMORY_BYTES = 64 * 2**20  # refuses to be talked into more by a foreign hash

# Checked when the user is unknown, so that the answer takes as long as for a known one.
NOBODY = f"scrypt${COST}${BLOCK_SIZE}${PARALLELISM}$AAAAAAAAAAAAAAAAAAAAAA==$" + "A" * 43 + "="


class HashError(ValueError):
    """A string that is not one of our password hashes."""


def hash_password(password: str, rng: random.Random) -> str:
    """Return the hash of a password under a fresh salt; `rng` is a SystemRandom in production."""
    salt = rng.randbytes(SALT_BYTES)
    key = _derive(password, salt, COST, BLOCK_SIZE, PARALLELISM)
    return "$".join(("scrypt", str(COST), str(BLOCK_SIZE), str(PARALLELISM), _b64(salt), _b64(key)))


def verify_password(password: str, password_hash: str) -> bool:
    """Whether the password belongs to the hash, compared in constant time; raises HashError."""
    (cost, block_size, parallelism), salt, key = _parse(password_hash)
    try:
        derived = _derive(password, salt, cost, block_size, parallelism)
    except ValueError as error:
        raise HashError(f"unusable scrypt parameters: {error}") from error
    return hmac.compare_digest(derived, key)


def check_hash(password_hash: str) -> None:
    """Raise HashError unless the string has the form of a password hash."""
    _parse(password_hash)


def _parse(text: str) -> tuple[tuple[int, int, int], bytes, bytes]:
    scheme, *numbers = text.split("$")
    if scheme != "scrypt" or len(numbers) != 5:
        raise HashError("a password hash reads scrypt$N$r$p$salt$key")
    try:
        cost, block_size, parallelism = (int(number) for number in numbers[:3])
        salt, key = (base64.b64decode(number, validate=True) for number in numbers[3:])
    except ValueError as error:
        raise HashError(f"unreadable password hash: {error}") from error
    if not all(0 < number < 2**24 for number in (cost, block_size, parallelism)):
        raise HashError("unusable scrypt parameters: out of range")
    if len(key) != KEY_BYTES:
        raise HashError(f"the key of a password hash has {KEY_BYTES} bytes")
    return (cost, block_size, parallelism), salt, key


def _derive(password: str, salt: bytes, cost: int, block_size: int, parallelism: int) -> bytes:
    return hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=cost,
        r=block_size,
        p=parallelism,
        maxmem=MEMORY_BYTES,
        dklen=KEY_BYTES,
    )


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
