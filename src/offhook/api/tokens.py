"""Bearer tokens: signed ones from the token endpoint, and static ones from the configuration.

A signed token is a JWT (RFC 7519, HS256) that carries `accounts` and `roles` for clients to read.
Offhook itself takes only the user's name from it: what the user may do is looked up anew, and a
token dies with its user or the user's password.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
import jwt.types

from offhook.clock import Clock
from offhook.directory import User
from offhook.ids import Ids

ALGORITHM = "HS256"
# The clock is ours, so the library must not compare times with its own.
_CHECKS = jwt.types.Options(verify_exp=False, verify_iat=False, verify_nbf=False, verify_aud=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was handed out."""

    text: str
    id: str
    lifetime_s: int


class Tokens:
    """Makes and reads bearer tokens."""

    def __init__(
        self,
        secret: bytes,  # at least 32 bytes (RFC 7518 3.2)
        lifetime_s: int,
        clock: Clock,
        ids: Ids,
        static: Mapping[str, str] | None = None,  # token -> user name
    ) -> None:
        assert len(secret) >= 32, "a signing secret has at least 32 bytes"
        self._secret = secret
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._ids = ids
        self._static = {self._digest(token): user for token, user in (static or {}).items()}

    def key(self, purpose: str) -> bytes:
        """Return a key for another purpose, made of the secret: 32 bytes."""
        return hmac.digest(self._secret, f"key for {purpose}".encode(), hashlib.sha256)

    def issue(self, user: User) -> Token:
        """Return a fresh token for the user."""
        now = int(self._clock.wall())
        token_id = self._ids.uuid()
        claims = {
            "sub": user.name,
            "accounts": sorted(user.roles),
            "roles": sorted({role for roles in user.roles.values() for role in roles}),
            "iat": now,
            "exp": now + self._lifetime_s,
            "jti": token_id,
            "key": self._digest(user.password_hash),
        }
        return Token(jwt.encode(claims, self._secret, ALGORITHM), token_id, self._lifetime_s)

    def user_of(self, text: str, users: Mapping[str, User]) -> User | None:
        """Return the user the token speaks for, if it is one of ours and still valid."""
        # A keyed digest as the dictionary key: its look-up time tells nothing about the token.
        if name := self._static.get(self._digest(text)):
            return users.get(name)
        try:
            claims = jwt.decode(text, self._secret, [ALGORITHM], options=_CHECKS)
        except jwt.InvalidTokenError:
            return None
        user = users.get(str(claims.get("sub")))
        expires = claims.get("exp")
        if user is None or not isinstance(expires, int) or expires <= self._clock.wall():
            return None
        same_password = hmac.compare_digest(
            str(claims.get("key")), self._digest(user.password_hash)
        )
        return user if same_password else None

    def _digest(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
