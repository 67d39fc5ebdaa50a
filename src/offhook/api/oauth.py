"""The token endpoint: client credentials for a bearer token (rest.md 2.1, RFC 6749 4.4)."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict
from urllib.parse import parse_qsl

from offhook.api import bodies
from offhook.api.auth import Passwords, decode_basic
from offhook.api.described import TEXT, Described, Header, Success
from offhook.api.mediatypes import FORM
from offhook.api.replies import NO_STORE, Reply
from offhook.api.routes import Operation, Route, Visit
from offhook.api.tokens import Tokens
from offhook.api.validation import told
from offhook.directory import User
from offhook.errors import ApiError, tokens

CHALLENGE = (("WWW-Authenticate", 'Basic realm="offhook"'),)
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e ]*")  # RFC 6749 3.3


class GrantForm(TypedDict, total=False):
    """The members of the form."""

    grant_type: Literal["client_credentials"]
    scope: Annotated[str, told(pattern=f"^{_SCOPE.pattern}$")]
    client_id: str
    client_secret: str


class TokenView(TypedDict):
    """A token."""

    access_token: str
    token_type: str
    expires_in: int
    access_token_id: str


GRANT = Described(
    (Success(200, TokenView, (Header("Cache-Control", "`no-store`", TEXT),)),),
    GrantForm,
    ("grant_type",),
    refuses=tokens.ENTRIES,
    example={"grant_type": "client_credentials"},
)


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Answers POST /api/v1/oauth2/token; its errors have their own body (errors.md 7.2)."""

    passwords: Passwords
    tokens: Tokens

    def routes(self) -> tuple[Route[Visit], ...]:
        """Return the row for the table of what is open to everybody."""
        return (Route("api/v1/oauth2/token", {"POST": Operation(self.grant, GRANT, FORM)}),)

    async def grant(self, visit: Visit) -> Reply:
        """grantToken: a bearer token for the credentials of a user."""
        body = await bodies.read(visit.receive, FORM.limit)
        form = _form(visit.headers.get("content-type"), body)
        grants = [value for name, value in form if name == "grant_type"]
        fields = dict(form)
        if len(grants) != 1 or not grants[0]:
            raise ApiError(tokens.INVALID_REQUEST)
        if grants[0] != "client_credentials":
            raise ApiError(tokens.UNSUPPORTED_GRANT, why=f"the grant type is {grants[0]!r}")
        client = await self._client(visit.headers.get("authorization"), fields)
        if client is None:
            raise ApiError(tokens.INVALID_CLIENT, headers=CHALLENGE)
        if not _SCOPE.fullmatch(fields.get("scope", "")):
            raise ApiError(tokens.INVALID_SCOPE)
        token = self.tokens.issue(client)
        granted: TokenView = {
            "access_token": token.text,
            "token_type": "Bearer",
            "expires_in": token.lifetime_s,
            "access_token_id": token.id,
        }
        return Reply(200, granted, (NO_STORE,))

    async def _client(self, authorization: str | None, fields: dict[str, str]) -> User | None:
        if authorization is None:
            name, secret = fields.get("client_id", ""), fields.get("client_secret", "")
            return await self.passwords.user(name, secret) if name else None
        scheme, _, credentials = authorization.strip().partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            return await self.passwords.user(*decode_basic(credentials.strip()))
        except ApiError:
            return None


def _form(content_type: str | None, body: bytes | None) -> list[tuple[str, str]]:
    """Return the members of the form; none of them when it is no form."""
    try:
        if body is None or FORM.check(content_type) is None:
            return []
        return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    except (ApiError, ValueError):
        return []
