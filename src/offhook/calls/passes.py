"""Tokens of endpoints: what a browser or app shows to connect as a device (docs/endpoints.md).

A token is a JWT (RFC 7519), so that clients can read when it ends. Its key is thrown away: what
opens the door is that the store holds the digest of this very text. So a token outlives restarts,
ends with its endpoint, and cannot be made from a copy of the database.
"""

import hashlib

import jwt

from offhook.clock import Clock
from offhook.ids import Ids

ALGORITHM = "HS256"
LONGEST = 4096  # characters


def issue(endpoint_id: str, account_id: str, expires: float, clock: Clock, ids: Ids) -> str:
    """Return a fresh token."""
    claims = {
        "sub": endpoint_id,
        "accountId": account_id,
        "iat": int(clock.wall()),
        "exp": int(expires),
        "jti": ids.uuid(),
    }
    return jwt.encode(claims, ids.rng.randbytes(32), ALGORITHM)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def endpoint_of(token: str) -> str | None:
    """Return the id of the endpoint that a token says to be of; nothing is proven by that."""
    if len(token) > LONGEST:
        return None
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
    subject = claims.get("sub")
    return subject if isinstance(subject, str) else None
