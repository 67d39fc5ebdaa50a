"""Requests reach the application as they would through a server."""

import asyncio
import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from offhook.testing.asgi import AsgiClient, Rest
from offhook.testing.loop import virtual


async def echo(request: Request) -> Response:
    body = await request.body()
    await asyncio.sleep(1)
    seen = {
        "method": request.method,
        "path": request.url.path,
        "query": dict(request.query_params),
        "type": request.headers.get("content-type"),
        "authorization": request.headers.get("authorization"),
        "body": body.decode(),
        "from": request.client.host if request.client else None,
    }
    return JSONResponse(seen, status_code=201, headers={"X-Request-Id": "r1"})


METHODS = ["GET", "POST", "PUT"]
CLIENT = AsgiClient(
    Starlette(routes=[Route("/{path:path}", echo, methods=METHODS)]), ("192.0.2.1", 4000)
)
REST = Rest(CLIENT, "9900000", "user", "secret")


@virtual
async def test_request_and_answer_are_carried_whole() -> None:
    answer = await CLIENT.request("PUT", "/a%20b?x=%2B1&y=2", headers={"A": "b"}, body=b"hello")
    seen = answer.json()

    assert answer.status == 201
    assert answer.headers["x-request-id"] == "r1"
    assert seen["method"] == "PUT"
    assert seen["path"] == "/a b"
    assert seen["query"] == {"x": "+1", "y": "2"}
    assert seen["body"] == "hello"
    assert seen["from"] == "192.0.2.1"
    assert asyncio.get_running_loop().time() == 1


@virtual
async def test_calls_are_created_with_json_and_basic_authentication() -> None:
    seen = (await REST.create_call(to="+12025550143", from_="+12025550100", tag=None)).json()

    assert seen["path"] == "/api/v2/accounts/9900000/calls"
    assert seen["method"] == "POST"
    assert seen["type"] == "application/json"
    assert seen["authorization"] == "Basic dXNlcjpzZWNyZXQ="
    assert json.loads(seen["body"]) == {"to": "+12025550143", "from": "+12025550100", "tag": None}


@virtual
async def test_each_operation_has_its_method_path_and_type() -> None:
    answers = [
        await REST.get_call("c-1"),
        await REST.list_calls("pageSize=2"),
        await REST.update_call("c-1", state="completed"),
        await REST.update_bxml("c-1", "<Response/>"),
    ]
    seen = [answer.json() for answer in answers]
    prefix = "/api/v2/accounts/9900000/calls"

    assert [(s["method"], s["path"].removeprefix(prefix), s["type"]) for s in seen] == [
        ("GET", "/c-1", None),
        ("GET", "", None),
        ("POST", "/c-1", "application/json"),
        ("PUT", "/c-1/bxml", "application/xml"),
    ]
    assert seen[1]["query"] == {"pageSize": "2"}
    assert seen[3]["body"] == "<Response/>"
