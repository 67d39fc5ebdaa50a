"""The tables of the four machines, checked as tables; then each machine run on its own."""

import pytest
from tests.sip.wired import A, B

from offhook.sip.message import Request, Response, respond
from offhook.sip.timers import Timers
from offhook.sip.transactions import (
    DELAYS,
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    OPENING,
    Again,
    Failure,
    Input,
    Start,
    State,
    Stop,
    Table,
    Transaction,
    open_client,
    response_input,
)
from offhook.sip.transport import Address

TABLES = {
    "invite client": INVITE_CLIENT,
    "non-invite client": NON_INVITE_CLIENT,
    "invite server": INVITE_SERVER,
    "non-invite server": NON_INVITE_SERVER,
}
OPENED: dict[str, set[Input]] = {
    "invite client": {start.timer for start in OPENING["INVITE"][1]},
    "non-invite client": {start.timer for start in OPENING[""][1]},
}
each_table = pytest.mark.parametrize("name", TABLES)
TCP = Address("tcp", "192.0.2.2", 5060, 7)


def first(table: Table) -> State:
    return next(iter(table))[0]


def running(name: str) -> dict[State, set[frozenset[Input]]]:
    """For each state the sets of timers that can run in it, found by walking the table."""
    table = TABLES[name]
    seen: dict[State, set[frozenset[Input]]] = {}
    todo = [(first(table), frozenset(OPENED.get(name, set())))]
    while todo:
        state, timers = todo.pop()
        if timers in seen.setdefault(state, set()):
            continue
        seen[state].add(timers)
        for (at, what), (after, actions) in table.items():
            if at is not state or (what in DELAYS and what not in timers):
                continue
            left = set(timers) - {what}
            for act in actions:
                if isinstance(act, Start | Again):
                    left.add(act.timer)
                elif isinstance(act, Stop):
                    left.discard(act.timer)
            todo.append((after, frozenset(left)))
    return seen


@each_table
def test_every_state_can_be_reached(name: str) -> None:
    table = TABLES[name]
    states = {state for state, _ in table} | {after for after, _ in table.values()}

    assert set(running(name)) == states
    assert State.TERMINATED in states


@each_table
def test_every_state_but_the_last_has_a_way_to_the_end(name: str) -> None:
    ends = {State.TERMINATED}
    grown = True
    while grown:
        more = {at for (at, _), (after, _) in TABLES[name].items() if after in ends}
        grown = not more <= ends
        ends |= more

    assert {state for state, _ in TABLES[name]} <= ends


@each_table
def test_the_last_state_has_no_rows(name: str) -> None:
    assert not [row for row in TABLES[name] if row[0] is State.TERMINATED]


@each_table
def test_every_timer_that_runs_in_a_state_is_heard_there(name: str) -> None:
    for state, possible in running(name).items():
        for timers in possible:
            if state is not State.TERMINATED:
                assert {timer for timer in timers if (state, timer) not in TABLES[name]} == set()


@each_table
def test_every_timer_row_can_happen(name: str) -> None:
    reachable = running(name)
    for state, what in TABLES[name]:
        if what in DELAYS:
            assert any(what in timers for timers in reachable[state]), (state, what)


@each_table
def test_every_state_that_waits_for_the_network_also_watches_a_clock(name: str) -> None:
    """But a proceeding INVITE, whose end is the business of people (RFC 3261 17.1.1.2)."""
    patient = {
        ("invite client", State.PROCEEDING),
        ("invite server", State.PROCEEDING),
        ("non-invite server", State.TRYING),  # our own user answers
        ("non-invite server", State.PROCEEDING),
    }
    for state, possible in running(name).items():
        if state is not State.TERMINATED and (name, state) not in patient:
            assert all(timers for timers in possible), state


class Recorder:
    """The wire of one transaction: what it sent, and whether it was forgotten."""

    def __init__(self) -> None:
        self.timers = Timers()
        self.sent: list[bytes] = []
        self.forgotten = 0
        self.told: list[Response | Request | Failure] = []

    def transmit(self, transaction: Transaction, data: bytes) -> None:
        self.sent.append(data)

    def forget(self, transaction: Transaction) -> None:
        self.forgotten += 1

    def pass_time(self, seconds: float) -> list[float]:
        """Let time pass; return when something was sent."""
        times = []
        end = self.timers.now + seconds
        while (due := self.timers.deadline()) is not None and due <= end:
            count = len(self.sent)
            self.timers.now = due
            self.timers.run()
            times += [due] * (len(self.sent) - count)
        self.timers.now = end
        return times


def request(method: str) -> Request:
    headers = [
        ("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"),
        ("Route", "<sip:proxy.test;lr>"),
        ("From", "<sip:a@192.0.2.1>;tag=1"),
        ("To", "<sip:b@192.0.2.2>"),
        ("Call-ID", "1"),
        ("CSeq", f"7 {method}"),
    ]
    return Request.make(method, "sip:b@192.0.2.2", headers)


def client(wire: Recorder, method: str, peer: Address = B) -> Transaction:
    return open_client("key", request(method), peer, wire, wire.told.append, None)


def server(wire: Recorder, method: str, peer: Address = A) -> Transaction:
    table = INVITE_SERVER if method == "INVITE" else NON_INVITE_SERVER
    return Transaction(table, "key", request(method), peer, wire, wire.told.append)


def hear(tx: Transaction, method: str, status: int) -> None:
    tx.feed(response_input(status), respond(request(method), status, to_tag="x"))


