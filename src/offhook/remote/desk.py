"""Asking a running server, as one of its users; faults are click's own, which print as one line."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlencode

import click

from offhook.timeline import printable

ANSWER_S: Final = 30.0


class RefusedError(click.ClickException):
    """The server has answered, but not with a success."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"HTTP {status}: {said}")
        self.status = status


class UnreachableError(click.ClickException):
    """There is no answer, or none of an Offhook."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What is below a URL of a running server, for one of its users."""

    base: str
    user: str
    password: str = field(repr=False)
    now: float = 0.0

    def ask(self, method: str, path: str, body: object = None) -> tuple[Any, str]:
        """Return JSON (None: empty) and the query of the next page; raises ClickException."""
        request = urllib.request.Request(f"{self.base}/{path}", method=method)  # noqa: S310
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {pair}")  # for this server alone
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
                link = answer.headers.get("Link") or ""
                text = answer.read()
                return json.loads(text) if text else None, link.partition(">")[0].partition("?")[2]
        except urllib.error.HTTPError as error:
            raise RefusedError(error.code, _said(error.read())) from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise UnreachableError(f"no answer from {self.base}: {reason}") from error
        except ValueError as error:
            raise UnreachableError(f"{self.base} answers no JSON: is it Offhook?") from error

    def get(self, path: str, **query: object) -> Any:
        """Return JSON; parameters that are None are left out."""
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return self.ask("GET", f"{path}?{asked}" if asked else path)[0]


def _said(body: bytes) -> str:
    try:
        return printable(str(json.loads(body)["description"]))
    except (ValueError, KeyError, TypeError):
        return printable(body[:200].decode(errors="replace"))
