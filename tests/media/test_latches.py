"""RTP bleed and RTP inject, and what must still work: NAT, restarts, re-INVITE."""

import numpy as np
import pytest

from offhook.media.latches import (
    FORMER_PEER_BAR_S,
    LEARNING_WINDOW_S,
    NOBODY,
    SSRC_SILENCE_S,
    Latches,
)

SDP, NAT, STRANGER = 10, 20, 66
SSRC, OTHER = 0xAAAA, 0xBBBB
ROW = 1


@pytest.fixture
def latches() -> Latches:
    latches = Latches(3)
    latches.connect(ROW, SDP, 0.0)
    return latches


def hear(latches: Latches, peer: int, now: float, ssrc: int = SSRC, row: int = ROW) -> bool:
    admitted, _ = latches.admit(np.array([row]), np.array([peer]), np.array([ssrc]), now)
    return bool(admitted[0])


def test_nothing_is_accepted_before_connect() -> None:
    latches = Latches(3)

    assert not hear(latches, SDP, 0.0)
    assert not hear(latches, NOBODY, 0.0)
    assert latches.refused[ROW] == 2


def test_the_sdp_address_is_heard_and_answered(latches: Latches) -> None:
    assert latches.destination[ROW] == SDP
    assert hear(latches, SDP, 100.0)
    assert latches.ssrc(ROW) == SSRC


def test_rtp_inject_a_stranger_changes_nothing_once_the_far_end_is_known(latches: Latches) -> None:
    hear(latches, SDP, 0.1)

    assert not hear(latches, STRANGER, 0.12)
    assert not hear(latches, STRANGER, 0.14, OTHER)
    assert not hear(latches, STRANGER, 60.0)
    assert hear(latches, SDP, 0.12)
    assert latches.destination[ROW] == SDP
    assert latches.refused[ROW] == 3


def test_rtp_bleed_a_stranger_after_the_learning_window_gets_no_audio(latches: Latches) -> None:
    assert not hear(latches, STRANGER, LEARNING_WINDOW_S + 0.1)
    assert latches.destination[ROW] == SDP


def test_a_far_end_behind_nat_is_learnt_from_its_first_packet(latches: Latches) -> None:
    assert hear(latches, NAT, 1.0)
    assert latches.destination[ROW] == NAT
    assert not hear(latches, STRANGER, 1.1)


def test_rtp_bleed_the_sdp_address_takes_back_what_a_faster_stranger_got(latches: Latches) -> None:
    hear(latches, STRANGER, 0.1)

    assert hear(latches, SDP, 30.0)
    assert latches.destination[ROW] == SDP
    assert not hear(latches, STRANGER, 30.02)


def test_rtp_inject_another_ssrc_from_the_right_address_is_refused(latches: Latches) -> None:
    hear(latches, SDP, 0.10)

    assert not hear(latches, SDP, 0.11, OTHER)
    assert latches.ssrc(ROW) == SSRC


def test_a_far_end_that_fell_silent_may_come_back_with_another_ssrc(latches: Latches) -> None:
    hear(latches, SDP, 0.1)

    assert hear(latches, SDP, 0.11 + SSRC_SILENCE_S, OTHER)
    assert latches.ssrc(ROW) == OTHER


def test_after_connect_the_ssrc_may_change_once(latches: Latches) -> None:
    hear(latches, SDP, 9.98)
    latches.connect(ROW, SDP, 10.0)

    assert hear(latches, SDP, 10.02, OTHER)
    assert not hear(latches, SDP, 10.04, SSRC)


def test_connect_to_the_same_address_keeps_what_was_learnt(latches: Latches) -> None:
    hear(latches, NAT, 1.0)
    latches.connect(ROW, SDP, 2.0)

    assert latches.destination[ROW] == NAT
    assert not hear(latches, STRANGER, 2.1)
    assert hear(latches, NAT, 2.1)


def test_connect_to_another_address_begins_anew_without_the_former_one(latches: Latches) -> None:
    hear(latches, SDP, 1.0)
    latches.connect(ROW, 30, 2.0)

    assert latches.destination[ROW] == 30
    assert not hear(latches, SDP, 2.01)  # still on the way
    assert hear(latches, 30, 2.02, OTHER)


def test_a_far_end_whose_nat_stays_is_learnt_again_after_a_moment(latches: Latches) -> None:
    hear(latches, NAT, 1.0)
    latches.connect(ROW, 30, 2.0)

    assert hear(latches, NAT, 2.1 + FORMER_PEER_BAR_S)


def test_within_a_batch_the_first_packet_decides(latches: Latches) -> None:
    rows, peers = np.full(4, ROW), np.array([NAT, STRANGER, NAT, NAT])
    ssrcs = np.array([SSRC, SSRC, SSRC, OTHER])
    admitted, begun = latches.admit(rows, peers, ssrcs, 1.0)

    assert admitted.tolist() == [True, False, True, False]
    assert begun == [ROW]
    assert latches.refused[ROW] == 2


def test_rows_do_not_know_each_other(latches: Latches) -> None:
    latches.connect(2, STRANGER, 0.0)
    rows, peers = np.array([ROW, 2]), np.array([STRANGER, STRANGER])
    hear(latches, SDP, 0.0)
    admitted, begun = latches.admit(rows, peers, np.array([1, 1]), 0.1)

    assert admitted.tolist() == [False, True]
    assert begun == [2]


def test_a_cleared_row_knows_nobody(latches: Latches) -> None:
    hear(latches, SDP, 0.1)
    latches.clear(ROW)

    assert not hear(latches, SDP, 0.2)
    assert latches.ssrcs(np.array([ROW])).tolist() == [NOBODY]
