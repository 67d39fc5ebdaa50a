"""SIPp calls us and is called by us, over real sockets."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.interop.sipp import LOCAL, Switchboard, answering, call_us, finish, own, program

from offhook.facts import (
    Abandoned,
    Answered,
    Confirmed,
    FarEndHungUp,
    Refused,
    Reoffered,
    Ringing,
    Unreachable,
)
from offhook.hooks import Credentials
from offhook.sip import offer

pytestmark = [pytest.mark.peer, pytest.mark.slow]
both_transports = pytest.mark.parametrize("transport", ["udp", "tcp"])


def on_board(story: Callable[[Switchboard], Awaitable[None]]) -> None:
    """Run a story with a switchboard."""

    async def run() -> None:
        async with Switchboard() as board:
            await story(board)

    program("sipp")
    asyncio.run(run())


@both_transports
def test_sipp_calls_and_hangs_up(transport: str) -> None:
    async def story(board: Switchboard) -> None:
        await call_us(board, ["-sn", "uac"], user="service", calls=20, transport=transport)

        assert len(board.parties) == 20
        for party in board.parties:
            assert party.facts == [Confirmed(b""), FarEndHungUp()]
        assert board.stack.busy == 0

    on_board(story)


@both_transports
def test_caller_cancels(transport: str) -> None:
    async def story(board: Switchboard) -> None:
        await call_us(board, own("caller_cancels"), user="patient", calls=5, transport=transport)

        assert [party.facts for party in board.parties] == [[Abandoned()]] * 5
        assert board.stack.busy == 0

    on_board(story)


@both_transports
def test_caller_is_refused(transport: str) -> None:
    async def story(board: Switchboard) -> None:
        await call_us(board, own("caller_is_refused"), user="busy", calls=5, transport=transport)

        assert [party.facts for party in board.parties] == [[]] * 5
        assert board.stack.busy == 0

    on_board(story)


def test_caller_that_sends_everything_twice_makes_one_call() -> None:
    async def story(board: Switchboard) -> None:
        # SIPp must not take our repeated answers for lost requests of its own.
        scenario = [*own("caller_repeats"), "-nr"]
        await call_us(board, scenario, user="slow", calls=3, transport="udp")

        assert [party.facts for party in board.parties] == [[Confirmed(b""), FarEndHungUp()]] * 3

    on_board(story)


@both_transports
def test_caller_holds_and_takes_back(transport: str) -> None:
    async def story(board: Switchboard) -> None:
        await call_us(board, own("caller_holds"), user="service", calls=3, transport=transport)

        for party in board.parties:
            kinds = [type(fact) for fact in party.facts]
            assert kinds == [Confirmed, Reoffered, Reoffered, FarEndHungUp]

    on_board(story)


@both_transports
def test_sipp_is_called_and_hung_up(transport: str) -> None:
    async def story(board: Switchboard) -> None:
        process, port = await answering(["-sn", "uas"], calls=10, transport=transport)
        dialled = [board.dial(port, transport) for _ in range(10)]
        for session, party in dialled:
            await party.wait(Answered)
            board.endpoint.hang_up(session)
        await finish(process)

        for _, party in dialled:
            assert [type(fact) for fact in party.facts] == [Ringing, Answered]
            answer = party.facts[1]
            assert isinstance(answer, Answered)
            assert offer.accept(answer.sdp).codec == "PCMU"
        assert board.stack.busy == 0

    on_board(story)


@both_transports
def test_callee_is_busy(transport: str) -> None:
    async def story(board: Switchboard) -> None:
        process, port = await answering(own("callee_is_busy"), calls=3, transport=transport)
        dialled = [board.dial(port, transport)[1] for _ in range(3)]
        await finish(process)

        assert [party.facts for party in dialled] == [[Refused(486, "Busy Here")]] * 3

    on_board(story)


@both_transports
def test_callee_does_not_answer_and_is_cancelled(transport: str) -> None:
    async def story(board: Switchboard) -> None:
        process, port = await answering(own("callee_does_not_answer"), calls=1, transport=transport)
        session, party = board.dial(port, transport)
        await party.wait(Ringing)
        board.endpoint.cancel(session)
        await finish(process)

        assert party.facts == [Ringing(180), Refused(487, "Request Terminated")]

    on_board(story)


def test_callee_that_misses_two_invites_gets_a_third() -> None:
    async def story(board: Switchboard) -> None:
        scenario = [*own("callee_is_silent_at_first"), "-nr"]  # else SIPp hides the repetitions
        process, port = await answering(scenario, calls=1, transport="udp")
        session, party = board.dial(port)
        await party.wait(Answered)
        board.endpoint.hang_up(session)
        await finish(process)

        assert [type(fact) for fact in party.facts] == [Ringing, Answered]

    on_board(story)


@both_transports
def test_callee_asks_who_we_are(transport: str) -> None:
    async def story(board: Switchboard) -> None:
        process, port = await answering(own("callee_asks_who"), calls=2, transport=transport)
        for _ in range(2):
            session, party = board.dial(port, transport, Credentials("bob", "secret"))
            await party.wait(Answered)
            board.endpoint.hang_up(session)
        await finish(process)

    on_board(story)


@both_transports
def test_callee_is_held(transport: str) -> None:
    async def story(board: Switchboard) -> None:
        process, port = await answering(own("callee_is_held"), calls=1, transport=transport)
        session, party = board.dial(port, transport)
        await party.wait(Answered)
        board.endpoint.reoffer(session, offer.offer(LOCAL, direction="sendonly"))
        await party.wait(Answered, 2)
        board.endpoint.hang_up(session)
        await finish(process)

        assert [type(fact) for fact in party.facts] == [Answered, Answered]

    on_board(story)


def test_closed_port_is_unreachable_at_once_over_tcp() -> None:
    async def story(board: Switchboard) -> None:
        _, party = board.dial(1, "tcp")
        await party.wait(Unreachable)

        assert len(party.facts) == 1

    on_board(story)
