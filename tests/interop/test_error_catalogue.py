"""Every failure of the catalogue, provoked on real servers, told as documented and explained.

Nothing is simulated: limits are low and reached, requests are bad, applications and telephones
misbehave, and what breaks is broken (`offhook.recipes`). An entry without a recipe, a page or a
recording is a failing test.
"""

import json
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.interop.threads import LoopThread, loop_thread

from offhook.errors import CATALOGUE, Entry, Envelope, Kind
from offhook.recipes import RECIPES, Exchange, Recipe, manual
from offhook.recipes.kitchen import Kitchen, own_kitchen
from offhook.recipes.recording import recorded
from offhook.recipes.run import Outcome, body, run, shared
from offhook.records import IncidentKind
from offhook.testing.app import Received
from offhook.testing.rest import Answer

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs" / "errors"
PATIENCE_S = 90.0
BASIC = 'Basic realm="offhook", charset="UTF-8"'
BEARER = 'Bearer realm="offhook"'
HEADERS = {  # errors.md 1.1
    401: {"WWW-Authenticate": [BASIC, BEARER]},
    405: {"Allow": ["GET, HEAD, POST"]},
    415: {"Accept": ["application/json"]},
    429: {"Retry-After": ["1"]},
    503: {"Retry-After": ["1"]},
}
HEADERS_OF = {
    "invalid-credentials.bearer": {"WWW-Authenticate": [BASIC, f'{BEARER}, error="invalid_token"']},
    "token-invalid-client": {"WWW-Authenticate": ['Basic realm="offhook"']},
    "endpoint-too-many": {"Retry-After": ["86400"]},  # until the first vanishes
    "account-rate-limit.queue": {"Retry-After": ["250"]},  # until there is room
}
CONDITIONAL = ("WWW-Authenticate", "Allow", "Accept", "Retry-After")


@dataclass
class Kitchens:
    """Servers for the recipes, each started when the first recipe needs it."""

    folder: Path
    loop: LoopThread
    stack: ExitStack
    _open: dict[str, Kitchen] = field(default_factory=dict)
    _begun: dict[str, "Future[Outcome]"] = field(default_factory=dict)

    def run(self, recipe: Recipe) -> Outcome:
        """Run a recipe; one that takes long has begun when its server was started."""
        kitchen = self.kitchen(recipe)
        begun = self._begun.get(recipe.id) or self.loop.start(run(kitchen, recipe))
        return begun.result(PATIENCE_S)

    def kitchen(self, recipe: Recipe) -> Kitchen:
        """Return the server that a recipe needs, started if need be."""
        return self._open.get(recipe.needs.name) or self._start(recipe)

    def _start(self, recipe: Recipe) -> Kitchen:
        name = recipe.needs.name
        home = self.folder / (name or "any")
        home.mkdir()
        kitchen = self.stack.enter_context(self.loop.within(own_kitchen(home, recipe.needs)))
        group = shared(RECIPES.values())[name]
        self.loop.run(kitchen.furnish(group))
        for each in (each for each in group if each.patient):
            self._begun[each.id] = self.loop.start(run(kitchen, each))
        self._open[name] = kitchen
        return kitchen


@pytest.fixture(scope="module")
def kitchens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kitchens]:
    with loop_thread() as loop, ExitStack() as stack:
        made = Kitchens(tmp_path_factory.mktemp("kitchens"), loop, stack)
        yield made
        for begun in made._begun.values():
            begun.cancel()


IN_TURN = sorted(RECIPES.values(), key=lambda recipe: recipe.patient)


@pytest.mark.parametrize("recipe", IN_TURN, ids=lambda recipe: recipe.id)
def test_every_error_is_provoked_told_and_explained(recipe: Recipe, kitchens: Kitchens) -> None:
    entry, outcome = recipe.entry, kitchens.run(recipe)
    by, text = outcome.told.by, entry.text(**outcome.told.values)

    if isinstance(by, Exchange):
        told_in_a_response(entry, body(entry, text, outcome.told), by.answer, headers(recipe))
    else:
        told_in_a_webhook(entry, text, by)
    logged(entry, text, outcome)
    finding = outcome.finding
    assert finding["error"] == entry.id, outcome.explanation
    assert finding["who"] == str(recipe.blames)
    assert (DOCS.parents[1] / finding["reference"]).exists()
    assert outcome.faults() == []
    assert recorded(outcome) == manual.load(DOCS)[recipe.id]  # else: offhook errors record


