"""What stands in front of a node: the console for browsers, the API for everybody else."""

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Front:
    """An ASGI application (ASGI 3) that hands each request to one of two."""

    def __init__(self, console: ASGIApp, base: str, rest: ASGIApp) -> None:
        self._console = console
        self._base = base
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; a proxy may or may not have cut off the public URL's prefix."""
        if scope["type"] == "http":
            path = scope["path"]
            for base in (self._base, "/console"):
                if path == base or path.startswith(f"{base}/"):
                    below = {**scope, "path": path.removeprefix(base) or "/", "root_path": ""}
                    return await self._console(below, receive, send)
            if path == "/" and _is_browser(scope):
                return await RedirectResponse(f"{self._base}/", 302)(scope, receive, send)
        return await self._rest(scope, receive, send)


def _is_browser(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
