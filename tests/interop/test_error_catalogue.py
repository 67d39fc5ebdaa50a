"""Every failure that the catalogue has for HTTP, provoked on real servers (errors.md 2, 7.2, 11).

Nothing is simulated: limits are low and reached, requests are bad, and what breaks is broken. An
entry without a recipe here is a failing test.
"""

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

import pytest
from tests.interop.conftest import VoiceServer
from tests.interop.site import running_site, until
from tests.interop.threads import loop_thread

from offhook.directory import VOICE, User
from offhook.errors import CATALOGUE, Entry, additions, fields, http, tokens
from offhook.testing.phone import only_rings
from offhook.testing.rest import Answer, Rest, authorization

pytestmark = pytest.mark.slow

OTHER, SUSPENDED, UNQUEUED, SINGLE, STRICT, SLOW = (f"990000{n}" for n in range(1, 7))
APPLICATIONS = {
    account: f"3d4f7c5e-2a51-4c59-9b6f-00000{account}" for account in (UNQUEUED, SINGLE, SLOW)
}
ACCOUNTS = f"""
[[accounts]]
id = "{OTHER}"

[[accounts]]
id = "{SUSPENDED}"
suspended = true

[[accounts]]
id = "{UNQUEUED}"
queueing = false
cps = 0.05

[[accounts]]
id = "{SINGLE}"
sessions = 1

[[accounts]]
id = "{STRICT}"
verify_from = true

[[accounts]]
id = "{SLOW}"
cps = 0.004

[[users]]
name = "keeper"
password = "secret"
accounts = ["{SUSPENDED}", "{UNQUEUED}", "{SINGLE}", "{STRICT}", "{SLOW}"]

[[users]]
name = "clerk"
password = "secret"
accounts = ["9900000"]
roles = ["billing"]
""" + "".join(
    f'[[applications]]\nid = "{app}"\naccount = "{account}"\nname = "app"\n'
    for account, app in APPLICATIONS.items()
)
TIGHT = """
[limits]
calls = 1
in_flight = 1

[errors]
not_found_wording = "detailed"
"""
CONDITIONAL = ("WWW-Authenticate", "Allow", "Accept", "Retry-After")  # errors.md 1.1
BASIC = 'Basic realm="offhook", charset="UTF-8"'
BEARER = 'Bearer realm="offhook"'


@dataclass(frozen=True)
class Grounds:
    """Two servers: one with many accounts, one with hardly any room."""

    wide: VoiceServer
    tight: VoiceServer

    @property
    def rest(self) -> Rest:
        return self.wide.rest

    def of(self, account: str) -> Rest:
        """Return a client that may use another account."""
        return Rest(self.wide.server, account, "keeper", "secret")


@dataclass(frozen=True)
class Got:
    """An answer, and what it must say beside its entry's pattern."""

    answer: Answer
    values: dict[str, object] = field(default_factory=dict)
    headers: dict[str, list[str]] = field(default_factory=dict)


Recipe = Callable[[Grounds], Got]
RECIPES: dict[Entry, Recipe] = {}


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    wide, tight = tmp_path_factory.mktemp("wide"), tmp_path_factory.mktemp("tight")
    with (
        loop_thread() as loop,
        loop.within(running_site(wide, limits="cps = 1000", more=ACCOUNTS)) as first,
        loop.within(running_site(tight, more=TIGHT)) as second,
    ):
        yield Grounds(VoiceServer(first, loop), VoiceServer(second, loop))


