"""What stands in front of a node: console, figures for Prometheus, and the API for all else."""

from collections.abc import Callable
from functools import cached_property

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Front:
    """An ASGI application (ASGI 3) that hands each request to one of three.

    `prefix` is the path of the public URL. The figures are made when they are asked for first.
    """

    def __init__(
        self, console: ASGIApp | None, prefix: str, figures: Callable[[], ASGIApp], rest: ASGIApp
    ) -> None:
        self._console = console
        self._prefix = prefix
        self._make_figures = figures
        self._rest = rest

    @cached_property
    def _figures(self) -> ASGIApp:
        return self._make_figures()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; a proxy may or may not have cut off the public URL's prefix."""
        if scope["type"] == "http":
            path = scope["path"]
            if path in (f"{self._prefix}/metrics", "/metrics"):
                return await self._figures(scope, receive, send)
            if self._console is not None:
                for base in (f"{self._prefix}/console", "/console"):
                    if path == base or path.startswith(f"{base}/"):
                        below = {**scope, "path": path.removeprefix(base) or "/", "root_path": ""}
                        return await self._console(below, receive, send)
                if path == "/" and _is_browser(scope):
                    console = RedirectResponse(f"{self._prefix}/console/", 302)
                    return await console(scope, receive, send)
        return await self._rest(scope, receive, send)


def _is_browser(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
