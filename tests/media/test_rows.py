"""Rows of legs and sockets."""

import numpy as np
import pytest

from offhook.media.messages import Connect
from offhook.media.rows import NO_EVENTS, NO_SOCKET, NoRowError, Rows


def test_the_lowest_free_row_is_taken_first() -> None:
    rows = Rows(4)
    taken = [rows.take(leg, number) for number, leg in enumerate("abc")]
    rows.give_back("a")
    rows.give_back("b")

    assert taken == [0, 1, 2]
    assert rows.count == 3
    assert rows.take("d", 7) == 0
    rows.give_back("c")
    assert rows.count == 1
    assert len(rows) == 1


def test_rooms_have_the_highest_rows_and_do_not_count_among_the_legs() -> None:
    rows = Rows(5)
    taken = [rows.take("r", NO_SOCKET), rows.take("a", 0), rows.take("s", NO_SOCKET)]

    assert taken == [4, 0, 3]
    assert (rows.count, rows.rooms) == (1, 3)
    rows.give_back("s")
    assert (rows.count, rows.rooms) == (1, 4)
    assert [rows.take(leg, 1 + number) for number, leg in enumerate("bcd")] == [1, 2, 3]
    rows.give_back("r")
    assert (rows.count, rows.rooms) == (4, 5)


def test_no_more_legs_than_rows() -> None:
    rows = Rows(1)
    rows.take("a", 0)

    with pytest.raises(NoRowError):
        rows.take("b", 1)


def test_a_leg_has_one_row() -> None:
    rows = Rows(2)
    rows.take("a", 0)

    with pytest.raises(ValueError, match="has a row"):
        rows.take("a", 1)


def test_sockets_find_their_rows() -> None:
    rows = Rows(3)
    rows.take("a", 5)
    rows.take("b", 1000)
    rows.take("c", 2)
    rows.give_back("c")

    assert rows.at(np.array([1000, 5, 2, 3, -1, 10**9])).tolist() == [1, 0, -1, -1, -1, -1]
    assert (rows.row("b"), rows.row("c"), rows.leg(1)) == (1, None, "b")


def test_what_has_no_socket_is_found_by_none() -> None:
    rows = Rows(3)
    rows.take("a", 63)  # the last that the table has room for
    rows.take("room", NO_SOCKET)

    assert rows.at(np.array([63, NO_SOCKET])).tolist() == [0, -1]
    rows.give_back("room")
    assert rows.at(np.array([63, NO_SOCKET])).tolist() == [0, -1]


def test_what_was_agreed_is_kept_and_forgotten_with_the_leg() -> None:
    rows = Rows(1)
    rows.take("a", 0)
    same = Connect("a", "192.0.2.1", 4000, 4001, dtmf_payload_type=101, receive=False)
    alaw = Connect("a", "192.0.2.1", 4000, 4001, codec="PCMA", payload_type=8)

    assert not rows.agree(0, same)
    assert (rows.event_type[0], rows.sending[0], rows.receiving[0]) == (101, True, False)
    assert rows.agree(0, alaw)
    assert (rows.codec[0], rows.audio_type[0], rows.event_type[0]) == (1, 8, NO_EVENTS)
    rows.give_back("a")
    assert not rows.sending[0]
    assert not rows.receiving[0]