def headers(recipe: Recipe) -> dict[str, list[str]]:
    """Return the headers that the status asks for (errors.md 1.1), and no others."""
    none: list[str] = []
    own = HEADERS_OF.get(recipe.id) or HEADERS.get(recipe.entry.status or 0, {})
    return dict.fromkeys(CONDITIONAL, none) | own


def told_in_a_response(
    entry: Entry, said: dict[str, Any], answer: Answer, wanted: dict[str, list[str]]
) -> None:
    """The wire form, byte for byte (errors.md 1, 7)."""
    assert answer.status == entry.status, answer
    assert answer.body == json.dumps(said, separators=(",", ":")).encode()
    voice = entry.envelope is Envelope.VOICE
    kind = "application/json;charset=UTF-8" if voice else "application/json"
    assert answer.values("Content-Type") == [kind]
    (request_id,) = answer.values("X-Request-Id")
    assert str(UUID(request_id)) == request_id
    assert {name: answer.values(name) for name in wanted} == wanted


def told_in_a_webhook(entry: Entry, said: str, received: Received) -> None:
    """The pair of cause and text, or the status (errors.md 8)."""
    event: Any = received.event
    if entry.kind is Kind.CALL:
        assert (event["cause"], event["errorMessage"]) == (entry.type, said)
        assert str(UUID(event["errorId"])) == event["errorId"]
        return
    kind, member = entry.member.split()
    assert event["eventType"] == kind
    for name in member.split("."):
        event = event[name]
    assert event == entry.type
    told = {"cause": entry.type, "errorMessage": said} if entry.description else {}
    found = {"cause", "errorMessage", "errorId"} & received.event.keys()
    assert {name: received.event[name] for name in found} == told  # errors.md 8.8, 8.9


def logged(entry: Entry, said: str, outcome: Outcome) -> None:
    """The id opens what was written down, and the evidence is of the log."""
    store = outcome.place.kitchen.store
    log = {event.number: event for event in store.events(outcome.explanation["callId"] or "")}
    if entry.kind is Kind.OUTCOME:
        (number,) = outcome.finding["evidence"]
        assert log[number].kind.startswith(("recording.", "refer.", "stream.", "transcription."))
        return
    incident = store.incident(outcome.told.id)
    assert incident is not None
    if entry.kind is Kind.HTTP:
        assert incident.kind is IncidentKind.REQUEST
        assert (incident.data["entry"], incident.data["description"]) == (entry.id, said)
        return
    assert incident.kind is IncidentKind.FAILURE
    assert incident.number is not None
    data = log[incident.number].data
    assert (data["cause"], data["message"]) == (entry.type, said)
    assert incident.number in outcome.finding["evidence"]


def test_there_is_a_recipe_for_every_entry_and_for_nothing_else() -> None:
    assert {recipe.entry.id for recipe in RECIPES.values()} == CATALOGUE.keys()
    assert RECIPES.keys() >= CATALOGUE.keys()  # beside other ways
    for recipe in RECIPES.values():
        assert recipe.about.endswith(".")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("HEAD", "/calls", 200), ("HEAD", "/calls/c-unknown", 404), ("HEAD", "/nowhere", 404)],
)
def test_head_is_get_without_a_body(
    method: str, path: str, status: int, kitchens: Kitchens
) -> None:
    recipe = RECIPES["not-found"]
    rest = kitchens.kitchen(recipe).place(recipe).rest
    answer = rest.ask(method, path)

    assert (answer.status, answer.body) == (status, b"")
    assert answer.values("Content-Type") == ["application/json;charset=UTF-8"]
