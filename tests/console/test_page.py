"""What a page learns of its visit."""

from typing import Any

import pytest
from starlette.requests import Request

from offhook.console.guard import Visitor
from offhook.console.page import BODY_BYTES, FIELDS, PageError, Visit
from offhook.testing.loop import virtual


def visit(body: bytes = b"", account: str | None = "9900000", cookie: str = "") -> Visit:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "path": f"/{account}/calls/c-1",
        "path_params": {"account": account} if account else {},
        "query_string": b"",
        "headers": [(b"cookie", cookie.encode())],
    }
    nothing: Any = None
    visitor = Visitor(None, ("1", "2"), "", "", None)
    return Visit(Request(scope, receive), nothing, visitor, "/voice/console", nothing)


def test_paths_are_quoted_and_leave_out_what_is_not_asked() -> None:
    asked = visit()

    assert asked.path("calls", "a/b c", q="", after=None) == (
        "/voice/console/9900000/calls/a%2Fb%20c"
    )
    assert asked.place("login", next="/x?y") == "/voice/console/login?next=%2Fx%3Fy"


def test_a_page_of_no_account_has_the_first_that_may_be_seen() -> None:
    assert visit(account=None).account == "1"
    assert visit(account=None).section == ""
    assert visit().section == "calls"


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"x', "")])
def test_only_our_themes_count(cookie: str, theme: str) -> None:
    assert visit(cookie=f"offhook-theme={cookie}").theme == theme


@virtual
async def test_a_form_may_be_read_again() -> None:
    asked = visit(b"a=1&b=%26&c=")

    assert await asked.form() == await asked.form() == {"a": "1", "b": "&", "c": ""}


@virtual
@pytest.mark.parametrize(
    ("body", "status"),
    [(b"\xff", 400), (b"&".join([b"a=1"] * (FIELDS + 1)), 400), (b"x" * (BODY_BYTES + 1), 413)],
)
async def test_what_is_no_form_is_refused(body: bytes, status: int) -> None:
    with pytest.raises(PageError) as caught:
        await visit(body).form()

    assert caught.value.status == status


@virtual
async def test_json_is_read_or_refused() -> None:
    assert await visit(b'{"a": 1}').json() == {"a": 1}
    with pytest.raises(PageError):
        await visit(b"{").json()
