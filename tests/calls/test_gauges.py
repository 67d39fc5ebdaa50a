"""Legs are looked at in the course of their calls, and never too much is kept of it."""

import asyncio
import itertools

import pytest

from offhook.calls.gauges import EVERY_S, FIELDS, LEGS, POINTS, Gauges
from offhook.media.messages import Command, Counters, Look, Looked
from offhook.testing.loop import running_loop, virtual
from offhook.testing.world import World


class Meter:
    """A media plane that answers at once."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.gauges = Gauges(self.answer)

    def answer(self, command: Command) -> None:
        assert isinstance(command, Look)
        self.asked.append(running_loop().time())
        counters = Counters(packets_received=len(self.asked), jitter_ms=1.23456)
        self.gauges.on_looked(Looked(command.leg, counters, -12.345))


@virtual
async def test_a_leg_is_looked_at_every_few_seconds() -> None:
    meter = Meter()
    meter.gauges.start("c-1")
    meter.gauges.start("c-1")
    await asyncio.sleep(2.5 * EVERY_S)
    meter.gauges.stop("c-1")
    await asyncio.sleep(60)
    rows = meter.gauges.take("c-1")

    assert [row[0] for row in rows] == [EVERY_S, 2 * EVERY_S]
    assert dict(zip(FIELDS, rows[0], strict=True)) | {} == {
        "at_s": EVERY_S,
        "loudest_dbfs": -12.3,
        "packets_sent": 0,
        "packets_received": 1,
        "packets_lost": 0,
        "packets_late": 0,
        "packets_refused": 0,
        "jitter_ms": 1.23,
        "round_trip_ms": None,
        "remote_lost": None,
        "remote_jitter_ms": None,
    }
    assert meter.gauges.take("c-1") == []
    assert not meter.gauges


@virtual
async def test_a_day_is_told_in_as_many_points_as_a_minute() -> None:
    meter = Meter()
    meter.gauges.start("c-1")
    await asyncio.sleep(7000)
    rows = meter.gauges.take("c-1")
    times = [row[0] or 0 for row in rows]
    gaps = {round(later - earlier) for earlier, later in itertools.pairwise(times)}

    assert POINTS // 2 <= len(rows) < POINTS
    assert len(meter.asked) < 7 * POINTS
    assert len(gaps) <= 2


@virtual
async def test_what_nobody_takes_is_forgotten_one_day() -> None:
    gauges = Gauges(lambda command: None)
    for number in range(LEGS + 3):
        gauges.start(str(number))

    assert len(gauges) == LEGS
    for number in range(LEGS + 3):
        gauges.take(str(number))
    gauges.on_looked(Looked("0", Counters(), 0.0))
    assert not gauges


@virtual
@pytest.mark.parametrize(("pause_s", "count"), [(2, 0), (12, 2)])
async def test_the_end_of_a_call_tells_its_course(pause_s: int, count: int) -> None:
    async with World() as world:
        talk = await world.answered(f'<PlayAudio>/t1.wav</PlayAudio><Pause duration="{pause_s}"/>')
        await asyncio.sleep(pause_s / 2)
        await talk.disconnect()
        await asyncio.sleep(1)
        (closed,) = (e for e in world.store.events(talk.call_id) if e.kind == "media.closed")

    assert closed.data["mos_heard"] > 4.3
    rows = closed.data.get("samples", [])
    assert len(rows) == count
    if count:
        sent = [row[FIELDS.index("packets_sent")] for row in rows]
        assert 0 < sent[0] < sent[1] <= closed.data["packets_sent"]