@pytest.mark.parametrize(
    "entry",
    [entry for entry in CATALOGUE.values() if entry.status is not None],
    ids=lambda entry: entry.id,
)
def test_every_failure_of_the_catalogue_is_met_over_http(entry: Entry, grounds: Grounds) -> None:
    got = RECIPES[entry](grounds)
    said = entry.text(**got.values)
    oauth = entry in tokens.ENTRIES
    body = {"type": entry.type, "description": said, "id": entry.wire_id}
    if oauth:
        body = {"error": entry.type, "error_description": said}

    assert got.answer.status == entry.status, got.answer
    assert got.answer.body == json.dumps(body, separators=(",", ":")).encode()
    kind = "application/json" if oauth else "application/json;charset=UTF-8"
    assert got.answer.values("Content-Type") == [kind]
    (request_id,) = got.answer.values("X-Request-Id")
    assert str(UUID(request_id)) == request_id
    none: list[str] = []
    wanted = dict.fromkeys(CONDITIONAL, none) | got.headers
    assert {name: got.answer.values(name) for name in wanted} == wanted


def recipe(entry: Entry) -> Callable[[Recipe], Recipe]:
    def keep(provoke: Recipe) -> Recipe:
        RECIPES[entry] = provoke
        return provoke

    return keep


# 400: createCall bodies, each with one fault


def body_fault(entry: Entry, fault: Mapping[str, object], **values: object) -> None:
    def provoke(grounds: Grounds) -> Got:
        body = grounds.wide.site.request(**fault)
        return Got(grounds.rest.ask("POST", "/calls", body), values)

    RECIPES[entry] = provoke


PLAIN = {"answerUrl": "http://app.example.test/", "username": "u", "password": "p"}
NAMES = "Restricted, Anonymous, Private, Unavailable"
body_fault(fields.REQUIRED, {"to": None}, fields="from, to, answerUrl, applicationId")
body_fault(fields.NOT_E164, {"to": "scooby-doo"}, field="to")
body_fault(fields.NOT_SIP_URI, {"to": "sip:"}, field="to")
body_fault(fields.RANGE, {"callTimeout": 301}, field="callTimeout", min=1, max=300, value=301)
body_fault(fields.NOT_INTEGER, {"priority": 2.5}, field="priority")
body_fault(fields.TOO_LONG, {"displayName": "x" * 257}, field="displayName", max=256)
body_fault(fields.TAG_TOO_LONG, {"tag": "x" * 4097}, operation="create call", max=4096)
body_fault(fields.CONTROL_CHARACTERS, {"displayName": "a\r\nb"}, field="displayName")
body_fault(fields.COLON, {"username": "a:b", "password": "p"}, field="username")
body_fault(
    fields.NOT_ONE_OF,
    {"machineDetection": {"mode": "later"}},
    field="machineDetection.mode",
    choices="sync, async",
)
body_fault(
    fields.PRIVATE_NAME, {"privacy": True, "displayName": "Me"}, field="displayName", choices=NAMES
)
body_fault(fields.UUI_ENCODING, {"uui": "x"}, field="uui", choices="jwt, base64, hex")
body_fault(fields.URL_SCHEME, {"answerUrl": "ftp://app.test/"}, field="answerUrl")
body_fault(fields.URL_SHAPE, {"answerUrl": "http:///path"}, field="answerUrl")
body_fault(fields.HTTPS_NEEDED, PLAIN, field="answerUrl", username="username", password="password")
body_fault(fields.METHOD, {"answerMethod": "PUT"}, field="answerUrl")
body_fault(fields.NO_APPLICATION, {"applicationId": "none-such"}, applicationId="none-such")
body_fault(http.REFUSED, {"to": "sip:alice@127.0.0.1?Subject=hello"})


@recipe(http.BAD_REQUEST)
def unreadable_body(grounds: Grounds) -> Got:
    return Got(grounds.rest.ask("POST", "/calls", b"{"))


@recipe(additions.KEY_FORM)
def key_with_a_space(grounds: Grounds) -> Got:
    body, key = grounds.wide.site.request(), {"Idempotency-Key": "order 1"}
    return Got(grounds.rest.ask("POST", "/calls", body, key))


