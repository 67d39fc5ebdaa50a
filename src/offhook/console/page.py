"""A page, and a visit to one."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from offhook.console.desk import Desk
from offhook.console.guard import Visitor
from offhook.console.rendering import Rendering
from offhook.directory import OPERATOR

BODY_BYTES = 1 << 20  # of a form; a BXML document fits
FIELDS = 200


class PageError(Exception):
    """What was asked for cannot be shown or done; the visitor gets a page that says so."""

    def __init__(self, status: int, title: str, text: str = "") -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.text = text


@dataclass(slots=True)
class Visit:
    """One request for a page, by a visitor who may make it."""

    request: Request
    desk: Desk
    visitor: Visitor
    base: str  # path of the console, such as /console
    rendering: Rendering
    _body: bytes | None = None

    @property
    def account(self) -> str:
        """The account of the page, or the first that may be seen; empty if there is none."""
        named: str | None = self.request.path_params.get("account")
        return named or next(iter(self.visitor.accounts), "")

    @property
    def section(self) -> str:
        """The part of the console that the page is in, as the navigation names it."""
        parts: list[str] = self.request.scope["path"].split("/")
        return parts[2] if len(parts) > 2 and "account" in self.request.path_params else ""

    @property
    def operates(self) -> bool:
        """Whether the visitor runs this server: who is at its machine, or has the role."""
        name, accounts = self.visitor.user, self.visitor.accounts
        if name is None:
            return bool(accounts)
        user = self.desk.directory().users.get(name)
        return user is not None and any(OPERATOR in user.roles.get(each, ()) for each in accounts)

    @property
    def theme(self) -> str:
        """The theme that the visitor has chosen; empty for that of his system."""
        chosen = self.request.cookies.get("offhook-theme", "")
        return chosen if chosen in ("dark", "light") else ""

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query; of several of one name the last."""
        return self.request.query_params

    def name(self, parameter: str) -> str:
        """Return a part of the path, as the page's path names it."""
        found: str = self.request.path_params[parameter]
        return found

    def path(self, *segments: str, **query: str | None) -> str:
        """Return the path of a page of the visit's account."""
        return self.place(self.account, *segments, **query)

    def place(self, *segments: str, **query: str | None) -> str:
        """Return a path below the console; parameters that are None or empty are left out."""
        path = "/".join((self.base, *(quote(each, safe="") for each in segments)))
        asked = urlencode({name: value for name, value in query.items() if value})
        return f"{path}?{asked}" if asked else path

    async def form(self) -> dict[str, str]:
        """Return the fields of a form (application/x-www-form-urlencoded); raises PageError."""
        try:
            pairs = parse_qsl(
                (await self.body()).decode(), keep_blank_values=True, max_num_fields=FIELDS
            )
        except ValueError as error:
            raise PageError(400, "This form cannot be read", str(error)) from error
        return dict(pairs)

    async def json(self) -> Any:
        """Return the body as JSON; raises PageError."""
        try:
            return msgspec.json.decode(await self.body())
        except msgspec.DecodeError as error:
            raise PageError(400, "This is no JSON", str(error)) from error

    def page(self, template: str, /, status: int = 200, **values: Any) -> Response:
        """Return a whole page; what all pages need is added."""
        return HTMLResponse(self.html(template, **values), status)

    def html(self, template: str, /, **values: Any) -> str:
        """Return a template filled in: a page, or a part of one."""
        return self.rendering.render(template, {"visit": self, **values})

    def go(self, path: str) -> Response:
        """Send the visitor to another page."""
        return RedirectResponse(path, 303)

    async def body(self) -> bytes:
        """Return what came with the request; raises PageError when it is too much."""
        if self._body is None:
            body = b""
            async with aclosing(self.request.stream()) as pieces:
                async for piece in pieces:
                    body += piece
                    if len(body) > BODY_BYTES:
                        text = f"At most {BODY_BYTES} bytes are taken."
                        raise PageError(413, "That is too much", text)
            self._body = body
        return self._body


Show = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """A row of the table of pages."""

    path: str  # below the console, with {parameters}
    show: Show
    method: str = "GET"
