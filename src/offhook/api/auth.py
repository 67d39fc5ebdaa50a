"""Who asks, and whether they may: steps 4 to 8 of the order of checks (errors.md 6).

Passwords are compared through scrypt in an Offload; an unknown user costs the same as a known one.
What has just been verified is remembered for a minute, as a keyed digest, never as a password.
"""

import asyncio
import base64
import hashlib
import hmac
import ipaddress
from collections import OrderedDict
from collections.abc import Callable

from offhook.api.tokens import Tokens
from offhook.clock import Monotonic
from offhook.directory import VOICE, Account, Directory, User
from offhook.errors import ApiError, Entry, http
from offhook.passwords import NOBODY, verify_password
from offhook.scopes import Offload

BASIC_CHALLENGE = 'Basic realm="offhook", charset="UTF-8"'
BEARER_CHALLENGE = 'Bearer realm="offhook"'
REMEMBERED_S = 60.0
REMEMBERED_PAIRS = 1000
PARALLEL = 2  # password checks at once: each takes 16 MiB and a core


def unauthorized(entry: Entry, *, bearer_refused: bool = False) -> ApiError:
    """Return a 401 with its challenges (errors.md 1.1)."""
    bearer = BEARER_CHALLENGE + (', error="invalid_token"' if bearer_refused else "")
    challenges = (("WWW-Authenticate", BASIC_CHALLENGE), ("WWW-Authenticate", bearer))
    return ApiError(entry, headers=challenges)


class Passwords:
    """Checks user names and passwords against the directory."""

    def __init__(
        self, directory: Callable[[], Directory], offload: Offload, now: Monotonic, key: bytes
    ) -> None:
        self._directory = directory
        self._offload = offload
        self._now = now
        self._key = key
        self._turns = asyncio.Semaphore(PARALLEL)
        self._remembered: OrderedDict[bytes, float] = OrderedDict()  # digest -> until

    async def user(self, name: str, password: str) -> User | None:
        """Return the user if the password is right and the user is enabled."""
        user = self._directory().users.get(name)
        stored = user.password_hash if user else NOBODY
        digest = self._digest(name, password, stored)
        if not self._knows(digest):
            async with self._turns:
                # Others may have verified the same pair while this one waited for its turn.
                right = self._knows(digest) or await self._offload(
                    lambda: verify_password(password, stored)
                )
            if not right:
                return None
            self._remember(digest)
        return user if user and user.enabled else None

    def _digest(self, *parts: str) -> bytes:
        """Digest with the stored hash in it, so that a new password forgets the old one."""
        message = b"".join(len(raw).to_bytes(4) + raw for raw in map(str.encode, parts))
        return hmac.new(self._key, message, hashlib.sha256).digest()

    def _knows(self, digest: bytes) -> bool:
        return self._remembered.get(digest, 0.0) > self._now()

    def _remember(self, digest: bytes) -> None:
        self._remembered[digest] = self._now() + REMEMBERED_S
        while len(self._remembered) > REMEMBERED_PAIRS:
            self._remembered.popitem(last=False)


class Gate:
    """Authenticates requests and lets users through to their accounts."""

    def __init__(
        self, directory: Callable[[], Directory], passwords: Passwords, tokens: Tokens
    ) -> None:
        self._directory = directory
        self._passwords = passwords
        self._tokens = tokens

    async def authenticate(self, authorization: str | None) -> User:
        """Return the user of an Authorization header; raises one of the four 401."""
        scheme, _, credentials = (authorization or "").strip().partition(" ")
        credentials = credentials.strip()
        if scheme.lower() == "basic" and credentials:
            user = await self._passwords.user(*decode_basic(credentials))
        elif scheme.lower() == "bearer" and credentials:
            user = self._tokens.user_of(credentials, self._directory().users)
        else:
            raise unauthorized(http.UNAUTHORIZED)
        if user is None or not user.enabled:
            refused = scheme.lower() == "bearer"
            raise unauthorized(http.INVALID_CREDENTIALS, bearer_refused=refused)
        return user

    def authorize(self, user: User, account_id: str, client: str | None) -> Account:
        """Return the account if the user may use Voice on it from the client's address."""
        account = self._directory().accounts.get(account_id)
        if account is None:
            raise ApiError(http.ACCESS_DENIED)
        roles = user.roles.get(account_id)
        if roles is None:
            raise unauthorized(http.UNAUTHORIZED)
        if account.suspended or not account.voice_enabled or not _allowed(account, client):
            raise ApiError(http.FORBIDDEN)
        if VOICE not in roles:
            raise ApiError(http.ACCESS_DENIED)
        return account


def decode_basic(credentials: str) -> tuple[str, str]:
    """Return user name and password (RFC 7617 2); only the first colon separates them."""
    if len(credentials) % 4:  # the decoder would forgive too much padding
        raise unauthorized(http.UNDECODABLE_BASIC)
    try:
        pair = base64.b64decode(credentials, validate=True).decode()
    except ValueError as error:
        raise unauthorized(http.UNDECODABLE_BASIC) from error
    name, colon, password = pair.partition(":")
    if not colon:
        raise unauthorized(http.INVALID_BASIC)
    return name, password


def _allowed(account: Account, client: str | None) -> bool:
    if not account.allowed_networks:
        return True
    try:
        address = ipaddress.ip_address(client or "")
    except ValueError:  # a Unix socket has no address: only an account without a list takes it
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in ipaddress.ip_network(net) for net in account.allowed_networks)
