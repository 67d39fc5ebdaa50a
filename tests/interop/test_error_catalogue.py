"""Every failure of the catalogue, provoked on real servers, told as documented and explained.

Nothing is simulated: limits are low and reached, requests are bad, applications and telephones
misbehave, and what breaks is broken (`offhook.recipes`). An entry without a recipe, a page or a
recording is a failing test.
"""

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.interop.conftest import VoiceServer
from tests.interop.site import running_site, until
from tests.interop.threads import LoopThread, loop_thread

from offhook.errors import CATALOGUE, Entry, Kind, tokens
from offhook.recipes import RECIPES, Exchange, Recipe, manual
from offhook.recipes.kitchen import Kitchen, own_kitchen
from offhook.recipes.recording import recorded
from offhook.recipes.run import Outcome, run, shared
from offhook.records import IncidentKind
from offhook.testing.app import Received
from offhook.testing.phone import only_rings
from offhook.testing.rest import Answer, Rest

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
        kitchen = self._open.get(recipe.needs.name) or self._start(recipe)
        begun = self._begun.get(recipe.entry.id) or self.loop.start(run(kitchen, recipe))
        return begun.result(PATIENCE_S)

    def _start(self, recipe: Recipe) -> Kitchen:
        name = recipe.needs.name
        home = self.folder / (name or "any")
        home.mkdir()
        kitchen = self.stack.enter_context(self.loop.within(own_kitchen(home, recipe.needs)))
        group = shared(RECIPES.values())[name]
        self.loop.run(kitchen.furnish(group))
        for each in (each for each in group if each.patient):
            self._begun[each.entry.id] = self.loop.start(run(kitchen, each))
        self._open[name] = kitchen
        return kitchen


@pytest.fixture(scope="module")
def kitchens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kitchens]:
    with loop_thread() as loop, ExitStack() as stack:
        made = Kitchens(tmp_path_factory.mktemp("kitchens"), loop, stack)
        yield made
        for begun in made._begun.values():
            begun.cancel()


IN_TURN = sorted(CATALOGUE.values(), key=lambda entry: RECIPES[entry.id].patient)


@pytest.mark.parametrize("entry", IN_TURN, ids=lambda entry: entry.id)
def test_every_error_is_provoked_told_and_explained(entry: Entry, kitchens: Kitchens) -> None:
    recipe = RECIPES[entry.id]
    outcome = kitchens.run(recipe)
    by, text = outcome.told.by, entry.text(**outcome.told.values)

    if isinstance(by, Exchange):
        told_in_a_response(entry, text, by.answer)
    else:
        told_in_a_webhook(entry, text, by)
    logged(entry, text, outcome)
    finding = outcome.finding
    assert finding["error"] == entry.id, outcome.explanation
    assert finding["who"] == str(recipe.blames)
    assert (DOCS.parents[1] / finding["reference"]).exists()
    assert outcome.faults() == []
    assert recorded(outcome) == manual.load(DOCS)[entry.id]  # else: offhook errors record


def told_in_a_response(entry: Entry, said: str, answer: Answer) -> None:
    """The wire form, byte for byte (errors.md 1)."""
    oauth = entry in tokens.ENTRIES
    body = {"type": entry.type, "description": said, "id": entry.wire_id}
    if oauth:
        body = {"error": entry.type, "error_description": said}
    assert answer.status == entry.status, answer
    assert answer.body == json.dumps(body, separators=(",", ":")).encode()
    kind = "application/json" if oauth else "application/json;charset=UTF-8"
    assert answer.values("Content-Type") == [kind]
    (request_id,) = answer.values("X-Request-Id")
    assert str(UUID(request_id)) == request_id
    headers = HEADERS.get(answer.status, {})
    if entry is tokens.INVALID_CLIENT:
        headers = {"WWW-Authenticate": ['Basic realm="offhook"']}
    none: list[str] = []
    wanted = dict.fromkeys(CONDITIONAL, none) | headers
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
    assert not {"cause", "errorMessage", "errorId"} & received.event.keys()


