"""What a run shows, as data for the documentation: ids, times and ports become stable examples."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from offhook.recipes.recipe import Exchange
from offhook.recipes.run import Outcome
from offhook.testing.rest import Question

SHOWN = (  # headers of responses
    "Content-Type",
    "X-Request-Id",
    "WWW-Authenticate",
    "Allow",
    "Accept",
    "Retry-After",
    "Cache-Control",
)
SERVER, APP, PHONES = "http://127.0.0.1:8080", "http://127.0.0.1:5000", "127.0.0.1:5062"
OTHER = "127.0.0.1:40000"
ACCOUNT, AREA, FOLDER = "9900000", "202", "/var/lib/offhook"
APPLICATION = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"

Change = Callable[[str], str]

_EXAMPLE = "-4a3e-4b0c-9d2f-1c5e8f7a9b30"  # the end of ids that are examples
_KEPT = {url.removeprefix("http://") for url in (SERVER, APP, PHONES)}
_ID = re.compile(r"\b((?:[certs]|conf)-)[0-9a-f]{8}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_EXAMPLES = (
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), "2026-03-04T05:06:07.089Z"),
    (re.compile(r'("duration": ")PT[0-9.]+S'), r"\g<1>PT1.5S"),
    (re.compile(r'("sipCallId": ")[^"]+'), r"\g<1>5e6425f6c472897cc21ddef6"),
    (re.compile(r"(\w\.py):\d+"), r"\g<1>:52"),
)
_PORT = re.compile(r"\b127\.0\.0\.1:\d{4,5}\b")


class Stable:
    """Replaces what differs from run to run; the same thing becomes the same example."""

    def __init__(self, literals: Mapping[str, str]) -> None:
        self._literals = sorted(literals.items(), key=lambda pair: -len(pair[0]))
        self._known: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return a text with examples in place of what is new every time."""
        for actual, example in self._literals:
            text = text.replace(actual, example)
        text = _ID.sub(lambda found: self._example(found[0], f"{found[1]}00000001-"), text)
        text = _UUID.sub(lambda found: self._example(found[0], ""), text)
        text = _PORT.sub(lambda found: found[0] if found[0] in _KEPT else OTHER, text)
        for pattern, example in _EXAMPLES:
            text = pattern.sub(example, text)
        return text

    def _example(self, actual: str, prefix: str) -> str:
        if actual.endswith(_EXAMPLE) or actual == APPLICATION:
            return actual
        number = len(self._known) + 1
        return self._known.setdefault(actual, f"{prefix}6a1d{number:04x}{_EXAMPLE}")


def recorded(outcome: Outcome) -> dict[str, Any]:
    """Return what a run shows, as an example."""
    return seen(outcome, _stable(outcome).text)


def seen(outcome: Outcome, stable: Change = str) -> dict[str, Any]:
    """Return what a run shows, its texts changed in some way."""
    by = outcome.told.by
    made: dict[str, Any] = {}
    if isinstance(by, Exchange):
        made["exchange"] = _exchange(by, stable)
    else:
        if outcome.place.exchanges:
            made["exchange"] = _exchange(outcome.place.exchanges[0], stable)
        documents = {stable(k): stable(v) for k, v in outcome.place.documents.items()}
        made |= {"documents": documents} if documents else {}
        made["webhook"] = {
            "method": by.method,
            "url": stable(outcome.place.kitchen.app_url + by.path),
            "body": stable(json.dumps(by.event)),
        }
    finding = outcome.finding
    made["explanation"] = {
        "sentence": stable(str(finding.get("sentence"))),
        "who": finding.get("who"),
        "fix": stable(str(finding.get("fix"))),
    }
    return made


def _exchange(exchange: Exchange, stable: Change) -> dict[str, Any]:
    answer = exchange.answer
    shown = [(name, value) for name in SHOWN for value in answer.values(name)]
    return {
        "request": _request(exchange.question, stable),
        "response": {
            "status": answer.status,
            "headers": [[name, stable(value)] for name, value in shown],
            "body": _short(stable(answer.body.decode())),
        },
    }


def _request(question: Question, stable: Change) -> dict[str, Any]:
    return {
        "method": question.method,
        "target": stable(question.target),
        "headers": [[name, _header(value, stable)] for name, value in question.headers.items()],
        "body": _short(stable((question.body or b"").decode())),
    }


def _header(value: str, stable: Change) -> str:
    """Return a header's value; credentials are looked into."""
    scheme, _, pair = value.partition(" ")
    try:
        shown = stable(base64.b64decode(pair, validate=True).decode()).encode()
    except ValueError:
        return stable(value)
    return f"{scheme} {base64.b64encode(shown).decode()}" if scheme == "Basic" else value


def _short(text: str) -> str:
    return re.sub(r"x{80,}", lambda run: f"xxx… ({len(run[0])} characters)", text)


def _stable(outcome: Outcome) -> Stable:
    """Return what knows the names of a kitchen and of a place in it."""
    kitchen, tenant, slug = outcome.place.kitchen, outcome.place.tenant, outcome.recipe.id
    return Stable(
        {
            kitchen.url: SERVER,
            f"{kitchen.app_url}/{slug}/": f"{APP}/",
            f"/{slug}/": "/",
            kitchen.phones.home: PHONES,
            f"+1{tenant.area}": f"+1{AREA}",
            tenant.account: ACCOUNT,
            tenant.application: APPLICATION,
            tenant.sip_user: "support",
            kitchen.user: "user",
            kitchen.clerk_user: "clerk",
            kitchen.door.password: "secret",
            str(kitchen.own.server.folder): FOLDER,
        }
    )