@recipe(additions.KEY_REUSED)
def key_of_another_call(grounds: Grounds) -> Got:
    rest, key = grounds.rest, {"Idempotency-Key": "order-1"}
    numbers = ("+12025550166", "+12025550167")  # nobody has them
    bodies = (grounds.wide.site.request(to=number) for number in numbers)
    _, answer = [rest.ask("POST", "/calls", body, key) for body in bodies]
    return Got(answer, {"key": "order-1"})


@recipe(additions.WEBHOOK_STATE)
def question_asked_again(grounds: Grounds) -> Got:
    site = grounds.wide.site
    site.phones.phone("+12025550168")
    call_id = grounds.rest.create(site.request(to="+12025550168"))
    grounds.wide.loop.run(site.wait_log(call_id, "webhook.answered"))
    grounds.rest.ask("POST", f"/calls/{call_id}", {"state": "completed"})
    asked = next(each for each in site.store.deliveries(call_id) if each.sync)
    path = f"/offhook/v1/accounts/{grounds.wide.server.account}/webhooks/{asked.id}/resend"
    return Got(grounds.rest.ask("POST", path), {"eventId": asked.id})


@recipe(fields.NOT_OWNED)
def somebody_elses_number(grounds: Grounds) -> Got:
    body = grounds.wide.site.request(**{"from": "+12025550111"})
    return Got(grounds.of(STRICT).ask("POST", "/calls", body), {"field": "from"})


@recipe(fields.INVALID_BXML)
def document_too_long(grounds: Grounds) -> Got:
    kind = {"Content-Type": "application/xml"}
    answer = grounds.rest.ask("PUT", "/calls/c-1/bxml", b" " * 65_537, kind)
    return Got(answer, {"reason": "must not exceed 64 KB"})


@recipe(fields.PAGE_TOKEN)
def made_up_page(grounds: Grounds) -> Got:
    return Got(grounds.rest.ask("GET", "/calls?pageToken=made-up"))


@recipe(fields.NOT_A_TIME)
def no_time(grounds: Grounds) -> Got:
    answer = grounds.rest.ask("GET", "/calls?minStartTime=yesterday")
    return Got(answer, {"field": "minStartTime"})


def in_conference(grounds: Grounds, name: str, *parties: str) -> tuple[str, list[str]]:
    """Let telephones meet; return the conference and its members."""
    server = grounds.wide
    server.site.app.on("/answer", f"<Conference>{name}</Conference>")
    for party in parties:
        phone = server.site.phones.phone(party)
        grounds.rest.create(server.site.request(to=party))
        server.loop.run(phone.wait_call())

    def seen() -> tuple[str, list[str]] | None:
        found = grounds.rest.ask("GET", f"/conferences?name={name}").json()
        if not found:
            return None
        shown = grounds.rest.ask("GET", f"/conferences/{found[0]['id']}").json()
        members = [member["callId"] for member in shown["activeMembers"]]
        return (found[0]["id"], members) if len(members) == len(parties) else None

    server.loop.run(until(lambda: seen() is not None, "the conference"))
    met = seen()
    assert met is not None
    return met


@recipe(fields.NOT_WHEN_COMPLETED)
def ended_and_redirected(grounds: Grounds) -> Got:
    conference_id, _ = in_conference(grounds, "ended", "+12025550181")
    body = {"status": "completed", "redirectUrl": "http://app.example.test/"}
    answer = grounds.rest.ask("POST", f"/conferences/{conference_id}", body)
    return Got(answer, {"field": "redirectUrl"})


@recipe(fields.COACHED)
def second_coach(grounds: Grounds) -> Got:
    conference_id, calls = in_conference(grounds, "coached", "+12025550182", "+12025550183")
    answers = [
        grounds.rest.ask(
            "PUT", f"/conferences/{conference_id}/members/{coach}", {"callIdsToCoach": ["c-1"]}
        )
        for coach in calls
    ]
    assert answers[0].status == 204
    return Got(answers[1])


