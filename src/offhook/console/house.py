"""The table of pages: who asks for what path gets which page, if the guard lets him."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from offhook.console import hardening
from offhook.console.assets import Assets
from offhook.console.call_list import CallList
from offhook.console.call_page import CallPage
from offhook.console.conference_page import ConferencePage
from offhook.console.desk import Desk
from offhook.console.dialler import Dialler
from offhook.console.directory_pages import DirectoryPages
from offhook.console.failures import Failures
from offhook.console.guard import FORM_FIELD, FORM_HEADER, READS, Door, Guard, Visitor
from offhook.console.hardening import HardSend
from offhook.console.load import Load
from offhook.console.login import Login
from offhook.console.page import Page, PageError, Visit
from offhook.console.reference import Reference
from offhook.console.rendering import Rendering
from offhook.console.stream import Streams
from offhook.console.tapes import Tapes
from offhook.store import StoreError

NAVIGATION = (
    ("calls", "Calls"),
    ("failures", "Failures"),
    ("dial", "Dialler"),
    ("directory", "Directory"),
    ("errors", "Errors"),
    ("load", "Load"),
)  # last part of the path, title
BUSY = 200  # requests at once, without streams and static files
ANSWER_S = 20.0  # for a page to be made; the store alone keeps it waiting

log = structlog.get_logger("offhook.console")


def pages(desk: Desk) -> tuple[Page, ...]:
    """Return all pages for those who are let in."""
    streams = Streams()
    return (
        *CallList(desk, streams).pages(),
        *CallPage(desk, streams).pages(),
        *ConferencePage(desk).pages(),
        *Tapes(desk).pages(),
        *Failures(desk).pages(),
        *Dialler(desk).pages(),
        *DirectoryPages(desk).pages(),
        *Reference(desk).pages(),
        *Load(desk, streams).pages(),
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """What a console is built of."""

    desk: Desk
    door: Door
    key: bytes  # of its cookies
    prefix: str = ""  # path of the server's public URL


class Console:
    """The ASGI application (ASGI 3) of all paths that begin with `/console`."""

    def __init__(self, parts: Parts) -> None:
        self.base = f"{parts.prefix}/console"
        desk = parts.desk
        self._desk = desk
        self._headers = hardening.headers(parts.door.secure)
        self._busy = 0
        self._guard = Guard(parts.door, desk.clock, desk.ids, parts.key, self.base)
        self._assets = Assets(self.base)
        self._rendering = Rendering(asset=self._assets.path, navigation=NAVIGATION)
        self._login = Login(desk.clock, self._guard)
        open_pages = (
            Page("/login", self._login.show),
            Page("/login", self._login.enter, "POST"),
            Page("/logout", self._login.leave, "POST"),
        )
        self._router = Router(
            [
                Route("/static/{name}", self._static),
                *(self._route(page, self._guard.stranger) for page in open_pages),
                *(self._route(page, self._guard.visitor) for page in self._pages()),
            ],
            redirect_slashes=False,
        )

    def _pages(self) -> tuple[Page, ...]:
        return (Page("/", _first), *pages(self._desk))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; `scope["path"]` is the path below the base, such as `/login`."""
        hard = HardSend(send, self._headers)
        try:
            await self._router({**scope, "app": self}, receive, hard)
        except HTTPException as error:
            refusal = unknown() if error.status_code == 404 else _plain(error)
            answer = self._refuse(Request(scope, receive), refusal)
            await answer(scope, receive, hard)
        except ClientDisconnect:
            return
        if not scope["path"].startswith("/static/"):
            _log(scope, hard.status)

    async def _static(self, request: Request) -> Response:
        return self._assets.answer(request) or self._refuse(request, unknown())

    def _route(self, page: Page, tell: Callable[[Request], Visitor | None]) -> Route:
        async def answer(request: Request) -> Response:
            visitor = tell(request)
            if visitor is None:
                return self._to_login(request)
            visit = self._visit(request, visitor)
            self._busy += 1
            try:
                response = await _safely(visit, self._show(page, visit))
            finally:
                self._busy -= 1
            self._guard.remember(request, response, visit.visitor)
            return response

        return Route(page.path, answer, methods=[page.method])

    async def _show(self, page: Page, visit: Visit) -> Response:
        if self._busy > BUSY:
            raise PageError(503, "Too many requests at once", "Try again in a moment.")
        if self._guard.is_foreign(visit.request):
            raise PageError(403, "Nothing for other sites", "Open this page by itself.")
        account = visit.request.path_params.get("account")
        if account is not None and account not in visit.visitor.accounts:
            raise unknown()
        if page.method not in READS:
            token = visit.request.headers.get(FORM_HEADER)
            if token is None:
                token = (await visit.form()).get(FORM_FIELD, "")
            if not self._guard.is_ours(visit.request, visit.visitor, token):
                text = "It did not come from a page of this console, or the page was too old."
                raise PageError(
                    403, "Nothing was done", f"{text} Load the page again and repeat it."
                )
        return await page.show(visit)

    def _refuse(self, request: Request, refusal: PageError) -> Response:
        """Refuse what belongs to no page."""
        visitor = self._guard.visitor(request) or self._guard.stranger(request)
        return refused(self._visit(request, visitor), refusal)

    def _to_login(self, request: Request) -> Response:
        """Send a stranger to log in; a script is only told that he has to."""
        visit = self._visit(request, self._guard.stranger(request))
        if request.method not in READS or "text/html" not in request.headers.get("accept", ""):
            return refused(visit, PageError(401, "Log in first"))
        asked = self.base + request.scope["path"]
        query = request.url.query
        return visit.go(visit.place("login", next=f"{asked}?{query}" if query else asked))

    def _visit(self, request: Request, visitor: Visitor) -> Visit:
        return Visit(request, self._desk, visitor, self.base, self._rendering)


async def _safely(visit: Visit, answer: Awaitable[Response]) -> Response:
    """Return the answer, or a page that says why there is none."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await answer
    except PageError as refusal:
        return refused(visit, refusal)
    except ClientDisconnect:
        raise
    except (StoreError, TimeoutError) as error:
        log.exception("store unavailable")
        why = str(error) or "it takes too long"
        text = f"The store did not answer: {why}. Try again in a moment."
        return refused(visit, PageError(503, "Not just now", text))
    except Exception:
        log.exception("page failed", path=visit.request.scope["path"])
        text = "This is a bug of Offhook; the server's log says more."
        return refused(visit, PageError(500, "This page failed", text))


def unknown() -> PageError:
    """Return what is said of a page that is not there."""
    text = "The address may be mistyped, or what it named is gone."
    return PageError(404, "There is no such page", text)


def refused(visit: Visit, refusal: PageError) -> Response:
    """Return the page that says why there is no other."""
    return visit.page("refused.html", refusal.status, refusal=refusal)


def _plain(error: HTTPException) -> PageError:
    return PageError(error.status_code, str(error.detail))


async def _first(visit: Visit) -> Response:
    """Send a visitor to the calls of his first account."""
    if not visit.account:
        text = "There is no account yet that you may see: `offhook accounts add` makes one."
        raise PageError(404, "No account", text)
    return visit.go(visit.path("calls"))


def _log(scope: Scope, status: int) -> None:
    client = scope["client"][0] if scope.get("client") else None
    log.info("visit", client=client, method=scope["method"], path=scope["path"], status=status)
