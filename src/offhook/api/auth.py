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
from offhook.nearest import nearest
from offhook.passwords import NOBODY, verify_password
from offhook.scopes import Offload

BASIC_CHALLENGE = 'Basic realm="offhook", charset="UTF-8"'
BEARER_CHALLENGE = 'Bearer realm="offhook"'
OTHER_SCHEMES = frozenset({"Digest", "Negotiate", "Ntlm", "Token", "Apikey", "Oauth", "Hoba"})
AUTHENTICATION = (
    http.UNAUTHORIZED,
    http.INVALID_CREDENTIALS,
    http.INVALID_BASIC,
    http.UNDECODABLE_BASIC,
)
AUTHORIZATION = (http.FORBIDDEN, http.ACCESS_DENIED)
REMEMBERED_S = 60.0
REMEMBERED_PAIRS = 1000
PARALLEL = 2  # password checks at once: each takes 16 MiB and a core


def unauthorized(entry: Entry, why: str, *, bearer_refused: bool = False) -> ApiError:
    """Return a 401 with its challenges (errors.md 1.1)."""
    bearer = BEARER_CHALLENGE + (', error="invalid_token"' if bearer_refused else "")
    challenges = (("WWW-Authenticate", BASIC_CHALLENGE), ("WWW-Authenticate", bearer))
    return ApiError(entry, headers=challenges, why=why)


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
        self.passwords = passwords
        self.tokens = tokens

    async def authenticate(self, authorization: str | None) -> User:
        """Return the user of an Authorization header; raises one of the four 401."""
        scheme, _, credentials = (authorization or "").strip().partition(" ")
        credentials = credentials.strip()
        if scheme.lower() == "basic" and credentials:
            name, password = decode_basic(credentials)
            user = await self.passwords.user(name, password)
            if user is None:
                raise unauthorized(http.INVALID_CREDENTIALS, self._fault(name))
        elif scheme.lower() == "bearer" and credentials:
            user = self.tokens.user_of(credentials, self._directory().users)
        else:
            raise unauthorized(http.UNAUTHORIZED, _missing(scheme, credentials))
        if user is None or not user.enabled:
            why = "the token is unknown, expired, or of a user who is gone or disabled"
            raise unauthorized(http.INVALID_CREDENTIALS, why, bearer_refused=True)
        return user

    def _fault(self, name: str) -> str:
        """Say what is wrong with a user name and password; for the operator, never a stranger."""
        users = self._directory().users
        if name in users:
            state = "the password is wrong" if users[name].enabled else "the user is disabled"
            return f"user {name!r}: {state}"
        meant = nearest(name, users)
        return f"there is no user {name!r}" + (f"; did you mean {meant!r}?" if meant else "")

    def authorize(self, user: User, account_id: str, client: str | None) -> Account:
        """Return the account if the user may use Voice on it from the client's address."""
        account = self._directory().accounts.get(account_id)
        if account is None:
            raise ApiError(http.ACCESS_DENIED, why=self._no_account(user, account_id))
        roles = user.roles.get(account_id)
        if roles is None:
            why = f"user {user.name!r} is no member of account {account_id}"
            raise unauthorized(http.UNAUTHORIZED, why)
        if (closed := _closed(account, client)) is not None:
            raise ApiError(http.FORBIDDEN, why=closed)
        if VOICE not in roles:
            why = f"user {user.name!r} has no {VOICE} role on account {account_id}"
            raise ApiError(http.ACCESS_DENIED, why=why)
        return account

    def lets(self, user: User, client: str | None, account_id: str) -> bool:
        """Whether the user may use Voice on an account from the client's address."""
        try:
            self.authorize(user, account_id, client)
        except ApiError:
            return False
        return True

    def _no_account(self, user: User, account_id: str) -> str:
        meant = nearest(account_id, user.roles)
        why = f"there is no account {account_id!r}"
        return why + (f"; did you mean {meant}, which {user.name!r} belongs to?" if meant else "")


def decode_basic(credentials: str) -> tuple[str, str]:
    """Return user name and password (RFC 7617 2); only the first colon separates them."""
    if len(credentials) % 4:  # the decoder would forgive too much padding
        why = "its length is no multiple of four: padding is missing, or a character is lost"
        raise unauthorized(http.UNDECODABLE_BASIC, why)
    try:
        pair = base64.b64decode(credentials, validate=True).decode()
    except ValueError as error:
        why = "what follows `Basic` is not base64 of a UTF-8 text"
        raise unauthorized(http.UNDECODABLE_BASIC, why) from error
    name, colon, password = pair.partition(":")
    if not colon:
        raise unauthorized(http.INVALID_BASIC, "the decoded text has no colon")
    return name, password


def claimed(authorization: str | None) -> str | None:
    """Return the user name in an Authorization header, right or wrong; None if there is none."""
    scheme, _, credentials = (authorization or "").strip().partition(" ")
    try:
        return decode_basic(credentials.strip())[0] if scheme.lower() == "basic" else None
    except ApiError:
        return None


def _missing(scheme: str, credentials: str) -> str:
    if not scheme:
        return "the request has no Authorization header"
    if not credentials:
        return f"the Authorization header says {scheme!r} and nothing else"
    known = scheme if scheme.title() in OTHER_SCHEMES else "another one"  # it may be a bare secret
    return f"the scheme is {known}; Basic and Bearer are taken"


def _closed(account: Account, client: str | None) -> str | None:
    """Return why an account is closed to a client, None if it is open."""
    if account.suspended:
        return f"account {account.id} is suspended"
    if not account.voice_enabled:
        return f"Voice is off for account {account.id}"
    if not _allowed(account, client):
        networks = ", ".join(account.allowed_networks)
        return f"the client's address {client} is not in the account's allowed_networks: {networks}"
    return None


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