# 401 and 403


def with_credentials(grounds: Grounds, value: str) -> Got:
    answer = grounds.rest.ask("GET", "/calls", headers={"Authorization": value})
    return Got(answer, headers={"WWW-Authenticate": [BASIC, BEARER]})


@recipe(http.UNAUTHORIZED)
def no_credentials(grounds: Grounds) -> Got:
    return with_credentials(grounds, "")


@recipe(http.INVALID_CREDENTIALS)
def wrong_password(grounds: Grounds) -> Got:
    return with_credentials(grounds, authorization("test", "wrong")["Authorization"])


@recipe(http.INVALID_BASIC)
def no_colon(grounds: Grounds) -> Got:
    return with_credentials(grounds, "Basic bm9jb2xvbg==")


@recipe(http.UNDECODABLE_BASIC)
def no_base64(grounds: Grounds) -> Got:
    return with_credentials(grounds, "Basic !!!")


@recipe(http.FORBIDDEN)
def suspended_account(grounds: Grounds) -> Got:
    return Got(grounds.of(SUSPENDED).ask("GET", "/calls"))


@recipe(http.ACCESS_DENIED)
def user_without_voice(grounds: Grounds) -> Got:
    clerk = Rest(grounds.wide.server, user="clerk", password="secret")
    return Got(clerk.ask("GET", "/calls"))


# 404, 405, 409, 415


@recipe(http.NOT_FOUND)
def unknown_call(grounds: Grounds) -> Got:
    return Got(grounds.rest.ask("GET", "/calls/c-unknown"))


@recipe(http.NO_ROUTE)
def unknown_path(grounds: Grounds) -> Got:
    return Got(grounds.rest.ask("GET", "/invalid-path"))


@recipe(http.CALL_NOT_FOUND)
def unknown_call_in_detail(grounds: Grounds) -> Got:
    return Got(grounds.tight.rest.ask("GET", "/calls/c-unknown"), {"callId": "c-unknown"})


@recipe(http.CONFERENCE_NOT_FOUND)
def unknown_conference_in_detail(grounds: Grounds) -> Got:
    answer = grounds.tight.rest.ask("GET", "/conferences/conf-unknown")
    return Got(answer, {"conferenceId": "conf-unknown"})


@recipe(http.RECORDING_NOT_FOUND)
def unknown_recording_in_detail(grounds: Grounds) -> Got:
    path = "/calls/c-unknown/recordings/r-unknown/media"
    return Got(grounds.tight.rest.ask("GET", path), {"recordingId": "r-unknown"})


@recipe(http.METHOD_NOT_ALLOWED)
def wrong_method(grounds: Grounds) -> Got:
    return Got(grounds.rest.ask("DELETE", "/calls"), headers={"Allow": ["GET, HEAD, POST"]})


@recipe(http.CALL_STATE)
def ringing_call_redirected(grounds: Grounds) -> Got:
    call_id = ringing(grounds.wide, "+12025550161", grounds.rest)
    body = {"redirectUrl": "http://app.example.test/"}
    return Got(grounds.rest.ask("POST", f"/calls/{call_id}", body), {"callId": call_id})


@recipe(http.UNSUPPORTED_MEDIA)
def body_without_type(grounds: Grounds) -> Got:
    answer = grounds.rest.ask("POST", "/calls", b"{}", {"Content-Type": ""})
    return Got(answer, headers={"Accept": ["application/json"]})


@recipe(http.CONTENT_TYPE)
def body_of_another_type(grounds: Grounds) -> Got:
    kind = {"Content-Type": "text/plain; charset=utf-8"}
    answer = grounds.rest.ask("POST", "/calls", b"{}", kind)
    values: dict[str, object] = {"contentType": "text/plain;charset=UTF-8"}
    return Got(answer, values, {"Accept": ["application/json"]})


# 429 and 503: limits that are reached


