"""The torture messages of RFC 4475 through a whole stack: what is sent back, if anything."""

import pytest
from tests.sip.peer import Peer
from tests.sip.torture_table import ALL, MESSAGES, Torture

from offhook.sip.message import Response
from offhook.sip.transport import Address

pytestmark = pytest.mark.skipif(
    not MESSAGES.is_dir(), reason="the messages of RFC 4475 are not beside the check-out"
)
SOURCE = Address("udp", "192.0.2.200", 5060)

# What is left to the layers above the parser; None: nothing is sent.
VERDICTS: dict[str, int | None] = {
    "wsinv": 481,  # its To has a tag: a dialog that we do not know
    "intmeth": 501,
    "esc01": 100,
    "escnull": 405,  # REGISTER: there is no registrar here
    "esc02": 501,
    "lwsdisp": 200,
    "longreq": 100,
    "dblreq": 405,
    "semiuri": 200,
    "transports": 200,
    "mpart01": 405,
    "unreason": None,  # responses to nothing that we sent
    "noreason": None,
    "baddate": 100,
    "unksm2": 405,
    "bext01": 420,
    "invut": 415,
    "regaut01": 405,
    "bcast": None,
    "zeromf": 200,
    "cparam01": 405,
    "cparam02": 405,
    "regescrt": 405,
    "sdp01": 406,
    "inv2543": 100,
}


def expected(torture: Torture) -> int | None:
    if torture.code:
        return torture.code if torture.answerable else None
    return VERDICTS[torture.name]


@pytest.mark.parametrize("torture", ALL, ids=lambda each: each.name)
def test_torture_message_gets_its_answer(torture: Torture) -> None:
    peer = Peer(SOURCE)
    peer.give(torture.data())
    answers = peer.take_all()

    status = expected(torture)
    assert [each.status for each in answers if isinstance(each, Response)] == (
        [] if status is None else [status]
    )
    assert len(peer.side.calls()) == (status == 100)


@pytest.mark.parametrize("torture", ALL, ids=lambda each: each.name)
def test_torture_message_sent_twice_makes_no_second_call(torture: Torture) -> None:
    peer = Peer(SOURCE)
    peer.give(torture.data())
    first = peer.take_all()
    peer.give(torture.data())
    again = peer.take_all()

    assert [bytes(each) for each in again] == [bytes(each) for each in first]
    assert len(peer.side.calls()) <= 1


def test_every_verdict_belongs_to_a_message_that_the_parser_accepts() -> None:
    assert set(VERDICTS) == {each.name for each in ALL if not each.code}
