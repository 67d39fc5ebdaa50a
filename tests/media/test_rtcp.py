"""RTCP is built and read back; whatever is not a valid compound packet is refused."""

import random

from hypothesis import given
from hypothesis import strategies as st

from offhook.media import rtcp

WORD = st.integers(0, 2**32 - 1)
BLOCKS = st.builds(
    rtcp.Block, WORD, st.integers(0, 255), st.integers(-(2**23), 2**23 - 1), WORD, WORD, WORD, WORD
)
SENDERS = st.builds(rtcp.SenderInfo, st.integers(0, 2**64 - 1), WORD, WORD, WORD)


@given(WORD, st.text(max_size=40), st.none() | SENDERS, st.none() | BLOCKS, st.booleans())
def test_a_report_is_read_as_it_was_written(
    ssrc: int, name: str, sender: rtcp.SenderInfo | None, block: rtcp.Block | None, ends: bool
) -> None:
    data = rtcp.report(ssrc, name, sender, block) + (rtcp.bye(ssrc) if ends else b"")
    expected = rtcp.Report(ssrc, sender, (block,) if block else (), ends)

    assert len(data) % 4 == 0
    assert rtcp.parse(data) == expected


@given(st.binary(max_size=120))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    report = rtcp.parse(data)

    assert report is None or (data[0] >> 6 == 2 and data[1] in (200, 201))


@given(WORD, BLOCKS, st.data())
def test_a_cut_compound_packet_is_refused(
    ssrc: int, block: rtcp.Block, data: st.DataObject
) -> None:
    whole = rtcp.report(ssrc, "phone", None, block)
    cut = data.draw(st.integers(0, len(whole) - 1).filter(lambda at: at != 32))

    assert rtcp.parse(whole[:cut]) is None


def test_a_compound_packet_begins_with_a_report() -> None:
    assert rtcp.parse(rtcp.bye(7)) is None


def test_loss_beyond_24_bits_is_the_largest_that_fits() -> None:
    block = rtcp.Block(1, 0, 2**30, 0, 0, 0, 0)
    report = rtcp.parse(rtcp.report(1, "", None, block))

    assert report is not None
    assert report.blocks[0].lost == 2**23 - 1


def test_intervals_spread_from_half_to_one_and_a_half() -> None:
    rng = random.Random(3)
    later = [rtcp.interval(rng, first=False) for _ in range(1000)]
    first = [rtcp.interval(rng, first=True) for _ in range(1000)]

    assert 2.5 <= min(later) < 2.6
    assert 7.4 < max(later) <= 7.5
    assert max(first) <= 3.75


def test_ntp_times_have_their_second_in_the_middle() -> None:
    assert rtcp.middle(rtcp.ntp(1.5)) == 0x18000