def ringing(server: VoiceServer, number: str, rest: Rest, **more: object) -> str:
    """Have a telephone called that rings and rings."""
    phone = server.site.phones.phone(number)
    phone.behaviour = only_rings
    call_id = rest.create(server.site.request(to=number, **more))
    server.loop.run(phone.wait_call())
    return call_id


@recipe(http.RATE_LIMIT)
def two_calls_at_once(grounds: Grounds) -> Got:
    rest = grounds.of(UNQUEUED)
    body = grounds.wide.site.request(applicationId=APPLICATIONS[UNQUEUED])
    rest.create(body)
    return Got(rest.ask("POST", "/calls", body), headers={"Retry-After": ["1"]})


@recipe(http.SESSION_LIMIT)
def one_session_too_many(grounds: Grounds) -> Got:
    rest, own = grounds.of(SINGLE), {"applicationId": APPLICATIONS[SINGLE]}
    ringing(grounds.wide, "+12025550162", rest, **own)
    answer = rest.ask("POST", "/calls", grounds.wide.site.request(**own))
    return Got(answer, headers={"Retry-After": ["1"]})


@recipe(http.NODE_FULL)
def one_call_too_many(grounds: Grounds) -> Got:
    rest = grounds.tight.rest
    call_id = ringing(grounds.tight, "+12025550163", rest)
    answer = rest.ask("POST", "/calls", grounds.tight.site.request())
    rest.ask("POST", f"/calls/{call_id}", {"state": "completed"})
    return Got(answer, headers={"Retry-After": ["1"]})


@recipe(http.OVERLOADED)
def one_request_too_many(grounds: Grounds) -> Got:
    server, rest = grounds.tight.server, grounds.tight.rest
    head = f"POST {rest.base}/calls HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
    head += f"Authorization: {rest.basic['Authorization']}\r\nContent-Type: application/json\r\n"
    answers: list[Answer] = []

    def refused() -> bool:
        answers.append(rest.ask("GET", "/calls"))
        return answers[-1].status != 200

    with socket.create_connection(("127.0.0.1", server.http)) as other:
        other.sendall(f"{head}\r\n".encode())  # and the body does not come
        grounds.tight.loop.run(until(refused, "the server to be busy"))
    grounds.tight.loop.run(until(lambda: not refused(), "the server to be free again"))
    refusal = next(answer for answer in answers if answer.status != 200)
    return Got(refusal, headers={"Retry-After": ["1"]})


# 500: what is broken


@recipe(http.UNKNOWN_ERROR)
def damaged_record(grounds: Grounds) -> Got:
    """The record of a call is damaged on disk: the operation that reads it fails."""
    site = grounds.wide.site
    call_id = grounds.rest.create(site.request(to="+12025550164"))  # nobody has that number
    grounds.wide.loop.run(site.ended(call_id))
    execute(grounds.wide, "UPDATE calls SET document = '{' WHERE call_id = ?", call_id)
    answer = grounds.rest.ask("GET", f"/calls/{call_id}")
    execute(grounds.wide, "DELETE FROM calls WHERE call_id = ?", call_id)
    return Got(answer)


@recipe(http.SERVER_ERROR)
def damaged_user(grounds: Grounds) -> Got:
    """A user's password hash is damaged on disk: the gate fails, before any operation."""
    server = grounds.wide.server
    site = grounds.wide.site
    site.store.put(User("damaged", "no hash", {server.account: (VOICE,)}))
    rest = Rest(server, user="damaged", password="x")

    def known() -> bool:
        return rest.ask("GET", "/calls").status != 401

    grounds.wide.loop.run(until(known, "the server to know the user"))
    return Got(rest.ask("GET", "/calls"))


# the token endpoint


def token(grounds: Grounds, *form: tuple[str, str]) -> Answer:
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": ""}
    return grounds.rest.ask("POST", "/api/v1/oauth2/token", urlencode(form).encode(), kind)


