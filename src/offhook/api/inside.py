"""Requests that pages of the server make themselves: the checks, limits and notes of all others.

Only the credentials are left out, because the console has made sure of its visitor in its own way;
whether he may use the account is asked here again.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.types import Message

from offhook.api.app import Incoming, Server
from offhook.directory import VOICE, Directory, User
from offhook.errors import ApiError, http
from offhook.ids import Ids

HEADERS = [(b"content-type", b"application/json; charset=utf-8")]


class Inside:
    """Carries out operations for visitors of the console."""

    def __init__(self, server: Server, directory: Callable[[], Directory], ids: Ids) -> None:
        self._server = server
        self._directory = directory
        self._ids = ids

    async def create_call(
        self,
        account_id: str,
        fields: Mapping[str, object],
        *,
        user: str | None,  # None: somebody at this machine
        address: str | None,
        host: str,  # of the server, as the visitor names it
    ) -> str:
        """Place a call as createCall does and return its id; raises ApiError.

        An error carries the id that explains it as its header X-Request-Id.
        """
        scope = {
            "type": "http",
            "scheme": "http",
            "method": "POST",
            "path": f"/api/v2/accounts/{account_id}/calls",
            "headers": [*HEADERS, (b"host", host.encode("latin-1"))],
            "client": (address, 0) if address else None,
        }
        body = msgspec.json.encode(fields)

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        request = Incoming.of(scope, receive, self._ids.uuid())
        request.known = self._user(user, account_id)
        try:
            view = await self._server.answer(request, lambda reply: reply.body)
        except ApiError as error:
            error.headers = (*error.headers, ("X-Request-Id", request.request_id))
            raise
        made: dict[str, Any] = msgspec.to_builtins(view)
        return str(made["callId"])

    def _user(self, name: str | None, account_id: str) -> User:
        """Return who asks; whoever is at this machine may use every account that is open."""
        if name is None:
            return User("console", "", {account_id: (VOICE,)})
        user = self._directory().users.get(name)
        if user is None or not user.enabled:
            raise ApiError(http.ACCESS_DENIED, why=f"user {name!r} is gone or disabled")
        return user