def logged(entry: Entry, said: str, outcome: Outcome) -> None:
    """The id opens what was written down, and the evidence is of the log."""
    store = outcome.place.kitchen.store
    log = {event.number: event for event in store.events(outcome.explanation["callId"] or "")}
    if entry.kind is Kind.OUTCOME:
        (number,) = outcome.finding["evidence"]
        assert log[number].kind.startswith(("recording.", "refer."))
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
    assert RECIPES.keys() == CATALOGUE.keys()
    for recipe in RECIPES.values():
        assert recipe.about.endswith(".")


# other ways to the same entries

OTHER, SLOW = "9900001", "9900006"
APPLICATION = "3d4f7c5e-2a51-4c59-9b6f-000009900006"
ACCOUNTS = f"""
[[accounts]]
id = "{OTHER}"

[[accounts]]
id = "{SLOW}"
cps = 0.004

[[users]]
name = "keeper"
password = "secret"
accounts = ["{SLOW}"]

[[applications]]
id = "{APPLICATION}"
account = "{SLOW}"
name = "app"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoiceServer]:
    folder = tmp_path_factory.mktemp("server")
    with loop_thread() as loop, loop.within(running_site(folder, more=ACCOUNTS)) as site:
        yield VoiceServer(site, loop)


def execute(server: VoiceServer, statement: str) -> None:
    """Change the server's database behind its back."""
    with closing(sqlite3.connect(server.server.folder / "offhook.sqlite3")) as database, database:
        database.execute(statement)


def test_member_of_no_such_account_is_unauthorized(server: VoiceServer) -> None:
    answer = Rest(server.server, OTHER).ask("GET", "/calls")

    assert (answer.status, answer.json()["description"]) == (401, "Unauthorized")


def test_account_that_is_none_is_denied(server: VoiceServer) -> None:
    answer = server.rest.ask("GET", "/api/v2/accounts/not%20an%20account%20id/calls")

    assert (answer.status, answer.json()["description"]) == (403, "Access is denied")


def test_refused_bearer_token_is_told_so(server: VoiceServer) -> None:
    answer = server.rest.ask("GET", "/calls", headers={"Authorization": "Bearer made-up"})

    assert answer.status == 401
    assert answer.values("WWW-Authenticate") == [BASIC, BEARER + ', error="invalid_token"']


def test_full_queue_is_the_rate_limit_and_tells_when_there_is_room(server: VoiceServer) -> None:
    rest = Rest(server.server, SLOW, "keeper", "secret")
    phone = server.site.phones.phone("+12025550165")
    phone.behaviour = only_rings
    body = server.site.request(to=phone.number, applicationId=APPLICATION)
    call_id = rest.create(body)
    server.loop.run(phone.wait_call())
    waiting = rest.create(body)
    answer = rest.ask("POST", "/calls", body)

    assert answer.status == 429
    assert answer.json()["description"] == "Account call creation rate limit exceeded"
    assert answer.values("Retry-After") == ["250"]
    assert rest.state(waiting)["state"] == "queued"
    for each in (call_id, waiting):
        assert rest.ask("POST", f"/calls/{each}", {"state": "completed"}).status == 200


def test_store_that_is_away_is_503_until_it_is_back(server: VoiceServer) -> None:
    execute(server, "ALTER TABLE calls RENAME TO elsewhere")
    try:
        answer = server.rest.ask("GET", "/calls")
    finally:
        execute(server, "ALTER TABLE elsewhere RENAME TO calls")

    assert (answer.status, answer.json()["description"]) == (503, "Handling too many requests")

    def well() -> bool:
        return server.rest.ask("GET", "/calls").status == 200

    server.loop.run(until(well, "the store to be back"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("HEAD", "/calls", 200), ("HEAD", "/calls/c-unknown", 404), ("HEAD", "/nowhere", 404)],
)
def test_head_is_get_without_a_body(
    method: str, path: str, status: int, server: VoiceServer
) -> None:
    answer = server.rest.ask(method, path)

    assert (answer.status, answer.body) == (status, b"")
    assert answer.values("Content-Type") == ["application/json;charset=UTF-8"]
