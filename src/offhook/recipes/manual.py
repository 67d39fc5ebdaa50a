"""docs/errors: a page an entry, made from the catalogue, its recipe and a recording of a run.

`offhook errors record docs/errors` runs the recipes and writes recordings and pages; a test keeps
them true. `python -m offhook.recipes.manual docs/errors` writes the pages only.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from offhook.errors import CATALOGUE, Cause, Entry, Kind
from offhook.recipes import RECIPES
from offhook.recipes.recipe import ANY, Recipe

RECORDED = "recorded"  # the folder of recordings

INTRODUCTION = """# Errors

Every failure that a client of Offhook can see, {count} in all. Each page says when it comes, who
must act and what to do, and shows a request and an answer that were recorded from a real server.
`offhook errors trigger ID` brings any of them about:

```
$ offhook errors                       # this list; --status, --who, --kind and a text narrow it
$ offhook errors show callee-busy      # all about one
$ offhook errors trigger callee-busy   # a private server, a real call to a telephone that is busy
$ offhook errors trigger --all         # all of them, as a table
```

`offhook explain ID` tells the story of an error that came to you ([explain](../explain.md)).
"""
HTTP_NOTE = """
The body of a response is one JSON object with exactly `type`, `description` and `id`, in that
order; `id` is `null`, and the empty string for 409 and 429. `Content-Type` is
`application/json;charset=UTF-8`, and every response has an `X-Request-Id`. The token endpoint has
the body of RFC 6749 5.2 (`error`, `error_description`). What is below `/v2/accounts/{accountId}`,
and `/api/v2/accounts/{accountId}/endpoints`, has an envelope of its own: `links`, `data` and
`errors`, where the `id` of a fault is the `X-Request-Id`.
"""
CALL_NOTE = """
`cause` and `errorMessage` of `disconnect`, `transferDisconnect`, `transferComplete` and
`bridgeComplete`, and `disconnectCause` and `errorMessage` of the call's state; `errorId` comes with
every `errorMessage`. `hangup` and `cancel` are causes without a failure, as is `rejected` where the
application itself refused a caller: they have no `errorMessage`.
"""
OUTCOME_NOTE = """
A member of a webhook says that something has failed, and the call goes on. Events about streams
and live transcriptions have an `errorMessage` with it, and no `errorId`; with the others there is
no text.
"""


def reference(recorded: Mapping[str, Any]) -> dict[str, str]:
    """Return the pages by file name."""
    pages = {f"{name}.md": page(entry, recorded) for name, entry in CATALOGUE.items()}
    return {"README.md": index(), **pages}


def index() -> str:
    """Return the list of entries, by status and by cause."""
    lines = [INTRODUCTION.format(count=len(CATALOGUE)), "## Responses", HTTP_NOTE]
    lines += _list(Kind.HTTP, ("Status", "`type`", "`description`"))
    lines += ["", "## Ends of calls, and legs that did not come about", CALL_NOTE]
    lines += _list(Kind.CALL, ("Cause", "`errorMessage`"))
    lines += ["", "## Outcomes", OUTCOME_NOTE, *_list(Kind.OUTCOME, ("Member", "Value"))]
    return "\n".join(lines)


def _list(kind: Kind, columns: tuple[str, ...]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} | Who must act | Page |"
    yield "|---" * (len(columns) + 2) + "|"
    entries = [entry for entry in CATALOGUE.values() if entry.kind is kind]
    order = list(Cause)
    if kind is Kind.CALL:
        entries.sort(key=lambda entry: order.index(Cause(entry.type)))
    elif kind is Kind.HTTP:
        entries.sort(key=lambda entry: entry.status or 0)
    for entry in entries:
        told = " | ".join(_told(entry))
        yield f"| {told} | {entry.who} | [{entry.id}]({entry.id}.md) |"


def _told(entry: Entry) -> tuple[str, ...]:
    match entry.kind:
        case Kind.HTTP:
            return str(entry.status), f"`{entry.type}`", f"`{entry.description}`"
        case Kind.CALL:
            return f"`{entry.type}`", f"`{entry.description}`"
        case Kind.OUTCOME:
            event, member = entry.member.split()
            return f"`{member}` of `{event}`", f"`{entry.type}`"


def page(entry: Entry, recorded: Mapping[str, Any]) -> str:
    """Return the page of one entry."""
    lines = [f"# {entry.id}", "", *_form(entry), "", *_advice(entry)]
    lines += [*_example(recorded[entry.id]), *_other_ways(entry, recorded), ""]
    return "\n".join(lines)


def ways(entry: Entry) -> list[Recipe]:
    """Return the other ways to an entry."""
    return [each for each in RECIPES.values() if each.entry is entry and each.way]


def _other_ways(entry: Entry, recorded: Mapping[str, Any]) -> Iterator[str]:
    if ways(entry):
        yield from ("", "## Other ways to it")
    for recipe in ways(entry):
        yield from ("", recipe.about, "", "```", f"$ offhook errors trigger {recipe.id}")
        told = recorded[recipe.id]["explanation"]
        yield from (told["sentence"], f"  To do ({told['who']}): {told['fix']}", "```")


def _form(entry: Entry) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    match entry.kind:
        case Kind.HTTP:
            assert entry.status is not None
            yield f"| Status | {entry.status} {HTTPStatus(entry.status).phrase} |"
            yield f"| `type` | `{entry.type}` |"
            yield f"| `description` | `{entry.description}` |"
        case Kind.CALL:
            yield f"| `cause` | `{entry.type}` |"
            yield f"| `errorMessage` | `{entry.description}` |"
        case Kind.OUTCOME:
            event, member = entry.member.split()
            yield f"| Event | `{event}` |"
            yield f"| `{member}` | `{entry.type}` |"
            if entry.description:
                yield f"| `errorMessage` | `{entry.description}` |"
    yield f"| Who must act | {entry.who} |"


def _advice(entry: Entry) -> Iterator[str]:
    recipe = RECIPES[entry.id]
    yield from ("## When it comes", "", entry.meaning, "")
    yield from ("## What to do", "", entry.fix, "")
    yield from ("## How to provoke it", "", recipe.about)
    if recipe.needs is not ANY:
        yield f"This takes {recipe.needs.about}."
    if recipe.blames is not entry.who:
        yield f"In this case it is the {recipe.blames} who must act."
    yield from ("", "```", f"$ offhook errors trigger {entry.id}", "```", "")


def _example(recorded: Any) -> Iterator[str]:
    yield from ("## Recorded", "", "Ids, times, numbers and ports stand for those of the run.", "")
    if exchange := recorded.get("exchange"):
        yield from ("The request:", "", *_block("http", request(exchange["request"])), "")
        yield from ("The response:", "", *_block("http", response(exchange["response"])), "")
    for path, text in recorded.get("documents", {}).items():
        yield from (f"What the application answered at `{path}`:", "", *_block("xml", [text]), "")
    if hook := recorded.get("webhook"):
        yield from ("The webhook that tells it:", "", *_block("http", webhook(hook)), "")
    told = recorded["explanation"]
    yield from ("What `offhook explain` says of it:", "")
    yield from ("```", told["sentence"], f"  To do ({told['who']}): {told['fix']}", "```")


def _block(language: str, lines: Any) -> Iterator[str]:
    yield f"```{language}"
    yield from lines
    yield "```"


def request(made: Any) -> Iterator[str]:
    """Return a request as lines."""
    yield f"{made['method']} {made['target']} HTTP/1.1"
    yield from _headers_and_body(made)


def response(made: Any) -> Iterator[str]:
    """Return a response as lines."""
    status = HTTPStatus(made["status"])
    yield f"HTTP/1.1 {status.value} {status.phrase}"
    yield from _headers_and_body(made)


def webhook(made: Any) -> Iterator[str]:
    """Return a webhook as lines."""
    yield f"{made['method']} {made['url']} HTTP/1.1"
    body = json.dumps(json.loads(made["body"]), indent=2)
    yield from _headers_and_body({"headers": [["Content-Type", "application/json"]], "body": body})


def _headers_and_body(message: Any) -> Iterator[str]:
    yield from (f"{name}: {value}" for name, value in message["headers"])
    if message["body"]:
        yield from ("", message["body"])


def load(folder: Path) -> dict[str, Any]:
    """Return the recordings below a folder of pages."""
    paths = sorted((folder / RECORDED).glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def save(folder: Path, name: str, recorded: Any) -> None:
    """Keep a recording."""
    path = folder / RECORDED / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write(folder: Path) -> None:
    """Write the pages into the folder that has the recordings."""
    for name, text in reference(load(folder)).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
