"""A browser without a screen: it keeps cookies, reads pages, fills in forms."""

from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from lxml import html

from offhook.testing import fixtures
from offhook.testing.asgi import Answer, Asgi, AsgiClient
from offhook.testing.world import World

BASE = f"/console/{fixtures.ACCOUNT_ID}"
FORM = "application/x-www-form-urlencoded"
HERE, ELSEWHERE = "localhost", "voice.test"  # names that a browser may ask for


class Page:
    """An answer, read as HTML."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.status = answer.status
        self.headers = answer.headers
        self.text = answer.body.decode()
        self.root: Any = html.fromstring(self.text) if self.text.strip() else None

    def css(self, selector: str) -> list[Any]:
        """Return the elements that a simple selector finds: `tag`, `.class`, `#id`, `tag.class`."""
        tag, _, name = selector.replace("#", " #").replace(".", " .").partition(" ")
        tests = [
            f"[@id='{part[1:]}']"
            if part.startswith("#")
            else f"[contains(concat(' ', @class, ' '), ' {part[1:]} ')]"
            for part in name.split()
        ]
        found: list[Any] = self.root.xpath(f"//{tag or '*'}{''.join(tests)}")
        return found

    def texts(self, selector: str) -> list[str]:
        """Return the text of those elements, blanks made one."""
        return [" ".join(each.text_content().split()) for each in self.css(selector)]

    @property
    def token(self) -> str:
        """What its forms carry."""
        (found,) = self.root.xpath("//meta[@name='form-token']/@content")
        return str(found)


class Browser:
    """Visits the console of a server."""

    def __init__(
        self, asgi: Asgi, host: str = HERE, source: tuple[str, int] = ("127.0.0.1", 40_000)
    ) -> None:
        self.client = AsgiClient(asgi, source, host)
        self.cookies: dict[str, str] = {}
        self.token = ""

    @classmethod
    def of(cls, world: World, host: str = HERE) -> "Browser":
        """Return a browser in front of a world's server."""
        return cls(world.node.front, host)

    async def get(self, path: str, **headers: str) -> Page:
        """Look at a page."""
        return await self.send("GET", path, b"", {"accept": "text/html", **headers})

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Page:
        """Send a form with the token of the page that was looked at last."""
        body = urlencode({"form_token": self.token, **fields}).encode()
        return await self.send("POST", path, body, {"content-type": FORM, **headers})

    async def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Page:
        """Send a request as it is, but for the cookies."""
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.client.request(
            method, path, headers={**named, "cookie": kept}, body=body
        )
        for name, morsel in SimpleCookie(answer.headers.get("set-cookie", "")).items():
            self.cookies[name] = morsel.value
        page = Page(answer)
        if page.root is not None and page.root.xpath("//meta[@name='form-token']"):
            self.token = page.token
        return page
