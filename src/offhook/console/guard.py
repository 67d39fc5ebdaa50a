"""Who visits, and whether a request comes from one of our own pages.

A visitor carries a signed cookie. On a server that only this machine reaches nobody has to log in:
there the name that the browser asked for must be one of this machine, and nobody may have passed
the request on. Otherwise a foreign page could reach the console by having its own name resolve to
127.0.0.1 (DNS rebinding), or a proxy could open it to the world.

A request that changes something must come from our own origin and carry the token of its cookie.
"""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from offhook.clock import Clock
from offhook.directory import Directory, User
from offhook.hooks import is_loopback
from offhook.ids import Ids

SESSION_S = 12 * 3600.0
FORM_FIELD = "form_token"
FORM_HEADER = "X-Form-Token"
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Door:
    """What the guard asks of its surroundings."""

    user: Callable[[str, str], Awaitable[User | None]]  # by name and password
    lets: Callable[[User, str | None, str], bool]  # a user, from an address, to an account
    directory: Callable[[], Directory]
    open: bool  # only this machine can reach the server: no login
    secure: bool  # browsers reach it by https


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, and for which accounts he may."""

    user: str | None  # None: somebody at this machine
    accounts: tuple[str, ...]
    cookie: str  # its signed text
    token: str  # what his forms carry
    address: str | None

    @property
    def title(self) -> str:
        """How the visitor is named in logs."""
        return self.user if self.user is not None else "console"


@dataclass(frozen=True, slots=True)
class _Cookie:
    nonce: str
    issued: int  # seconds since the epoch; 0 for a visitor without a name
    user: User | None


class Guard:
    """Tells visitors from strangers."""

    def __init__(self, door: Door, clock: Clock, ids: Ids, key: bytes, path: str) -> None:
        self._door = door
        self._clock = clock
        self._ids = ids
        self._key = key
        self._path = path

    def visitor(self, request: Request) -> Visitor | None:
        """Return who makes a request; None if he has to log in first."""
        cookie = self._cookie(request)
        if cookie.user is None and not is_local(self._door, request):
            return None
        return self._known(cookie, _address(request))

    def stranger(self, request: Request) -> Visitor:
        """Return somebody who may see no account: to log in takes a token as well."""
        cookie = self._cookie(request)
        return Visitor(None, (), self._write(cookie), self._token(cookie), _address(request))

    def nobody(self, request: Request) -> Visitor:
        """Return somebody of whom nothing is known, whatever the browser has."""
        cookie = self._fresh()
        return Visitor(None, (), self._write(cookie), self._token(cookie), _address(request))

    async def log_in(self, request: Request, name: str, password: str) -> Visitor | None:
        """Return the visitor with this name and password; the cookie is a new one."""
        user = await self._door.user(name, password)
        if user is None:
            return None
        cookie = _Cookie(self._ids.token(), round(self._clock.wall()), user)
        return self._known(cookie, _address(request))

    def is_ours(self, request: Request, visitor: Visitor, token: str) -> bool:
        """Whether a request was made by a page of ours, with this token of the visitor's."""
        return _from_here(request) and hmac.compare_digest(token.encode(), visitor.token.encode())

    def is_foreign(self, request: Request) -> bool:
        """Whether another site's page makes this request in the back (Fetch Metadata).

        It could not read the answer, but keep us busy: where nobody logs in, no cookie stops it.
        """
        site = request.headers.get("sec-fetch-site", "none")
        mode = request.headers.get("sec-fetch-mode", "navigate")
        return site not in ("same-origin", "none") and mode != "navigate"

    def remember(self, request: Request, response: Response, visitor: Visitor) -> None:
        """Give the browser the visitor's cookie, unless it has it."""
        name = self._name(request)
        if request.cookies.get(name) == visitor.cookie:
            return
        response.set_cookie(
            name,
            visitor.cookie,
            max_age=round(SESSION_S),
            path=self._path,
            secure=self._door.secure,
            httponly=True,
            samesite="strict",
        )

    def _cookie(self, request: Request) -> _Cookie:
        """Return what the browser has of us, or something new and nameless."""
        found = self._read(request.cookies.get(self._name(request), ""))
        return found or self._fresh()

    def _fresh(self) -> _Cookie:
        return _Cookie(self._ids.token(), 0, None)

    def _known(self, cookie: _Cookie, address: str | None) -> Visitor:
        accounts = sorted(self._door.directory().accounts)
        user = cookie.user
        if user is not None:
            accounts = [each for each in accounts if self._door.lets(user, address, each)]
        name = user.name if user else None
        return Visitor(name, tuple(accounts), self._write(cookie), self._token(cookie), address)

    def _token(self, cookie: _Cookie) -> str:
        return self._mac("form", cookie.nonce)

    def _name(self, request: Request) -> str:
        """Return the cookie's name; cookies do not tell the ports of a host apart."""
        port = (request.scope.get("server") or ("", 0))[1]
        return f"offhook-console-{port}"

    def _write(self, cookie: _Cookie) -> str:
        user = cookie.user
        name = base64.urlsafe_b64encode(user.name.encode()).decode() if user else ""
        return f"{cookie.nonce}.{cookie.issued}.{name}.{self._seal(cookie)}"

    def _read(self, text: str) -> _Cookie | None:
        """Return what a cookie says if it is ours and not too old."""
        match text.split("."):
            case [nonce, issued, name, mac] if issued.isdecimal() and len(issued) < 16:
                user = self._door.directory().users.get(_decoded(name)) if name else None
                cookie = _Cookie(nonce, int(issued), user)
            case _:
                return None
        if name and (user is None or not user.enabled or self._is_old(cookie)):
            return None
        return cookie if hmac.compare_digest(mac.encode(), self._seal(cookie).encode()) else None

    def _is_old(self, cookie: _Cookie) -> bool:
        return self._clock.wall() - cookie.issued > SESSION_S

    def _seal(self, cookie: _Cookie) -> str:
        """Return what only we can write: with another password it is another."""
        user = cookie.user
        owner = (user.name, user.password_hash) if user else ()
        return self._mac("cookie", cookie.nonce, str(cookie.issued), *owner)

    def _mac(self, *parts: str) -> str:
        message = b"".join(len(raw).to_bytes(4) + raw for raw in map(str.encode, parts))
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()


def is_local(door: Door, request: Request) -> bool:
    """Whether a request may do without a login."""
    asked = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    passed_on = any(name in request.headers for name in PASSED_ON)
    return door.open and is_loopback(asked) and not passed_on


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


def _decoded(name: str) -> str:
    try:
        return base64.urlsafe_b64decode(name.encode()).decode()
    except ValueError:
        return ""


def _from_here(request: Request) -> bool:
    """Whether a browser says that one of our pages makes this request (Fetch Metadata, Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
