"""What docs/errors has recorded of a failure: a real request, answer and webhook, and its recipe.

The pages are packaged with Offhook; beside a checkout those of the checkout are read.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec

PACKAGED = Path(__file__).parent / "errors"  # see pyproject.toml
CHECKOUT = Path(__file__).parents[3] / "docs" / "errors"
_RECIPE = re.compile(r"## How to provoke it\n\n(.*?)\n```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Listing:
    """A message, or a document, as it was recorded."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that was recorded."""

    recipe: str  # how the failure is provoked, in words
    listings: tuple[Listing, ...]
    sentence: str  # what `offhook explain` said of it


def recorded(name: str, folders: Sequence[Path] = (PACKAGED, CHECKOUT)) -> Recorded | None:
    """Return what was recorded of an entry of the catalogue; None where there are no pages.

    Reads files; raises OSError and ValueError when they are damaged.
    """
    folder = next((each for each in folders if (each / f"{name}.md").exists()), None)
    if folder is None:
        return None
    page = (folder / f"{name}.md").read_text("utf-8")
    data = msgspec.json.decode((folder / "recorded" / f"{name}.json").read_bytes())
    recipe = _RECIPE.search(page)
    told = data.get("explanation", {}).get("sentence", "")
    return Recorded(recipe[1].strip() if recipe else "", tuple(_listings(data)), told)


def _listings(data: Any) -> Iterator[Listing]:
    if exchange := data.get("exchange"):
        asked, answered = exchange["request"], exchange["response"]
        yield Listing(
            "The request", _message(f"{asked['method']} {asked['target']} HTTP/1.1", asked)
        )
        status = HTTPStatus(answered["status"])
        yield Listing(
            "The response", _message(f"HTTP/1.1 {status.value} {status.phrase}", answered)
        )
    for path, text in data.get("documents", {}).items():
        yield Listing(f"What the application answered at {path}", text)
    if hook := data.get("webhook"):
        yield Listing(
            "The webhook that tells it",
            _message(f"{hook['method']} {hook['url']} HTTP/1.1", {"headers": [], **hook}),
        )


def _message(first: str, message: Any) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in message["headers"])]
    return "\n".join([*lines, "", pretty(message["body"])]).rstrip()


def pretty(body: str) -> str:
    """Return a body laid out, if it is JSON."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