GRANT = ("grant_type", "client_credentials")


@recipe(tokens.INVALID_REQUEST)
def no_grant(grounds: Grounds) -> Got:
    return Got(token(grounds, ("client_id", "test")))


@recipe(tokens.UNSUPPORTED_GRANT)
def other_grant(grounds: Grounds) -> Got:
    return Got(token(grounds, ("grant_type", "password")))


@recipe(tokens.INVALID_SCOPE)
def bad_scope(grounds: Grounds) -> Got:
    client = ("client_id", "test"), ("client_secret", grounds.wide.server.password)
    return Got(token(grounds, GRANT, *client, ("scope", 'a"b')))


@recipe(tokens.INVALID_CLIENT)
def wrong_secret(grounds: Grounds) -> Got:
    answer = token(grounds, GRANT, ("client_id", "test"), ("client_secret", "wrong"))
    return Got(answer, headers={"WWW-Authenticate": ['Basic realm="offhook"']})


# other ways to the same entries


def execute(server: VoiceServer, statement: str, *values: object) -> None:
    """Change the server's database behind its back."""
    with closing(sqlite3.connect(server.server.folder / "offhook.sqlite3")) as database, database:
        database.execute(statement, values)


def test_member_of_no_such_account_is_unauthorized(grounds: Grounds) -> None:
    answer = Rest(grounds.wide.server, OTHER).ask("GET", "/calls")

    assert (answer.status, answer.json()["description"]) == (401, "Unauthorized")


def test_account_that_is_none_is_denied(grounds: Grounds) -> None:
    answer = grounds.rest.ask("GET", "/api/v2/accounts/not%20an%20account%20id/calls")

    assert (answer.status, answer.json()["description"]) == (403, "Access is denied")


def test_refused_bearer_token_is_told_so(grounds: Grounds) -> None:
    answer = grounds.rest.ask("GET", "/calls", headers={"Authorization": "Bearer made-up"})

    assert answer.status == 401
    assert answer.values("WWW-Authenticate") == [BASIC, BEARER + ', error="invalid_token"']


def test_full_queue_is_the_rate_limit_and_tells_when_there_is_room(grounds: Grounds) -> None:
    rest = grounds.of(SLOW)
    call_id = ringing(grounds.wide, "+12025550165", rest, applicationId=APPLICATIONS[SLOW])
    body = grounds.wide.site.request(applicationId=APPLICATIONS[SLOW])
    waiting = rest.create(body)
    answer = rest.ask("POST", "/calls", body)

    assert answer.status == 429
    assert answer.json()["description"] == "Account call creation rate limit exceeded"
    assert answer.values("Retry-After") == ["250"]
    assert rest.state(waiting)["state"] == "queued"
    for each in (call_id, waiting):
        assert rest.ask("POST", f"/calls/{each}", {"state": "completed"}).status == 200


def test_store_that_is_away_is_503_until_it_is_back(grounds: Grounds) -> None:
    execute(grounds.tight, "ALTER TABLE calls RENAME TO elsewhere")
    try:
        answer = grounds.tight.rest.ask("GET", "/calls")
    finally:
        execute(grounds.tight, "ALTER TABLE elsewhere RENAME TO calls")

    assert (answer.status, answer.json()["description"]) == (503, "Handling too many requests")

    def well() -> bool:
        return grounds.tight.rest.ask("GET", "/calls").status == 200

    grounds.tight.loop.run(until(well, "the store to be back"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("HEAD", "/calls", 200), ("HEAD", "/calls/c-unknown", 404), ("HEAD", "/nowhere", 404)],
)
def test_head_is_get_without_a_body(method: str, path: str, status: int, grounds: Grounds) -> None:
    answer = grounds.rest.ask(method, path)

    assert (answer.status, answer.body) == (status, b"")
    assert answer.values("Content-Type") == ["application/json;charset=UTF-8"]