def test_invite_is_repeated_at_doubling_intervals_until_timer_b() -> None:
    wire = Recorder()
    tx = client(wire, "INVITE")

    assert wire.pass_time(100) == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert wire.told == [Failure("no response")]
    assert tx.state is State.TERMINATED
    assert wire.forgotten == 1


def test_other_requests_are_repeated_at_intervals_of_at_most_t2() -> None:
    wire = Recorder()
    client(wire, "BYE")

    assert wire.pass_time(100) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert wire.told == [Failure("no response")]


@pytest.mark.parametrize("method", ["INVITE", "BYE"])
def test_nothing_is_repeated_on_a_stream(method: str) -> None:
    wire = Recorder()
    client(wire, method, TCP)

    assert wire.pass_time(31.9) == []

    wire.pass_time(0.2)

    assert wire.told == [Failure("no response")]


def test_a_ringing_invite_waits_for_ever() -> None:
    wire = Recorder()
    tx = client(wire, "INVITE")
    hear(tx, "INVITE", 180)

    assert wire.pass_time(3600) == []
    assert tx.state is State.PROCEEDING


def test_a_refusal_is_acknowledged_within_the_transaction_each_time_it_comes() -> None:
    wire = Recorder()
    tx = client(wire, "INVITE")
    hear(tx, "INVITE", 486)
    hear(tx, "INVITE", 486)

    invite, *acks = wire.sent
    assert len(acks) == 2
    assert acks[0] == acks[1]
    assert acks[0].startswith(b"ACK sip:b@192.0.2.2 SIP/2.0\r\n")
    assert b"branch=z9hG4bK1\r\n" in acks[0]
    assert b"Route: <sip:proxy.test;lr>\r\n" in acks[0]
    assert b"To: <sip:b@192.0.2.2>;tag=x\r\n" in acks[0]
    assert b"CSeq: 7 ACK\r\n" in acks[0]
    assert len(wire.told) == 1
    assert invite.startswith(b"INVITE")


def test_every_2xx_reaches_the_user_until_timer_m() -> None:
    wire = Recorder()
    tx = client(wire, "INVITE")
    hear(tx, "INVITE", 200)
    hear(tx, "INVITE", 200)
    wire.pass_time(31.9)

    assert len(wire.told) == 2
    assert not wire.forgotten

    wire.pass_time(0.2)

    assert tx.state is State.TERMINATED


def test_a_refusal_on_a_stream_ends_the_client_at_once() -> None:
    wire = Recorder()
    tx = client(wire, "INVITE", TCP)
    hear(tx, "INVITE", 486)

    assert tx.state is State.TERMINATED
    assert len(wire.told) == 1
    assert len(wire.sent) == 2


def test_our_refusal_is_repeated_until_it_is_acknowledged() -> None:
    wire = Recorder()
    tx = server(wire, "INVITE")
    hear(tx, "INVITE", 486)

    assert wire.pass_time(4) == [0.5, 1.5, 3.5]

    tx.feed(Input.ACK)

    assert wire.pass_time(4) == []
    assert not wire.forgotten

    wire.pass_time(2)

    assert wire.forgotten


def test_a_refusal_that_is_never_acknowledged_is_given_up() -> None:
    wire = Recorder()
    tx = server(wire, "INVITE")
    hear(tx, "INVITE", 486)

    assert wire.pass_time(40)[-1] == 31.5
    assert tx.state is State.TERMINATED


def test_a_repeated_invite_gets_the_last_provisional_again() -> None:
    wire = Recorder()
    tx = server(wire, "INVITE")
    tx.feed(Input.REQUEST, request("INVITE"))
    hear(tx, "INVITE", 180)
    tx.feed(Input.REQUEST, request("INVITE"))

    assert len(wire.sent) == 2
    assert wire.sent[0] == wire.sent[1]


def test_an_accepted_invite_absorbs_its_repetition_for_32_seconds() -> None:
    """The user repeats the 2xx (RFC 6026 7.1)."""
    wire = Recorder()
    tx = server(wire, "INVITE")
    hear(tx, "INVITE", 200)
    tx.feed(Input.REQUEST, request("INVITE"))
    wire.pass_time(31.9)

    assert len(wire.sent) == 1
    assert wire.told == []
    assert tx.state is State.ACCEPTED


def test_a_repeated_bye_gets_the_same_answer() -> None:
    wire = Recorder()
    tx = server(wire, "BYE")
    hear(tx, "BYE", 200)
    tx.feed(Input.REQUEST, request("BYE"))
    wire.pass_time(31.9)
    tx.feed(Input.REQUEST, request("BYE"))

    assert len(wire.sent) == 3
    assert len(set(wire.sent)) == 1


@pytest.mark.parametrize("method", ["INVITE", "BYE"])
def test_a_request_that_cannot_be_sent_is_a_failure(method: str) -> None:
    wire = Recorder()
    tx = client(wire, method)
    tx.feed(Input.BROKEN)

    assert wire.told == [Failure("connection failed")]
    assert wire.timers.deadline() is None


@pytest.mark.parametrize("method", ["INVITE", "BYE"])
def test_an_ended_transaction_leaves_no_timer(method: str) -> None:
    wire = Recorder()
    for status in (180, 200, 486):
        hear(client(wire, method), method, status)
        hear(server(wire, method), method, status)
    tx = client(wire, method)
    tx.abandon()

    assert tx.clocks == {}
